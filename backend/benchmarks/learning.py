"""Weights learned from a folder's earlier ties, and what they gain on its queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from backend.benchmarks.evaluation import across_sectors, measure_queries, paired_gain, ranking_queries, titian_scores
from backend.benchmarks.evaluation_set import DAYS_PER_YEAR, FIELDS, EvaluationSet
from matching.policy import MatchingPolicy
from matching.recommend.features import Priors
from matching.recommend.learning import Answers, Learned, learn
from matching.recommend.past_ties import Edition, edition_answers
from matching.text.sentences import split_sentences
from matching.types import Tie, Vectors

OnProgress = Callable[[str, float], None]


def learn_from_ties(
    given: EvaluationSet,
    vectors: Vectors,
    until: dt.date,
    *,
    priors: Priors | None = None,
    on_progress: OnProgress | None = None,
) -> Learned:
    """The default weights as the dated ties up to a day change them, each day of ties being an edition.

    `given` and `vectors` are `without_shared_texts`.
    """
    editions = editions_until(given, until)
    parts = []
    for done, edition in enumerate(editions):
        if on_progress is not None:
            on_progress("Reading earlier ties", done / len(editions))
        parts.append(edition_answers(given.people, edition, vectors, policy=MatchingPolicy(), priors=priors))
    return learn(Answers.join(parts), MatchingPolicy())


def editions_until(given: EvaluationSet, until: dt.date) -> list[Edition]:
    """The days of ties up to a day, each with the ties before it."""
    dated = [(tie, day) for tie, day in zip(given.ties, given.tie_days, strict=True) if day is not None]
    found = []
    for day in sorted({day for _, day in dated if day <= until}):
        earlier = tuple(
            Tie(tie.a, tie.b, (day - met).days / DAYS_PER_YEAR, tie.weight, tie.label)
            for tie, met in dated
            if met < day
        )
        found.append(
            Edition(
                day=day.toordinal(),
                earlier=earlier,
                met=frozenset((tie.a, tie.b) for tie, met in dated if met == day),
                later=frozenset((tie.a, tie.b) for tie, met in dated if met > day),
            )
        )
    return found


def without_shared_texts(given: EvaluationSet) -> EvaluationSet:
    """The set without the texts that hold a sentence of somebody else's: who met shares whole texts."""
    owners = Counter(
        sentence
        for person in range(len(given.people))
        for sentence in {
            one for field in FIELDS for text in given.texts[field][person] for one in split_sentences(text)
        }
    )
    texts = {
        field: tuple(
            tuple(text for text in own if all(owners[one] == 1 for one in split_sentences(text)))
            for own in given.texts[field]
        )
        for field in FIELDS
    }
    people = tuple(
        replace(
            person,
            seeks="\n".join(texts["seeks"][k]),
            offers="\n".join(texts["offers"][k]),
            about="\n".join(texts["about"][k]),
        )
        for k, person in enumerate(given.people)
    )
    return replace(given, people=people, texts=texts)


def evaluate_learned(
    given: EvaluationSet, vectors: Vectors, learned: Learned, until: dt.date, *, priors: Priors | None = None
) -> dict[str, Any]:
    """NDCG@10 of the learned weights on the set's queries, the gain over the default ones with its interval,
    and what was learned from; plain values, fit for JSON."""
    queries = ranking_queries(given)
    views = {"all": queries, "cross": across_sectors(queries, [p.constituency for p in given.people])}
    tables = [
        titian_scores(given, vectors, policy, priors) for policy in (MatchingPolicy(), learned.policy(MatchingPolicy()))
    ]
    figures: dict[str, Any] = {}
    for view, asked in views.items():
        default, ours = (measure_queries(table, asked) for table in tables)
        gain = paired_gain(ours, default)
        figures[view] = gain and {
            "queries": len(asked),
            "default": float(np.mean(default[:, 0])),
            "learned": float(np.mean(ours[:, 0])),
            **gain,
        }
    return {
        "until": until.isoformat(),
        "answers": learned.answers,
        "yes": learned.yes,
        "weights": {name: asdict(weight) for name, weight in learned.weights.items()},
        "held_out": None if learned.held_out is None else asdict(learned.held_out),
        "is_kept": learned.is_kept,
        "ndcg10": figures,
    }
