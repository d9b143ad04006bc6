"""A whole run: participants in, explained lists out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

import numpy as np

from matching.parallel import ParallelMap, no_garbage_collection, one_blas_thread, thread_map
from matching.policy import MatchingPolicy
from matching.recommend.balance import BalanceResult, balance_pairs, list_weights, matching_weights
from matching.recommend.candidates import CandidatePairs, score_candidates
from matching.recommend.dataset import Dataset, prepare_dataset
from matching.recommend.exclusions import NoCommonLanguage
from matching.recommend.features import Features, Priors, prepare_features
from matching.recommend.measures import ei_of_lists, evaluate_lists, make_report
from matching.recommend.ranking import RankedLists, Shortlists, exposure_caps, extend_lists, make_lists, make_shortlists
from matching.recommend.reasons import ReasonBuilder
from matching.recommend.scoring import (
    Scorer,
    fit_standardiser,
    log_odds_of_pairs,
    log_odds_of_rows,
    probability,
    reciprocal_score,
)
from matching.recommend.state import RunState
from matching.recommend.strength import strength_of
from matching.recommend.unmet import BestAnswers
from matching.types import Array, Lists, Participant, RunReport, Suggested, Tie, Vectors

OnProgress = Callable[[str, float], None]
Ranked = TypeVar("Ranked")
MEETINGS_LOST = 0.01


@dataclass(frozen=True, slots=True)
class RunResult:
    """Lists by participant id (empty where nobody fits), the report, and the state for later updates.

    Entries of a rank above `policy.list_size` are further ones, which balance did not place.
    """

    lists: Lists
    report: RunReport
    state: RunState


@no_garbage_collection()
@one_blas_thread()
def compute_run(
    participants: Sequence[Participant],
    ties: Sequence[Tie],
    vectors: Vectors,
    *,
    excluded: Iterable[tuple[int, int]] = (),
    policy: MatchingPolicy | None = None,
    priors: Priors | None = None,
    on_progress: OnProgress | None = None,
    parallel_map: ParallelMap = thread_map,
) -> RunResult:
    """Steps 1-7 of docs/matching.md: features, scores, candidates, balance, lists, reasons, report.

    vectors: rows follow the participants sorted by id; excluded: pairs never to recommend, in either order;
    priors: prior mean vectors by field and language, the mean of all texts where missing.
    `on_progress(stage, share)` gets the stages graph, pairs, balance and lists; `parallel_map` searches all
    pairs. Inputs are not changed.
    Raises DuplicatePerson, BadParticipant, BadTie, BadVectors.

    >>> a = Participant(1, "youth", seeks_topics=frozenset({"safety"}))
    >>> b = Participant(2, "industry", offers_topics=frozenset({"safety"}))
    >>> run = compute_run([a, b], [], Vectors.empty(2))
    >>> [(s.other, s.reasons[0].code) for s in run.lists[1]]
    [(2, 'topic_offered')]
    """
    policy = policy or MatchingPolicy()
    report_stage = on_progress or (lambda _stage, _share: None)
    report_stage("graph", 0.0)
    dataset = prepare_dataset(participants, ties, vectors, excluded, policy)
    unfitted = prepare_features(dataset.participants, vectors, dataset.incidence, policy, priors=priors)
    features = fit_standardiser(unfitted, policy)
    del unfitted
    report_stage("pairs", 0.0)
    pairs, best = score_candidates(
        Scorer.from_features(features, policy),
        dataset.groups,
        dataset.exclusions,
        lambda share: report_stage("pairs", share),
        parallel_map,
    )
    ranked, report, state = _place(dataset, features, policy, pairs, best, report_stage)
    report_stage("lists", 0.5)
    extended = extend_lists(ranked, pairs.left, pairs.right, pairs.log_odds, policy.further)
    del pairs
    lists = explain_lists(dataset, features, policy, state.bonus, extended, np.arange(len(dataset.ids)))
    report_stage("lists", 1.0)
    return RunResult(lists, report, state)


def _place(
    dataset: Dataset,
    features: Features,
    policy: MatchingPolicy,
    pairs: CandidatePairs,
    best: BestAnswers,
    report_stage: OnProgress,
) -> tuple[RankedLists, RunReport, RunState]:
    """Balance, lists and report of the candidates."""
    people = len(dataset.ids)
    report_stage("balance", 0.0)
    balanced = balance_pairs(
        pairs, dataset.groups, dataset.capacity, policy, lambda share: report_stage("balance", share)
    )
    report_stage("lists", 0.0)

    @cache
    def scorer() -> Scorer:  # as large as all texts: made where a list needs people beyond the candidates
        return Scorer.from_features(features, policy)

    external = dataset.groups[pairs.left] != dataset.groups[pairs.right]

    def rank(balanced: BalanceResult, own_exponent: float) -> tuple[RankedLists, Shortlists]:
        chosen_by = list_weights(balanced.weights, pairs.log_odds, external, balanced.bonus, own_exponent)
        shortlists = make_shortlists(pairs.left, pairs.right, chosen_by, pairs.log_odds, dataset.groups, policy)

        def full_rows(rows: Array) -> tuple[Array, Array]:
            forward, backward = log_odds_of_rows(scorer(), rows, dataset.exclusions.mask)
            weights = list_weights_of_rows(
                rows, forward, backward, dataset.groups, balanced.scale, balanced.bonus, own_exponent, policy
            )
            return weights, forward

        lists = make_lists(
            shortlists,
            np.arange(people),
            dataset.ids,
            dataset.groups,
            exposure_caps(dataset.capacity, policy),
            np.zeros(people, np.int64),
            policy,
            full_rows,
        )
        return lists, shortlists

    def backward_of(owner: Array, other: Array) -> Array:
        backward = pairs.log_odds_of(other, owner)
        beyond = np.isnan(backward)
        if beyond.any():
            backward[beyond] = log_odds_of_pairs(features, policy, other[beyond], owner[beyond])[0]
        return backward

    own_exponent, (lists, shortlists) = with_own_score(
        lambda exponent: rank(balanced, exponent),
        lambda ranked: evaluate_lists(ranked[0], backward_of)[0],
        lambda ranked: ei_of_lists(ranked[0], dataset.groups),
        policy.ei_floor if policy.ei_floor is not None else balanced.expected_ei,
        policy.own_exponent,
    )
    without_floor = None
    if balanced.bonus > 0:
        free = balance_pairs(pairs, dataset.groups, dataset.capacity, replace(policy, ei_floor=-1.0))
        without_floor = rank(free, own_exponent)[0]
    lists = device_pairs_last(lists, dataset, policy, np.arange(people))
    own_best = lists_by_own_score(pairs, dataset.groups, dataset.capacity, policy)
    report = make_report(dataset, backward_of, balanced, lists, without_floor, own_best, best)
    state = RunState(
        ids=dataset.ids,
        scale=balanced.scale,
        mean_scores=pairs.mean_scores,
        bonus=balanced.bonus,
        own_exponent=own_exponent,
        standardiser=features.standardiser,
        term_counts=features.term_counts,
        latent=features.latent,
        shortlists=shortlists,
        lists=lists,
    )
    return lists, report, state


def with_own_score(
    rank: Callable[[float], Ranked],
    meetings_of: Callable[[Ranked], float],
    ei_of: Callable[[Ranked], float | None],
    ei_floor: float | None,
    most: float,
) -> tuple[float, Ranked]:
    """(exponent, lists) by the largest exponent of the owner's own score, `most` or a half or a quarter of
    it, that costs at most MEETINGS_LOST of the expected meetings of balance alone and keeps the E-I index of
    the lists at the floor that organisers set, else at chance, or where balance alone has it; 0 where each
    costs more, as where all want the same few.

    >>> with_own_score(lambda k: k, lambda k: 10 - k / 100, lambda k: 1 - k / 20, 0.6, 20.0)
    (5.0, 5.0)
    """
    balanced = rank(0.0)
    least = (1 - MEETINGS_LOST) * meetings_of(balanced)
    alone = ei_of(balanced)
    least_ei = -1.0 if alone is None or ei_floor is None else min(alone, ei_floor)
    for exponent in (most, most / 2, most / 4) if most else ():
        ranked = rank(exponent)
        if meetings_of(ranked) >= least and (ei_of(ranked) or 0.0) >= least_ei:
            return exponent, ranked
    return 0.0, balanced


def lists_by_own_score(pairs: CandidatePairs, groups: Array, capacity: Array, policy: MatchingPolicy) -> RankedLists:
    """The lists of everybody's best by the own score alone, under the same caps."""
    policy = replace(policy, variety=0.0, least_other=0, exploratory_share=0.0)
    own = probability(pairs.log_odds.astype(np.float64))
    shortlists = make_shortlists(pairs.left, pairs.right, own, pairs.log_odds, groups, policy)
    everybody, caps = np.arange(len(groups)), exposure_caps(capacity, policy)
    return make_lists(shortlists, everybody, everybody, groups, caps, np.zeros_like(everybody), policy)


def list_weights_of_rows(
    rows: Array,
    forward: Array,
    backward: Array,
    groups: Array,
    scale: Array,
    bonus: float,
    own_exponent: float,
    policy: MatchingPolicy,
) -> Array:
    """`list_weights` of the people `rows` with everybody, (rows, n), from log odds in both directions."""
    weights = matching_weights(rows, reciprocal_score(forward, backward), groups, scale, bonus, policy.beta)
    external = groups[rows][:, None] != groups[None, :]
    return list_weights(weights, forward, external, bonus, own_exponent)


def device_pairs_last(lists: RankedLists, dataset: Dataset, policy: MatchingPolicy, rows: Array) -> RankedLists:
    """The lists of the people `rows` (k,), with pairs that need a translating device last of their strength.

    Without interpreters these are the pairs that are listed without a language in common.
    """
    people = dataset.participants
    if policy.interpreters or not any(person.translating_device for person in people):
        return lists
    listed = lists.others >= 0
    line, position = np.nonzero(listed)
    others = lists.others[line, position].astype(np.int64)
    by_device = np.zeros_like(listed)
    by_device[listed] = NoCommonLanguage.from_participants(people).pairs(rows[line], others)
    words = [
        [strength_of(score, need_declared=people[row].declares_need) for score in scores]
        for row, scores in zip(rows, probability(lists.score), strict=True)
    ]
    step = np.unique(np.where(listed, np.array(words, str).reshape(listed.shape), ""), return_inverse=True)[1]
    step = step.reshape(listed.shape)
    order = np.empty(listed.shape, np.int64)
    np.put_along_axis(order, np.argsort(step, kind="stable"), np.lexsort((by_device, step)), axis=1)
    names = RankedLists.__slots__
    return RankedLists(*(np.take_along_axis(getattr(lists, name), order, axis=1) for name in names))


def explain_lists(
    dataset: Dataset, features: Features, policy: MatchingPolicy, bonus: float, ranked: RankedLists, rows: Array
) -> dict[int, tuple[Suggested, ...]]:
    """The lists of the people `rows` (k,), by id and with reasons; line k of `ranked` is that of rows[k]."""
    line, position = np.nonzero(ranked.others >= 0)
    left, right = rows[line], ranked.others[line, position].astype(np.int64)
    builder = ReasonBuilder.from_features(features, dataset.participants, dataset.incidence, policy, bonus)
    reasons = builder.reasons(left, right)
    columns = (
        dataset.ids[left],
        dataset.ids[right],
        probability(ranked.score[line, position]),
        position + 1,
        ranked.propensity[line, position],
        ranked.exploratory[line, position],
    )
    lists: dict[int, list[Suggested]] = {int(dataset.ids[row]): [] for row in rows}
    for (owner, other, score, rank, propensity, exploratory), why in zip(
        zip(*(column.tolist() for column in columns), strict=True), reasons, strict=True
    ):
        lists[owner].append(Suggested(other, score, rank, why, propensity, exploratory))
    return {owner: tuple(entries) for owner, entries in lists.items()}
