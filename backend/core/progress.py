"""Progress of long work on a terminal: a bar where there is one, a line now and then where there is none."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

SECONDS_BETWEEN_LINES = 2.0


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
