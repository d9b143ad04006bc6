"""Time each stage of a run on synthetic people, and its memory, beside a lower bound on the arithmetic."""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from backend.benchmarks.synthetic import DIMENSIONS, synthetic_people
from matching.parallel import one_blas_thread, thread_map
from matching.recommend import blocks
from matching.recommend.run import compute_run
from matching.recommend.update import update_people

MOST = {10_000: (60.0, 4096.0), 100_000: (900.0, 6144.0)}
"""People -> the most seconds and MB of so many or more."""
MOST_COMPARED = 10_000
BEST = 100
ROWS, TIMED_ROWS = 512, 16 * 512


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=min(MOST), help="how many people to match")
        parser.add_argument("--compare", action="store_true", help="with the lists of all pairs at once")
        parser.add_argument("--json", type=Path, help="also write the figures to this file")

    def handle(self, *, people: int, compare: bool, json: Path | None, **options: object) -> None:  # noqa: ARG002
        if people < 2:
            raise CommandError("--people must be at least 2.")
        if compare and people > MOST_COMPARED:
            raise CommandError(f"--compare holds all pairs at once: --people may be {MOST_COMPARED} at most.")
        found = bench(people, self.stdout.write)
        if json is not None:
            json.write_text(dumps(found), encoding="utf-8")
        self.stdout.write(f"update   {found['update_seconds']:8.2f} s for one changed profile")
        spent = f"{found['seconds']:.1f} s ({found['cpu_seconds']:.0f} s of processor)"
        memory = f"{found['peak_mb']:.0f} MB, {found['own_mb']:.0f} of them beside people and vectors"
        limit = f"{found['limit_seconds']:.1f} s (two bare products and the {BEST} best)"
        self.stdout.write(f"{people:,} people: {spent}, {memory}")
        self.stdout.write(f"pairs {found['ratio']:.1f} x the limit of {limit}")
        if compare:
            self.stdout.write(f"{100 * equal_places(people):.2f} % of places as of all pairs at once")
        least = max((least for least in MOST if people >= least), default=None)
        if least is not None:
            seconds, megabytes = MOST[least]
            if found["seconds"] > seconds or found["peak_mb"] > megabytes:
                raise CommandError(f"Over {seconds:.0f} s or {megabytes:.0f} MB.", returncode=1)


def dumps(found: dict[str, Any]) -> str:
    """The figures as JSON."""
    return json.dumps(found, indent=2) + "\n"


def bench(people: int, tell: Callable[[str], object]) -> dict[str, Any]:
    """Seconds a stage, which are also told as it ends, peak memory, and the pair stage against its limit."""
    participants, ties, vectors = synthetic_people(people)
    compute_run(*synthetic_people(50))  # imports and thread pools are not what is measured
    before, started = peak_mb(), (time.perf_counter(), time.process_time())
    stages: dict[str, float] = {}
    begun = [("", *started)]

    def on_progress(stage: str, share: float) -> None:  # noqa: ARG001
        ended, seconds, worked = begun[-1]
        if stage != ended:
            begun.append((stage, time.perf_counter(), time.process_time()))
            if ended:
                stages[ended] = begun[-1][1] - seconds
                spent = f"{stages[ended]:8.2f} s {begun[-1][2] - worked:8.2f} s of processor"
                tell(f"{ended:<8}{spent}, {peak_mb():6.0f} MB so far")

    run = compute_run(participants, ties, vectors, on_progress=on_progress)
    on_progress("end", 1.0)
    end, worked = (now - then for now, then in zip(begun[-1][1:], started, strict=True))
    peak = peak_mb()
    limit = limit_seconds(vectors.seeks, vectors.offers)
    changed = time.perf_counter()
    update_people(run.state, participants, ties, vectors, changed=[participants[people // 2].id])
    return {
        "people": people,
        "seconds": end,
        "cpu_seconds": worked,
        "peak_mb": peak,
        "own_mb": peak - before,
        "stages": stages,
        "limit_seconds": limit,
        "ratio": stages["pairs"] / limit,
        "update_seconds": time.perf_counter() - changed,
        "dimensions": DIMENSIONS,
    }


def peak_mb() -> float:
    """The most memory this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def equal_places(people: int) -> float:
    """The share of places that name the same person as with everybody in one block, where all is exact."""
    lists = compute_run(*synthetic_people(people)).lists
    tile, blocks.TILE = blocks.TILE, people
    try:
        exact = compute_run(*synthetic_people(people)).lists
    finally:
        blocks.TILE = tile
    places = [
        (mine.other, other.other)
        for owner, entries in exact.items()
        for mine, other in zip(entries, lists[owner], strict=False)
    ]
    return sum(mine == other for mine, other in places) / len(places)


def limit_seconds(seeks: np.ndarray, offers: np.ndarray) -> float:
    """Two float32 products of all with all, and one top-100 of each row, by blocks on as many threads as the
    pair stage: no exact pair stage does less. Of TIMED_ROWS rows, scaled to all."""
    best, rows = min(BEST, len(offers)), min(TIMED_ROWS, len(seeks))

    def work(begin: int) -> None:
        these = slice(begin, begin + ROWS)
        scores = offers[these] @ seeks.T
        scores = seeks[these] @ offers.T
        np.argpartition(scores, scores.shape[1] - best, axis=1)[:, -best:]

    start = time.perf_counter()
    with one_blas_thread():
        list(thread_map(work, range(0, rows, ROWS)))
    return (time.perf_counter() - start) * len(seeks) / rows
