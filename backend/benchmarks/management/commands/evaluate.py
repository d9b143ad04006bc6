"""Rank the candidates of every query or graded seeker in a folder, by our score and by simple rankers, and
measure them."""

from __future__ import annotations

import argparse
import datetime as dt
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
from backend.benchmarks.graded import LISTS, evaluate_graded
from backend.benchmarks.graded import MEASURES as GRADED_MEASURES
from backend.benchmarks.learning import editions_until, evaluate_learned, learn_from_ties, without_shared_texts
from backend.benchmarks.vector_cache import Rows, cached_vectors
from backend.core.progress import progress_lines
from backend.suggestions.engine.texts import FIELDS, KINDS, text_reader
from matching.errors import MatchingError
from matching.text.centring import normalise_rows
from matching.text.encoder import Kind
from matching.text.language import detect_language
from matching.types import Vectors

OnProgress = Callable[[str, float], None]
GROUPS = {"all": "all", "not_english": "not writing English"}
PEOPLE, QUERIES, POOL, GRADES = "people.jsonl", "queries.csv", "pool.txt", "grades.csv"


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder as docs/matching.md describes it")
        parser.add_argument(
            "--learn-until",
            type=dt.date.fromisoformat,
            metavar="DATE",
            help="also learn the weights from the ties up to this day, and measure them on the queries",
        )
        parser.add_argument("--json", type=Path, help="also write every figure to this file")

    def handle(
        self,
        *,
        folder: Path,
        learn_until: dt.date | None,
        json: Path | None,
        **options: object,  # noqa: ARG002
    ) -> None:
        try:
            given = read_folder(folder)
            if learn_until is not None and not (given.positives and editions_until(given, learn_until)):
                raise CommandError(f"{folder} has no {QUERIES}, or no ties up to {learn_until}.")
            for notice in given.notices:
                self.stderr.write(notice)
            with progress_lines() as on_progress:
                vectors = encode_people(given, on_progress)
                found = evaluate_set(given, vectors, folder.resolve().name, on_progress)
                if learn_until is not None:
                    found["learned"] = learn_set(given, vectors, learn_until, on_progress)
        except MatchingError as error:
            raise CommandError(str(error)) from error
        if json is not None:
            write_json(json, found)
        self.stdout.write(table_of(found))


def evaluate_set(given: EvaluationSet, vectors: Vectors, name: str, on_progress: OnProgress) -> dict[str, Any]:
    """The figures of whatever the set holds: pairs to predict, graded pairs, or both."""
    found: dict[str, Any] = {"set": name}
    priors = text_reader().priors(vectors, on_progress)
    if given.positives:
        found |= evaluate(given, vectors, name=name, priors=priors, on_progress=on_progress)
    if given.grades:
        found["graded"] = evaluate_graded(given, vectors, priors=priors, on_progress=on_progress)
    return found


def learn_set(given: EvaluationSet, vectors: Vectors, until: dt.date, on_progress: OnProgress) -> dict[str, Any]:
    """The figures of the weights learned from the ties up to a day."""
    apart = without_shared_texts(given)
    apart_vectors = encode_people(apart, on_progress)
    reader = text_reader()
    learned = learn_from_ties(
        apart, apart_vectors, until, priors=reader.priors(apart_vectors, on_progress), on_progress=on_progress
    )
    return evaluate_learned(given, vectors, learned, until, priors=reader.priors(vectors, on_progress))


def read_folder(folder: Path) -> EvaluationSet:
    """The set in a folder, with the language of each text; CommandError names a file missing or not UTF-8."""
    if not folder.is_dir():
        raise CommandError(f"{folder} is not a folder.")
    asked, graded = (folder / QUERIES).exists(), (folder / GRADES).exists()
    for name in (PEOPLE, POOL) if asked else (PEOPLE,):
        if not (folder / name).exists():
            raise CommandError(f"{folder} has no {name}.")
    if not asked and not graded:
        raise CommandError(f"{folder} has neither {QUERIES} nor {GRADES}.")
    with ExitStack() as open_files:

        def lines(name: str) -> Iterable[str] | None:
            path = folder / name
            return _decoded(name, open_files.enter_context(path.open("rb"))) if path.exists() else None

        given = read_evaluation_set(
            people=lines(PEOPLE) or (),
            queries=lines(QUERIES),
            pool=lines(POOL) or (),
            ties=lines("ties.csv") or (),
            groups=lines("groups.csv") or (),
            grades=lines(GRADES),
        )
    people = tuple(
        replace(
            person,
            seeks_language=detect_language(person.seeks),
            offers_language=detect_language(person.offers),
            about_language=detect_language(person.about),
        )
        for person in given.people
    )
    return replace(given, people=people)


def _decoded(name: str, raw: Iterable[bytes]) -> Iterable[str]:
    for number, line in enumerate(raw, start=1):
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CommandError(f"{name}, line {number}: not UTF-8") from error


def encode_people(given: EvaluationSet, on_progress: OnProgress) -> Vectors:
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
        rows[field] = np.array([_sum(texts, known, width) for texts in lists], np.float32).reshape(len(lists), width)
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
    """The figures for a reader: one line a ranker, for pairs to predict and for graded pairs."""
    lines = _lines_of_queries(found) if "rankers" in found else []
    if "graded" in found:
        lines += _lines_of_grades(found["set"], found["graded"])
    if "learned" in found:
        lines += _lines_of_learned(found["learned"])
    return "\n".join(lines)


def _lines_of_learned(learned: dict[str, Any]) -> list[str]:
    """The learned weights, and what they gain on the queries."""
    lines = [f"weights learned from {learned['answers']:,} answers of ties up to {learned['until']}"]
    for name, weight in learned["weights"].items():
        span = f"[{weight['low']:.2f}, {weight['high']:.2f}]"
        lines.append(f"  {name:<12} {weight['prior']:.2f} -> {weight['value']:.2f} {span}")
    held_out = learned["held_out"]
    if held_out is not None:
        span = f"{held_out['gain']:+.4f} [{held_out['low']:+.4f}, {held_out['high']:+.4f}]"
        lines.append(f"  log-loss on the last days of these: {held_out['learned']:.4f}, gain {span}")
    if held_out is not None and (ranking := held_out["ranking"]) is not None:
        span = f"{ranking['gain']:+.4f} [{ranking['low']:+.4f}, {ranking['high']:+.4f}]"
        lines.append(f"  NDCG@10 on the last days of these: {ranking['learned']:.4f}, gain {span}")
    lines.append(f"  a forum would use {'these' if learned['is_kept'] else 'the default'} weights")
    for view, figures in learned["ndcg10"].items():
        if figures is not None:
            span = f"{figures['difference']:+.3f} [{figures['low']:+.3f}, {figures['high']:+.3f}]"
            who = "everybody" if view == "all" else "across sectors"
            lines.append(f"  {who}: NDCG@10 {figures['learned']:.3f}, default {figures['default']:.3f}, gain {span}")
    return lines


def _lines_of_queries(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['set']}: NDCG@10 with 95 % interval; recall, hits, reciprocal rank, area under the curve"]
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
    return lines


def _lines_of_grades(name: str, graded: dict[str, Any]) -> list[str]:
    lines = [
        f"{name}: {graded['pairs']} graded pairs; NDCG@6 over graded candidates, share of the first six"
        " graded >= 2, share of the pairs graded >= 2.5 among the first ten, each with 95 % interval"
    ]
    for group, label in GROUPS.items():
        first = graded["rankers"][LISTS][group]
        if first is None:
            lines.append(f"{label}: none")
            continue
        lines.append(f"{label}, {first['seekers']} seekers")
        for ranker, measured in graded["rankers"].items():
            spans = "  ".join(_span(measured[group], key) for key in GRADED_MEASURES)
            lines.append(f"  {ranker:<12} {spans}")
    lists = {key: _share(value) for key, value in graded["lists"].items()}
    lines.append(
        f"lists: E-I {lists['ei']} (chance {lists['ei_chance']}; the floor of {lists['ei_floor']} cost"
        f" {lists['score_cost']} of the mean score), Gini of exposure {lists['gini']}, coverage"
        f" {lists['coverage']}; own score over the best lists under the same caps {lists['own_share']}, 5th"
        f" percentile {lists['own_share_low']}"
    )
    lines.append("words of strength: places, their share of all, how many were graded, share graded >= 2")
    for word, row in graded["strength"].items():
        share, good = (_share(row[key]) for key in ("share", "good"))
        lines.append(f"  {word:<12} {row['places']:>6}  {share}  {row['graded']:>4}  {good}")
    return lines


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _span(measured: dict[str, Any], key: str) -> str:
    if measured[key] is None:
        return f"{'none':<20}"
    return f"{measured[key]:.3f} [{measured[f'{key}_low']:.3f}, {measured[f'{key}_high']:.3f}]"
