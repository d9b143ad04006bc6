"""The explanation of one pair: every feature, its contribution in both directions, and the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from matching.errors import UnknownPerson
from matching.policy import MatchingPolicy
from matching.recommend.dataset import prepare_dataset
from matching.recommend.features import Priors, prepare_features
from matching.recommend.pagerank import RandomWalk
from matching.recommend.reasons import ReasonBuilder
from matching.recommend.scoring import (
    acceptance_probabilities,
    feature_weight,
    fit_standardiser,
    need,
    standardised_features,
)
from matching.recommend.state import RunState
from matching.types import Array, Explanation, FeatureContribution, Participant, Tie, Vectors


def explain_pair(
    participants: Sequence[Participant],
    ties: Sequence[Tie],
    vectors: Vectors,
    *,
    pair: tuple[int, int],
    excluded: Iterable[tuple[int, int]] = (),
    policy: MatchingPolicy | None = None,
    state: RunState | None = None,
    priors: Priors | None = None,
) -> Explanation:
    """All features, probabilities and reasons of a pair of ids, standardised as in `state` if given.

    The probabilities of an excluded pair are 0, its features are given all the same. Raises UnknownPerson.

    >>> a = Participant(1, "youth", seeks_topics=frozenset({"safety"}))
    >>> b = Participant(2, "industry", offers_topics=frozenset({"safety"}))
    >>> found = explain_pair([a, b], [], Vectors.empty(2), pair=(1, 2))
    >>> [(p.feature, round(p.contribution, 4)) for p in found.a_to_b if p.value]
    [('topic', 1.0), ('graph', 0.025)]
    """
    policy = policy or MatchingPolicy()
    dataset = prepare_dataset(participants, ties, vectors, excluded, policy)
    for person in pair:
        if person not in dataset.row_of:
            raise UnknownPerson(f"nobody here has the id {person}")
    a, b = (dataset.row_of[person] for person in pair)
    features = prepare_features(
        dataset.participants,
        vectors,
        dataset.incidence,
        policy,
        standardiser=None if state is None else state.standardiser,
        priors=priors,
    )
    if state is None:
        features = fit_standardiser(features, policy)
    left, right = np.array([a, b]), np.array([b, a])
    values = standardised_features(features, policy, left, right, _resolvent_entries(features.walk, a, b))
    exclusion = dataset.exclusions.reason(a, b)
    needs = need(values, policy)
    p_ab, p_ba = (float(p[0]) for p in acceptance_probabilities(needs[:1], needs[1:], policy))
    bonus = 0.0 if state is None else state.bonus
    builder = ReasonBuilder.from_features(features, dataset.participants, dataset.incidence, policy, bonus)
    return Explanation(
        a=pair[0],
        b=pair[1],
        proposable=not exclusion,
        exclusion=exclusion,
        a_to_b=_contributions(values, 0, policy),
        b_to_a=_contributions(values, 1, policy),
        p_ab=0.0 if exclusion else p_ab,
        p_ba=0.0 if exclusion else p_ba,
        score=0.0 if exclusion else p_ab,
        reasons=() if exclusion else builder.reasons(left[:1], right[:1])[0],
    )


def _resolvent_entries(walk: RandomWalk | None, a: int, b: int) -> Array | None:
    if walk is None:
        return None
    entry = walk.columns(np.array([a]), 1e-5)[b, 0]
    return np.array([entry, entry])


def _contributions(features: dict[str, Array], k: int, policy: MatchingPolicy) -> tuple[FeatureContribution, ...]:
    return tuple(
        FeatureContribution(name, float(values[k]), feature_weight(policy, name)) for name, values in features.items()
    )
