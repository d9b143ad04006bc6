"""How well rankers find the people somebody newly met: baselines and ours, intervals and paired gains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.stats import rankdata

from backend.benchmarks.evaluation_set import FIELDS, EvaluationSet
from matching.policy import MatchingPolicy
from matching.recommend.dataset import Dataset, prepare_dataset
from matching.recommend.features import Priors, prepare_features
from matching.recommend.graph import adamic_adar, adamic_adar_3path
from matching.recommend.measures import bootstrap_interval, ranking_metrics
from matching.recommend.pagerank import personalised_pagerank
from matching.recommend.scoring import Scorer, fit_standardiser
from matching.recommend.tiles import predict_all
from matching.text.centring import centre, language_means, normalise_rows
from matching.text.lsa import latent_vectors
from matching.text.tfidf import fit_idf, term_frequencies, tfidf_vectors
from matching.types import Array, Vectors

OURS = "titian"
MEASURES = ("ndcg10", "recall10", "hit10", "mrr", "auc")
RRF_DEPTH = 60


@dataclass(frozen=True, slots=True)
class RankingQuery:
    """One query: its row, the candidates' rows and which of them are positive."""

    query: int
    candidates: Array
    positive: Array


def ranking_queries(given: EvaluationSet) -> list[RankingQuery]:
    """Everybody in the pool but oneself and past partners."""
    met: dict[int, set[int]] = {}
    for tie in given.ties:
        met.setdefault(tie.a, set()).add(tie.b)
        met.setdefault(tie.b, set()).add(tie.a)
    found = []
    for query, positives in given.positives.items():
        excluded = met.get(query, set()) | {query}
        candidates = np.array([person for person in given.pool if person not in excluded], np.int64)
        found.append(RankingQuery(query, candidates, np.isin(candidates, positives)))
    return found


def across_sectors(queries: Sequence[RankingQuery], sectors: Sequence[str]) -> list[RankingQuery]:
    """The queries narrowed to candidates of another known sector; those without a positive drop out."""
    table = np.array(sectors, object)
    found = []
    for q in queries:
        keep = (table[q.candidates] != table[q.query]) & (table[q.candidates] != "") & (table[q.query] != "")
        if q.positive[keep].any():
            found.append(RankingQuery(q.query, q.candidates[keep], q.positive[keep]))
    return found


def titian_scores(
    given: EvaluationSet, vectors: Vectors, policy: MatchingPolicy, priors: Priors | None = None
) -> Array:
    """The seekers' own scores (rows) of all people, (n, n), by the functions that build a run.

    The evaluation set names the candidates, so no pair is excluded for its organisation or past
    meetings.
    """
    dataset = prepare_dataset(given.people, given.ties, vectors, (), policy)
    features = fit_standardiser(
        prepare_features(dataset.participants, vectors, dataset.incidence, policy, priors=priors), policy
    )
    return predict_all(Scorer.from_features(features, policy))


def baseline_rankers(given: EvaluationSet, vectors: Vectors) -> dict[str, Callable[[], Array]]:
    """The published simple rankers, each giving scores of all pairs, (n, n)."""
    people = len(given.people)
    dataset = prepare_dataset(given.people, given.ties, vectors, (), MatchingPolicy(decay=1.0))

    counts = term_frequencies([p.text for p in given.people])
    terms = tfidf_vectors(counts, fit_idf(counts))

    def tfidf() -> Array:
        return np.asarray((terms @ terms.T).toarray(), np.float32)

    def latent() -> Array:
        rows = latent_vectors(terms)
        return rows @ rows.T

    def common_neighbours() -> Array:
        return np.asarray(adamic_adar(_adjacency(dataset))[:people, :people].toarray(), np.float32)

    def odd_paths() -> Array:
        return np.asarray(adamic_adar_3path(_unweighted(dataset.incidence.people)).toarray(), np.float32)

    texts = normalise_rows(sum(_count(given, field)[:, None] * getattr(vectors, field) for field in FIELDS))
    texts = centre(texts, [""] * people, language_means(texts, [""] * people))
    text_count = np.array([sum(len(given.texts[field][k]) for field in FIELDS) for k in range(people)])
    return {
        "random": lambda: np.zeros((people, people), np.float32),
        "popularity": lambda: np.broadcast_to(text_count, (people, people)),
        "tfidf": tfidf,
        "lsa": latent,
        "text": lambda: texts @ texts.T,
        "adamic_adar": common_neighbours,
        "pagerank": lambda: np.vstack(list(personalised_pagerank(dataset.incidence.people, dataset.incidence.others))),
        "rrf": lambda: stack_scores([tfidf(), common_neighbours()]),
        "rrf_3path": lambda: stack_scores([tfidf(), odd_paths()]),
    }


def _count(given: EvaluationSet, field: str) -> Array:
    return np.array([len(texts) for texts in given.texts[field]], np.float32)


def _adjacency(dataset: Dataset) -> sp.csr_matrix:
    """The whole graph, people first, unweighted."""
    people, others = dataset.incidence.people, dataset.incidence.others
    rows = sp.hstack([people, others], format="csr")
    rest = sp.hstack([others.T, sp.csr_matrix((others.shape[1], others.shape[1]))], format="csr")
    return _unweighted(sp.csr_matrix(sp.vstack([rows, rest], format="csr")))


def _unweighted(links: sp.csr_matrix) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones(len(links.data)), links.indices, links.indptr), shape=links.shape)


def stack_scores(scores: Sequence[Array]) -> Array:
    """Scores of the rankers to fuse, (k, n, n); ranks are taken among a query's candidates."""
    return np.stack(scores)


def scores_of_candidates(table: Array, query: int, candidates: Array) -> Array:
    """The scores of one query's candidates, (k,), from scores of all pairs (n, n) or a stack to fuse."""
    if table.ndim == 2:
        return np.asarray(table[query, candidates], float)
    # Reciprocal rank fusion (Cormack et al., SIGIR 2009), tied ranks averaged.
    ranks = [rankdata(-one[query, candidates], method="average") for one in table]
    return np.asarray(sum(1 / (RRF_DEPTH + rank) for rank in ranks))


def order_of_equals(query: int, candidates: Array) -> Array:
    """The seeded draw by which a query's equal scores are ordered, (k,)."""
    return np.random.default_rng([0, query]).random(len(candidates))


def evaluate(
    given: EvaluationSet,
    vectors: Vectors,
    *,
    name: str = "",
    policy: MatchingPolicy | None = None,
    priors: Priors | None = None,
    on_progress: Callable[[str, float], None] | None = None,
) -> dict[str, Any]:
    """Every ranker's measures with intervals, over all candidates and across sectors, and ours against the
    best.

    Rows of `vectors` follow the people of the set. The result is plain values, fit for JSON.
    """
    queries = ranking_queries(given)
    views = {"all": queries, "cross": across_sectors(queries, [p.constituency for p in given.people])}
    rankers = baseline_rankers(given, vectors) | {
        OURS: lambda: titian_scores(given, vectors, policy or MatchingPolicy(), priors)
    }
    values: dict[str, dict[str, Array]] = {}
    for done, (ranker, scores) in enumerate(rankers.items()):
        if on_progress is not None:
            on_progress(ranker, done / len(rankers))
        table = scores()
        values[ranker] = {view: measure_queries(table, queries) for view, queries in views.items()}
    best = max((r for r in values if r != OURS), key=lambda r: (float(values[r]["all"][:, 0].mean()), r))
    return {
        "set": name,
        "ours": OURS,
        "best_baseline": best,
        "rankers": {r: {view: _summary(found) for view, found in by_view.items()} for r, by_view in values.items()},
        "paired": {view: paired_gain(values[OURS][view], values[best][view]) for view in views},
    }


def measure_queries(table: Array, queries: Sequence[RankingQuery]) -> Array:
    """(queries, measures) of scores of all pairs (n, n)."""
    rows = []
    for q in queries:
        scores = scores_of_candidates(table, q.query, q.candidates)
        rows.append(ranking_metrics(scores, q.positive, order_of_equals(q.query, q.candidates)))
    return np.array(rows, float).reshape(len(queries), len(MEASURES))


def _summary(found: Array) -> Mapping[str, float | int] | None:
    if not len(found):
        return None
    out: dict[str, float | int] = {"queries": len(found)}
    for k, name in enumerate(MEASURES):
        low, high = bootstrap_interval(found[:, k])
        out |= {name: float(found[:, k].mean()), f"{name}_low": low, f"{name}_high": high}
    return out


def paired_gain(ours: Array, baseline: Array) -> Mapping[str, float] | None:
    """The mean gain in NDCG@10 with its interval, of two measurements of the same queries."""
    if not len(ours):
        return None
    gain = ours[:, 0] - baseline[:, 0]
    low, high = bootstrap_interval(gain)
    return {"difference": float(gain.mean()), "low": low, "high": high}
