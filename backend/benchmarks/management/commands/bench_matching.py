"""Time each stage of a run on synthetic people, beside a lower bound on the arithmetic."""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from backend.benchmarks.synthetic import DIMENSIONS, synthetic_people
from matching.recommend import build_run, update_people
from matching.recommend.parallel import parallel_map

STAGES = ("graph", "pairs", "balance", "lists")
MOST_SECONDS, MOST_MB, JUDGED_PEOPLE = 60.0, 4096.0, 10_000
BEST = 100
ROWS = 512


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=JUDGED_PEOPLE, help="how many people to match")
        parser.add_argument("--json", type=Path, help="also write the figures to this file")

    def handle(self, *, people: int, json: Path | None, **options: object) -> None:  # noqa: ARG002
        if people < 2:
            raise CommandError("--people must be at least 2.")
        found = bench(people)
        if json is not None:
            json.write_text(dumps(found), encoding="utf-8")
        for stage in STAGES:
            self.stdout.write(f"{stage:<8} {found['stages'][stage]:8.2f} s")
        self.stdout.write(f"update   {found['update_seconds']:8.2f} s for one changed profile")
        spent = f"{found['seconds']:.1f} s ({found['cpu_seconds']:.0f} s of processor)"
        total = f"{people:,} people: {spent}, {found['peak_mb']:.0f} MB"
        limit = f"{found['limit_seconds']:.1f} s (two bare products and the {BEST} best)"
        self.stdout.write(f"{total}; pairs {found['ratio']:.1f} x the limit of {limit}")
        if people >= JUDGED_PEOPLE and (found["seconds"] > MOST_SECONDS or found["peak_mb"] > MOST_MB):
            raise CommandError(f"Over {MOST_SECONDS:.0f} s or {MOST_MB:.0f} MB.", returncode=1)


def dumps(found: dict[str, Any]) -> str:
    """The figures as JSON."""
    return json.dumps(found, indent=2) + "\n"


def bench(people: int) -> dict[str, Any]:
    """Seconds a stage, peak memory, and the pair stage against its limit."""
    participants, ties, vectors = synthetic_people(people)
    begun: dict[str, float] = {}

    def on_progress(stage: str, share: float) -> None:  # noqa: ARG001
        begun.setdefault(stage, time.perf_counter())

    build_run(*synthetic_people(50))  # imports and thread pools are not what is measured
    start, worked = time.perf_counter(), time.process_time()
    run = build_run(participants, ties, vectors, on_progress=on_progress)
    end, worked = time.perf_counter(), time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    marks = [begun[stage] for stage in STAGES] + [end]
    stages = {stage: marks[k + 1] - marks[k] for k, stage in enumerate(STAGES)}
    limit = limit_seconds(vectors.seeks, vectors.offers)
    changed = time.perf_counter()
    update_people(run.state, participants, ties, vectors, changed=[participants[people // 2].id])
    return {
        "people": people,
        "seconds": end - start,
        "cpu_seconds": worked,
        "peak_mb": peak,
        "stages": stages,
        "limit_seconds": limit,
        "ratio": stages["pairs"] / limit,
        "update_seconds": time.perf_counter() - changed,
        "dimensions": DIMENSIONS,
    }


def limit_seconds(seeks: np.ndarray, offers: np.ndarray) -> float:
    """Two float32 products of all with all, and one top-100 of each row, by blocks on as many threads as the
    pair stage: no exact pair stage does less."""
    best = min(BEST, len(offers))

    def work(begin: int) -> None:
        rows = slice(begin, begin + ROWS)
        scores = offers[rows] @ seeks.T
        scores = seeks[rows] @ offers.T
        np.argpartition(scores, scores.shape[1] - best, axis=1)[:, -best:]

    start = time.perf_counter()
    list(parallel_map(work, range(0, len(seeks), ROWS)))
    return time.perf_counter() - start
