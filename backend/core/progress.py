"""Progress of long work: a bar on a terminal, else a line now and then; and steps with the time they took."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

SECONDS_BETWEEN_LINES = 2.0
MIN_SECONDS_SHOWN = 2.0

Row = TypeVar("Row")
ShowProgress = Callable[[int, int], None]
_shown_by: ContextVar[ShowProgress | None] = ContextVar("shown_by", default=None)


def report_progress(done: int, total: int) -> None:
    """Say how many of how many are done, to whoever shows it: a command, a long job, or nobody."""
    if show := _shown_by.get():
        show(done, total)


def counted(rows: Iterable[Row], total: int) -> Iterator[Row]:
    """The same rows; how many were taken of how many is reported."""
    for done, row in enumerate(rows):
        report_progress(done, total)
        yield row


@contextmanager
def showing_progress(show: ShowProgress) -> Iterator[None]:
    """What the block does is shown by this function."""
    before = _shown_by.set(show)
    try:
        yield
    finally:
        _shown_by.reset(before)


@contextmanager
def show_step(console: Console, doing: str, *, has_bar: bool = False) -> Iterator[None]:
    """Print what is being done, and how long it took where that is over two seconds.

    A terminal shows a spinner meanwhile, unless the step has a bar of its own.
    """
    began = time.monotonic()
    if console.is_terminal and not has_bar:
        with console.status(f"{doing} ..."):
            yield
    else:
        console.print(f"{doing} ...")
        yield
    took = time.monotonic() - began
    if took >= MIN_SECONDS_SHOWN:
        console.print(f"{doing}: {took:.1f} s")


class StageTimes:
    """Passes progress on, and knows afterwards how many seconds each stage took."""

    def __init__(self, on_progress: Callable[[str, float], None] | None) -> None:
        self._on_progress = on_progress
        self._begun: dict[str, float] = {}

    def __call__(self, stage: str, share: float) -> None:
        self._begun.setdefault(stage, time.monotonic())
        if self._on_progress:
            self._on_progress(stage, share)

    def seconds(self) -> list[tuple[str, float]]:
        """Of each stage in turn, until the next one begins, and of the last one until now."""
        ends = [*list(self._begun.values())[1:], time.monotonic()][: len(self._begun)]
        return [(stage, round(end - begun, 3)) for (stage, begun), end in zip(self._begun.items(), ends, strict=True)]


@contextmanager
def progress_lines() -> Iterator[Callable[[str, float], None]]:
    """A function (what is being done, share done 0..1) that shows progress on stderr."""
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield _plain_lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, int] = {}

        def show(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=1.0)
            bars.update(tasks[stage], completed=share)  # type: ignore[arg-type]

        yield show


def _plain_lines() -> Callable[[str, float], None]:
    """Lines without a terminal: the first at once, then at most one in two seconds: a log stays readable."""
    shown_at = -math.inf

    def show(stage: str, share: float) -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at >= SECONDS_BETWEEN_LINES:
            shown_at = time.monotonic()
            print(f"{stage}: {share:.0%}", file=sys.stderr, flush=True)

    return show
