"""How well rankings hold graded introductions: graded gains, precision, and the share of the best found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backend.benchmarks.evaluation import OURS, baseline_rankers, order_of_equals, scores_of_candidates, titian_scores
from backend.benchmarks.evaluation_set import EvaluationSet
from matching.policy import MatchingPolicy
from matching.recommend.exclusions import Exclusions
from matching.recommend.features import ENGLISH, Priors
from matching.recommend.measures import bootstrap_interval, graded_ndcg
from matching.recommend.run import RunResult, compute_run
from matching.recommend.strength import Strength, strength_of
from matching.types import Array, Lists, Vectors

LISTS = "titian_lists"
"""The lists as built, beside the score before balancing (OURS)."""
MEASURES = ("ndcg6", "p6", "best")
DEPTH = 6
PLACES = 10
GOOD, BEST = 2.0, 2.5

Rankings = Mapping[int, Sequence[int]]
"""Seeker -> candidates, best first."""


@dataclass(frozen=True, slots=True)
class RankingMeasures:
    """One seeker's measures, each as (value, count): a mean over seekers is sum of values / sum of counts.

    ndcg6 counts 0 where no candidate is graded above 0; best counts the candidates graded >= BEST.
    """

    ndcg6: tuple[float, float]
    p6: tuple[float, float]
    best: tuple[float, float]


def measure_ranking(ranking: Sequence[int], grades: Mapping[int, float]) -> RankingMeasures:
    """The measures of one seeker's ranking, best first.

    >>> found = measure_ranking([7, 8, 9], {7: 3.0, 9: 1.0})  # one of six is good
    >>> round(found.p6[0], 3), found.best
    (0.167, (1, 1))
    """
    listed = np.array([grades[other] for other in ranking if other in grades], float)
    ndcg = graded_ndcg(listed, np.array(list(grades.values())), DEPTH)
    best = {other for other, grade in grades.items() if grade >= BEST}
    return RankingMeasures(
        ndcg6=(0.0, 0) if ndcg is None else (ndcg, 1),
        p6=(sum(grades.get(other, 0) >= GOOD for other in ranking[:DEPTH]) / DEPTH, 1),
        best=(len(best.intersection(ranking[:PLACES])), len(best)),
    )


def evaluate_graded(
    given: EvaluationSet,
    vectors: Vectors,
    *,
    policy: MatchingPolicy | None = None,
    priors: Priors | None = None,
    on_progress: Callable[[str, float], None] | None = None,
) -> dict[str, Any]:
    """Our lists, our score and every baseline with data to rank by, over the graded pairs of a set.

    No ranker proposes whom a run excludes: colleagues, past partners, people without a language in common.
    Lists are built without exploration. The result is plain values, fit for JSON.
    """
    policy = policy or MatchingPolicy()
    report_progress = on_progress or (lambda _stage, _share: None)
    groups = {"all": list(given.grades), "not_english": not_english(given)}
    tables: dict[str, Callable[[], Array]] = {OURS: lambda: titian_scores(given, vectors, policy, priors)}
    tables |= baseline_rankers(given, vectors)
    candidates = candidates_of_seekers(given)

    report_progress(LISTS, 0.0)
    built_with = replace(policy, exploratory_share=0.0)
    run = compute_run(given.people, given.ties, vectors, policy=built_with, priors=priors)
    rankings: dict[str, Rankings] = {LISTS: listed_rows(run)}
    for done, (ranker, scores) in enumerate(tables.items(), start=1):
        report_progress(ranker, done / (len(tables) + 1))
        table = scores()
        if ranker in (OURS, "random") or has_preferences(table):
            rankings[ranker] = {seeker: _ranking(table, seeker, who) for seeker, who in candidates.items()}
    return {
        "ours": LISTS,
        "pairs": sum(len(grades) for grades in given.grades.values()),
        "rankers": {
            ranker: {group: summary_of(ranking, given.grades, seekers) for group, seekers in groups.items()}
            for ranker, ranking in rankings.items()
        },
        "lists": {
            "ei": run.report.ei_lists,
            "ei_chance": run.report.ei_chance,
            "ei_floor": run.report.ei_floor,
            "score_cost": run.report.score_cost,
            "own_share": run.report.own_share,
            "own_share_low": run.report.own_share_low,
            "gini": run.report.exposure_gini,
            "coverage": run.report.coverage,
        },
        "strength": strength_table(
            run.lists, given.grades, {person.id for person in given.people if person.declares_need}
        ),
    }


def not_english(given: EvaluationSet) -> list[int]:
    """The graded seekers who seek in another language than English, as far as it could be told."""
    return [seeker for seeker in given.grades if given.people[seeker].seeks_language not in ("", ENGLISH)]


def candidates_of_seekers(given: EvaluationSet) -> dict[int, Array]:
    """The people whom a run may propose to each graded seeker."""
    exclusions = Exclusions.from_participants(given.people, given.ties)
    everybody = slice(0, len(given.people))
    found = {}
    for seeker in given.grades:
        allowed = ~exclusions.mask(slice(seeker, seeker + 1), everybody)[0]
        allowed[seeker] = False
        found[seeker] = np.flatnonzero(allowed)
    return found


def listed_rows(run: RunResult) -> Rankings:
    """The people on each list, in order."""
    return {owner: [entry.other for entry in entries] for owner, entries in run.lists.items()}


def strength_table(
    lists: Lists, grades: Mapping[int, Mapping[int, float]], declaring: Collection[int]
) -> dict[str, dict[str, float | int | None]]:
    """Of each word of strength: its places, their share of all, how many were graded, and the share of those
    graded >= GOOD (None where none was). `declaring`: the owners who declare a need."""
    words = [
        (strength_of(entry.score, need_declared=owner in declaring).value, grades.get(owner, {}).get(entry.other))
        for owner, entries in lists.items()
        for entry in entries
    ]
    out: dict[str, dict[str, float | int | None]] = {}
    for strength in Strength:
        graded = [grade for word, grade in words if word == strength and grade is not None]
        places = sum(word == strength for word, _ in words)
        out[strength.value] = {
            "places": places,
            "share": places / len(words) if words else None,
            "graded": len(graded),
            "good": sum(grade >= GOOD for grade in graded) / len(graded) if graded else None,
        }
    return out


def has_preferences(table: Array) -> bool:
    """Whether scores (n, n), or each of a stack of them, tell any two pairs of different people apart.

    >>> has_preferences(np.eye(3)), has_preferences(np.arange(9).reshape(3, 3))
    (False, True)
    """
    apart = ~np.eye(table.shape[-1], dtype=bool)
    return all(one[apart].min() < one[apart].max() for one in table.reshape(-1, *table.shape[-2:]))


def _ranking(table: Array, seeker: int, candidates: Array) -> list[int]:
    scores = scores_of_candidates(table, seeker, candidates)
    return [int(other) for other in candidates[np.lexsort((order_of_equals(seeker, candidates), -scores))]]


def summary_of(
    rankings: Rankings, grades: Mapping[int, Mapping[int, float]], seekers: Sequence[int]
) -> Mapping[str, float | int | None] | None:
    """Each measure with its interval, None where it has nothing to count; None without seekers."""
    if not seekers:
        return None
    found = [measure_ranking(rankings[seeker], grades[seeker]) for seeker in seekers]
    out: dict[str, float | int | None] = {"seekers": len(found)}
    for name in MEASURES:
        values, counts = np.array([getattr(one, name) for one in found], float).T
        if counts.sum() == 0:
            out |= dict.fromkeys((name, f"{name}_low", f"{name}_high"))
            continue
        low, high = bootstrap_interval(values, counts=counts)
        out |= {name: float(values.sum() / counts.sum()), f"{name}_low": low, f"{name}_high": high}
    return out
