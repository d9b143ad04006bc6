"""Rank the candidates of every query in a folder, by the shown score and by simple rankers, and measure
them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backend.benchmarks.evaluation import MEASURES, evaluate
from backend.benchmarks.evaluation_set import EvaluationSet, read_evaluation_set
from backend.benchmarks.vector_cache import Rows, cached_vectors
from backend.core.progress import progress_lines
from backend.suggestions.engine import FIELDS, KINDS, text_reader
from matching.errors import MatchingError
from matching.text import Kind, detect_language
from matching.text.centring import normalise_rows
from matching.types import Vectors

Progress = Callable[[str, float], None]
NEEDED, OPTIONAL = ("people.jsonl", "queries.csv", "pool.txt"), ("ties.csv", "groups.csv")


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder as docs/matching.md describes it")
        parser.add_argument("--json", type=Path, help="also write every figure to this file")

    def handle(self, *, folder: Path, json: Path | None, **options: object) -> None:  # noqa: ARG002
        try:
            given = read_folder(folder)
            for notice in given.notices:
                self.stderr.write(notice)
            with progress_lines() as on_progress:
                vectors = encode_people(given, on_progress)
                people = tuple(
                    replace(
                        p,
                        seeks_language=detect_language(p.seeks),
                        offers_language=detect_language(p.offers),
                        about_language=detect_language(p.about),
                    )
                    for p in given.people
                )
                found = evaluate(
                    replace(given, people=people),
                    vectors,
                    name=folder.resolve().name,
                    on_progress=on_progress,
                )
        except MatchingError as error:
            raise CommandError(str(error)) from error
        if json is not None:
            write_json(json, found)
        self.stdout.write(table_of(found))


def read_folder(folder: Path) -> EvaluationSet:
    """The set in a folder; CommandError names a file that is missing or not UTF-8."""
    if not folder.is_dir():
        raise CommandError(f"{folder} is not a folder.")
    with ExitStack() as open_files:

        def lines(name: str) -> Iterable[str]:
            path = folder / name
            if not path.exists():
                if name in NEEDED:
                    raise CommandError(f"{folder} has no {name}.")
                return ()
            return _decoded(name, open_files.enter_context(path.open("rb")))

        files = {name: lines(name) for name in (*NEEDED, *OPTIONAL)}
        return read_evaluation_set(*(files[name] for name in (*NEEDED, *OPTIONAL)))


def _decoded(name: str, raw: Iterable[bytes]) -> Iterable[str]:
    for number, line in enumerate(raw, start=1):
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CommandError(f"{name}, line {number}: not UTF-8") from error


def encode_people(given: EvaluationSet, on_progress: Progress) -> Vectors:
    """Per field the mean of a person's text vectors, brought to length one; vectors are kept under var/."""
    reader = text_reader()

    def encode(kind: Kind, chunk: Sequence[str]) -> Rows:
        return reader.encoder().encode(chunk, kind)

    rows: dict[str, Rows] = {}
    for field in FIELDS:
        kind, lists = KINDS[field], given.texts[field]
        known = cached_vectors(
            sorted({text for texts in lists for text in texts}),
            folder=settings.VAR / "vectors",
            name=f"{reader.model} {kind}",
            encode=partial(encode, kind),
            on_progress=partial(on_progress, f"Reading {field}"),
        )
        width = len(next(iter(known.values()))) if known else 0
        rows[field] = np.array([_sum(texts, known, width) for texts in lists], np.float32).reshape(
            len(lists), width
        )
    width = max(1, *(table.shape[1] for table in rows.values()))
    return Vectors(
        **{
            field: normalise_rows(table) if table.shape[1] else np.zeros((len(table), width), np.float32)
            for field, table in rows.items()
        }
    )


def _sum(texts: Iterable[str], known: dict[str, Rows], width: int) -> Rows:
    total = np.zeros(width, np.float32)
    for text in texts:
        total += known[text]
    return total


def write_json(path: Path, found: dict[str, Any]) -> None:
    """Write the figures; CommandError where that cannot be done."""
    try:
        path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"Cannot write {path}: {error.strerror}.") from error


def table_of(found: dict[str, Any]) -> str:
    """The figures for a reader: one line a ranker, then the paired gain."""
    lines = [
        f"{found['set']}: NDCG@10 with 95 % interval; recall, hits, reciprocal rank, area under the curve"
    ]
    for view in ("all", "cross"):
        first = next(iter(found["rankers"].values()))[view]
        if first is None:
            lines.append("across sectors: no query can be asked")
            continue
        lines.append(f"{'everybody' if view == 'all' else 'across sectors'}, {first['queries']} queries")
        for name, measured in found["rankers"].items():
            values = measured[view]
            rest = "  ".join(f"{values[key]:.3f}" for key in MEASURES[1:])
            span = f"[{values['ndcg10_low']:.3f}, {values['ndcg10_high']:.3f}]"
            lines.append(f"  {name:<12} {values['ndcg10']:.3f} {span}  {rest}")
        gain = found["paired"][view]
        span = f"{gain['difference']:+.3f} [{gain['low']:+.3f}, {gain['high']:+.3f}]"
        lines.append(f"  gain over {found['best_baseline']}: {span}")
    return "\n".join(lines)
