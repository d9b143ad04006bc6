"""How well a ranking finds the people somebody met anew: measures, intervals, baselines, and ours among
them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.stats import rankdata

from backend.benchmarks.evaluation_set import FIELDS, EvaluationSet
from matching.policy import Policy
from matching.recommend.dataset import Dataset, prepare_dataset
from matching.recommend.features import prepare_features
from matching.recommend.graph import adamic_adar
from matching.recommend.pagerank import personalised_pagerank
from matching.recommend.scoring import Scorer, fit_standardiser, predict_all, reciprocal_score
from matching.text.centring import centre, language_means, normalise_rows
from matching.text.tfidf import fit_idf, term_frequencies, tfidf_vectors
from matching.types import Array, Vectors

OURS = "titian"
MEASURES = ("ndcg10", "recall10", "hit10", "mrr", "auc")
RESAMPLES = 2_000
RRF_DEPTH = 60


def measure_ranking(scores: Array, positive: Array, draw: Array) -> tuple[float, ...]:
    """(ndcg10, recall10, hit10, mrr, auc) of one query. `positive` marks the candidates to find, `draw`
    orders equal scores. Gains are binary and the ideal list holds min(10, positives).

    >>> [round(v, 3) for v in measure_ranking(np.array([3., 2., 1.]), np.array([0, 1, 0], bool), np.zeros(3))]
    [0.631, 1.0, 1.0, 0.5, 0.5]
    """
    order = np.lexsort((draw, -scores))
    found = np.flatnonzero(positive[order])
    wanted, missed = len(found), len(order) - len(found)
    top = found[found < 10]
    ideal = (1 / np.log2(np.arange(2, min(10, wanted) + 2))).sum()
    wins = (missed - (found - np.arange(wanted))).sum()
    return (
        float((1 / np.log2(top + 2)).sum() / ideal),
        len(top) / wanted,
        float(len(top) > 0),
        1 / (1 + float(found[0])),
        float(wins / (wanted * missed)) if missed else 1.0,
    )


def bootstrap_interval(values: Array, resamples: int = RESAMPLES, seed: int = 0) -> tuple[float, float]:
    """The 95 % percentile interval of the mean over resampled queries.

    >>> bootstrap_interval(np.array([0.5, 0.5]))
    (0.5, 0.5)
    """
    draw = np.random.default_rng(seed)
    means = np.concatenate(
        [
            values[draw.integers(0, len(values), (min(200, resamples - done), len(values)))].mean(axis=1)
            for done in range(0, resamples, 200)
        ]
    )
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Question:
    """One query: its row, the candidates' rows and which of them are positive."""

    query: int
    candidates: Array
    positive: Array


def questions_of(given: EvaluationSet) -> list[Question]:
    """Everybody in the pool but oneself and past partners."""
    met: dict[int, set[int]] = {}
    for tie in given.ties:
        met.setdefault(tie.a, set()).add(tie.b)
        met.setdefault(tie.b, set()).add(tie.a)
    found = []
    for query, positives in given.positives.items():
        barred = met.get(query, set()) | {query}
        candidates = np.array([person for person in given.pool if person not in barred], np.int64)
        found.append(Question(query, candidates, np.isin(candidates, positives)))
    return found


def across_sectors(questions: Sequence[Question], sectors: Sequence[str]) -> list[Question]:
    """The questions narrowed to candidates of another known sector; those left without a positive drop
    out."""
    table = np.array(sectors, object)
    found = []
    for q in questions:
        keep = (table[q.candidates] != table[q.query]) & (table[q.candidates] != "") & (table[q.query] != "")
        if q.positive[keep].any():
            found.append(Question(q.query, q.candidates[keep], q.positive[keep]))
    return found


def score_by_titian(given: EvaluationSet, vectors: Vectors, policy: Policy) -> Array:
    """h of all pairs, (n, n), through the functions that build a run. The set says who is a candidate, so
    no pair is shut out for its organisation or for having met."""
    forum = prepare_dataset(given.people, given.ties, vectors, (), policy)
    features, walked = fit_standardiser(
        prepare_features(forum.participants, vectors, forum.incidence, policy), policy
    )
    probabilities = predict_all(Scorer.from_features(features, policy), walked)
    for start in range(0, len(probabilities), 512):
        rows = slice(start, min(start + 512, len(probabilities)))
        block = reciprocal_score(probabilities[rows, start:], probabilities[start:, rows].T)
        probabilities[rows, start:] = block
        probabilities[start:, rows] = block.T
    return probabilities


def baselines(given: EvaluationSet, vectors: Vectors) -> dict[str, Callable[[], Array]]:
    """The published simple rankers, each giving scores of all pairs, (n, n)."""
    people = len(given.people)
    forum = prepare_dataset(given.people, given.ties, vectors, (), Policy(decay=1.0))

    def tfidf() -> Array:
        counts = term_frequencies([p.text for p in given.people])
        rows = tfidf_vectors(counts, fit_idf(counts))
        return np.asarray((rows @ rows.T).toarray(), np.float32)

    def shared() -> Array:
        return np.asarray(adamic_adar(_adjacency(forum))[:people, :people].toarray(), np.float32)

    def fused() -> Array:
        return sum_of_ranks([tfidf(), shared()])

    texts = normalise_rows(sum(_count(given, field)[:, None] * getattr(vectors, field) for field in FIELDS))
    texts = centre(texts, [""] * people, language_means(texts, [""] * people))
    written = np.array([sum(len(given.texts[field][k]) for field in FIELDS) for k in range(people)])
    return {
        "random": lambda: np.zeros((people, people), np.float32),
        "popularity": lambda: np.broadcast_to(written, (people, people)),
        "tfidf": tfidf,
        "text": lambda: texts @ texts.T,
        "adamic_adar": shared,
        "pagerank": lambda: np.vstack(
            list(personalised_pagerank(forum.incidence.people, forum.incidence.others))
        ),
        "rrf": fused,
    }


def _count(given: EvaluationSet, field: str) -> Array:
    return np.array([len(texts) for texts in given.texts[field]], np.float32)


def _adjacency(forum: Dataset) -> sp.csr_matrix:
    """The whole graph, people first, unweighted."""
    people, others = forum.incidence.people, forum.incidence.others
    rows = sp.hstack([people, others], format="csr")
    rest = sp.hstack([others.T, sp.csr_matrix((others.shape[1], others.shape[1]))], format="csr")
    whole: sp.csr_matrix = sp.csr_matrix(sp.vstack([rows, rest], format="csr"))
    whole.data = np.ones(len(whole.data))
    return whole


def sum_of_ranks(scores: Sequence[Array]) -> Array:
    """Marks the rankers to be fused: stacked, (k, n, n); ranks are taken among a question's candidates."""
    return np.stack(scores)


def _scores_for(table: Array, q: Question) -> Array:
    if table.ndim == 2:
        return np.asarray(table[q.query, q.candidates], float)
    # Reciprocal rank fusion (Cormack et al., SIGIR 2009), tied ranks averaged.
    ranks = [rankdata(-one[q.query, q.candidates], method="average") for one in table]
    return np.asarray(sum(1 / (RRF_DEPTH + rank) for rank in ranks))


def evaluate(
    given: EvaluationSet,
    vectors: Vectors,
    *,
    name: str = "",
    policy: Policy | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> dict[str, Any]:
    """Every ranker's measures with intervals, over all candidates and across sectors, and ours against the
    best.

    Rows of `vectors` follow the people of the set. The answer is plain values, fit for JSON.
    """
    questions = questions_of(given)
    views = {"all": questions, "cross": across_sectors(questions, [p.constituency for p in given.people])}
    rankers = baselines(given, vectors) | {OURS: lambda: score_by_titian(given, vectors, policy or Policy())}
    values: dict[str, dict[str, Array]] = {}
    for done, (ranker, scores) in enumerate(rankers.items()):
        if progress is not None:
            progress(ranker, done / len(rankers))
        table = scores()
        values[ranker] = {view: _measure_all(table, asked) for view, asked in views.items()}
    best = max((r for r in values if r != OURS), key=lambda r: (float(values[r]["all"][:, 0].mean()), r))
    return {
        "set": name,
        "ours": OURS,
        "best_baseline": best,
        "rankers": {
            r: {view: _summary(found) for view, found in by_view.items()} for r, by_view in values.items()
        },
        "paired": {view: _paired(values[OURS][view], values[best][view]) for view in views},
    }


def _measure_all(table: Array, questions: Sequence[Question]) -> Array:
    """(queries, measures)."""
    rows = []
    for q in questions:
        draw = np.random.default_rng([0, q.query]).random(len(q.candidates))
        rows.append(measure_ranking(_scores_for(table, q), q.positive, draw))
    return np.array(rows, float).reshape(len(questions), len(MEASURES))


def _summary(found: Array) -> Mapping[str, float | int] | None:
    if not len(found):
        return None
    out: dict[str, float | int] = {"queries": len(found)}
    for k, name in enumerate(MEASURES):
        low, high = bootstrap_interval(found[:, k])
        out |= {name: float(found[:, k].mean()), f"{name}_low": low, f"{name}_high": high}
    return out


def _paired(ours: Array, theirs: Array) -> Mapping[str, float] | None:
    if not len(ours):
        return None
    gain = ours[:, 0] - theirs[:, 0]
    low, high = bootstrap_interval(gain)
    return {"difference": float(gain.mean()), "low": low, "high": high}
