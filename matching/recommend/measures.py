"""Measures of recommendation lists: ranking metrics, expected meetings, exposure, and the report of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from matching.network.mixing import ei_index
from matching.recommend.balance import BalanceResult
from matching.recommend.dataset import Dataset
from matching.recommend.ranking import RankedLists
from matching.recommend.scoring import probability
from matching.recommend.unmet import BestAnswers, unmet_needs, unsought_offers
from matching.types import Array, GroupReport, RunReport

ATTENTION_SPAN = 5.0
RESAMPLES = 2_000


def ranking_metrics(scores: Array, relevant: Array, tie_order: Array) -> tuple[float, ...]:
    """(NDCG@10, recall@10, hit@10, reciprocal rank, AUC) of one query.

    scores: (k,); relevant: (k,) bool, at least one; tie_order: (k,) orders equal scores. Gains are binary and
    the ideal list holds min(10, relevant).

    >>> [round(v, 3) for v in ranking_metrics(np.array([3., 2., 1.]), np.array([0, 1, 0], bool), np.zeros(3))]
    [0.631, 1.0, 1.0, 0.5, 0.5]
    """
    order = np.lexsort((tie_order, -scores))
    ranks = np.flatnonzero(relevant[order])
    hits, others = len(ranks), len(order) - len(ranks)
    top = ranks[ranks < 10]
    ideal = (1 / np.log2(np.arange(2, min(10, hits) + 2))).sum()
    wins = (others - (ranks - np.arange(hits))).sum()
    return (
        float((1 / np.log2(top + 2)).sum() / ideal),
        len(top) / hits,
        float(len(top) > 0),
        1 / (1 + float(ranks[0])),
        float(wins / (hits * others)) if others else 1.0,
    )


def discounted_gains(query: Array, scores: Array, gains: Array) -> Array:
    """DCG@10 of each query, (queries,), of (m,) rows of queries, scores and gains.

    Equal scores share the discounts of their places (McSherry and Najork, ECIR 2008).

    >>> discounted_gains(np.array([0, 0, 1, 1]), np.array([2., 1., 1., 1.]), np.array([1, 0, 0, 2])).round(3)
    array([1.   , 1.631])
    """
    order = np.lexsort((-scores, query))
    place = np.arange(len(order)) - np.searchsorted(query[order], query[order])
    discount = np.where(place < 10, 1 / np.log2(place + 2), 0.0)
    rows = np.stack([query, scores])[:, order]
    tied = np.unique(rows, axis=1, return_inverse=True)[1].ravel()
    shared = np.bincount(tied, discount) / np.bincount(tied)
    return np.bincount(query[order], shared[tied] * gains[order])


def graded_ndcg(listed: Array, judged: Array, depth: int = 6) -> float | None:
    """NDCG over graded candidates with gain 2^grade - 1, the first `depth` counted (Jarvelin and Kekalainen,
    TOIS 2002); None where no grade is above 0.

    listed: (k,) grades of the graded candidates that were listed, in order; judged: (m,) all grades. A graded
    candidate who is not listed counts as last, an ungraded one not at all.

    >>> round(graded_ndcg(np.array([1.0, 2.0]), np.array([2.0, 1.0, 0.0])), 4)  # (1 + 3/1.58) / (3 + 1/1.58)
    0.7967
    """
    ideal = _discounted_gain(np.sort(judged)[::-1][:depth])
    return _discounted_gain(listed[:depth]) / ideal if ideal > 0 else None


def _discounted_gain(grades: Array) -> float:
    return float(((2.0**grades - 1) / np.log2(np.arange(2, len(grades) + 2))).sum())


def bootstrap_interval(
    values: Array, resamples: int = RESAMPLES, seed: int = 0, *, counts: Array | None = None
) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of the mean of (k,) values, or of sum(values) / sum(counts).

    A resample whose counts are all 0 is left out.

    >>> bootstrap_interval(np.array([0.5, 0.5]))
    (0.5, 0.5)
    >>> bootstrap_interval(np.array([1.0, 2.0]), counts=np.array([2, 4]))
    (0.5, 0.5)
    """
    rng = np.random.default_rng(seed)
    means = []
    for done in range(0, resamples, 200):
        drawn = rng.integers(0, len(values), (min(200, resamples - done), len(values)))
        if counts is None:
            means.append(values[drawn].mean(axis=1))
        else:
            total = counts[drawn].sum(axis=1)
            means.append(values[drawn].sum(axis=1)[total > 0] / total[total > 0])
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return float(low), float(high)


def expected_meetings(owner: Array, other: Array, rank: Array, forward: Array, backward: Array, people: int) -> Array:
    """Expected meetings of each person from the requests they receive, (people,).

    owner, other: (m,) rows; rank: (m,) from 1; forward, backward: (m,) acceptance probabilities. `owner` asks
    with probability forward / log2(rank + 1). `other` reads requests in order of `backward`; one behind e
    better ones gets attention 1 / (1 + e / ATTENTION_SPAN) and is accepted with probability backward.
    Mutually listed pairs count twice: compare lists, the absolute figure has no meaning.

    >>> expected_meetings(*(np.array([v]) for v in (0, 1, 1)), np.array([0.5]), np.array([0.5]), 2).tolist()
    [0.0, 0.25]
    """
    asked = forward / np.log2(rank + 1)
    order = np.lexsort((owner, -backward, other))
    asked, backward, other = asked[order], backward[order], other[order]
    cumulative = np.concatenate([[0.0], np.cumsum(asked)])[:-1]
    ahead = cumulative - cumulative[np.searchsorted(other, other)]
    meetings = asked * backward / (1 + np.maximum(0, ahead / ATTENTION_SPAN))
    return np.bincount(other, weights=meetings, minlength=people)


def gini(values: Array) -> float:
    """Gini coefficient of non-negative values (k,): 0 for equal values, towards 1 for one holding all.

    >>> gini(np.array([1.0, 1.0])), gini(np.array([0.0, 2.0]))
    (0.0, 0.5)
    """
    ordered = np.sort(np.asarray(values, float))
    total = ordered.sum()
    if total <= 0:
        return 0.0
    rank = np.arange(1, len(ordered) + 1)
    return float(2 * (rank * ordered).sum() / (len(ordered) * total) - (len(ordered) + 1) / len(ordered))


def listed_pairs(lists: RankedLists) -> tuple[Array, Array, Array]:
    """(owner row, listed row, rank from 1) of every filled entry, (m,) each.

    >>> lists = RankedLists(np.array([[1, -1], [-1, -1]]), *(np.zeros((2, 2)),) * 3)
    >>> [array.tolist() for array in listed_pairs(lists)]
    [[0], [1], [1]]
    """
    owner, position = np.nonzero(lists.others >= 0)
    return owner, lists.others[owner, position].astype(np.int64), position + 1


BackwardLogOdds = Callable[[Array, Array], Array]
"""Rows of owners and of the people listed, (m,) each -> the log odds of the listed accepting the owner."""


def ei_of_lists(lists: RankedLists, groups: Array) -> float | None:
    """The E-I index of whom lists show their owners; None without entries. groups: (n,) codes."""
    owner, other, _ = listed_pairs(lists)
    return ei_index(np.ones(len(owner)), groups[owner] != groups[other])


def evaluate_lists(lists: RankedLists, backward_of: BackwardLogOdds) -> tuple[float, float]:
    """(expected meetings per person, mean score) of the lists."""
    owner, other, rank = listed_pairs(lists)
    if owner.size == 0:
        return 0.0, 0.0
    forward = probability(lists.score[lists.others >= 0])
    backward = probability(backward_of(owner, other))
    meetings = expected_meetings(owner, other, rank, forward, backward, len(lists.others))
    return float(meetings.mean()), float(forward.mean())


def make_report(
    dataset: Dataset,
    backward_of: BackwardLogOdds,
    balanced: BalanceResult,
    lists: RankedLists,
    without_floor: RankedLists | None,
    own_best: RankedLists,
    best: BestAnswers,
) -> RunReport:
    """The report of a run; `without_floor`: its lists without E-I floor, None if the same; `own_best`: lists
    by the own score alone, under the same caps."""
    people = len(dataset.ids)
    owner, other, _ = listed_pairs(lists)
    exposure = np.bincount(other, minlength=people)
    has_capacity = dataset.capacity > 0
    meetings, score = evaluate_lists(lists, backward_of)
    free_meetings, free_score = meetings, score
    if without_floor is not None:
        free_meetings, free_score = evaluate_lists(without_floor, backward_of)
    scores = _own_scores(lists)
    best_scores = _own_scores(own_best)
    own_shares = scores[best_scores > 0] / best_scores[best_scores > 0]
    filled = np.bincount(owner, minlength=people)

    def group_report(members: Array) -> GroupReport:
        return GroupReport(
            people=int(members.sum()),
            listed=int((exposure[members] > 0).sum()),
            mean_listings=round(float(exposure[members].mean()), 4),
            mean_score=round(float(scores[members].sum() / max(1, filled[members].sum())), 4),
        )

    return RunReport(
        people=people,
        listed_pairs=len(owner),
        coverage=float((exposure[has_capacity] > 0).mean()) if has_capacity.any() else 0.0,
        exposure_gini=gini(exposure[has_capacity]),
        ei_index=balanced.ei_index,
        ei_chance=balanced.expected_ei,
        ei_floor=balanced.ei_floor,
        floor_reached=balanced.floor_reached,
        ei_lists=ei_of_lists(lists, dataset.groups) if balanced.expected_ei is not None else None,
        bonus=balanced.bonus,
        meetings=meetings,
        mean_score=score,
        meetings_cost=1 - meetings / free_meetings if free_meetings > 0 else 0.0,
        score_cost=1 - score / free_score if free_score > 0 else 0.0,
        own_share=float(np.median(own_shares)) if own_shares.size else 1.0,
        own_share_low=float(np.percentile(own_shares, 5)) if own_shares.size else 1.0,
        by_constituency={name: group_report(dataset.groups == k) for k, name in enumerate(dataset.constituencies)},
        by_language=_by_language(dataset, group_report),
        unmet_needs=unmet_needs(dataset.participants, best),
        unsought_offers=unsought_offers(dataset.participants, best),
    )


def _own_scores(lists: RankedLists) -> Array:
    """The sum of the owner's own scores over each list, (people,)."""
    return np.asarray(np.where(lists.others >= 0, probability(lists.score), 0.0).sum(axis=1))


def _by_language(dataset: Dataset, group_report: Callable[[Array], GroupReport]) -> Mapping[str, GroupReport]:
    written = [{p.seeks_language, p.offers_language, p.about_language} - {""} for p in dataset.participants]
    names = sorted(set().union(*written)) if written else []
    return {name: group_report(np.array([name in own for own in written], bool)) for name in names}
