"""One pair, laid open: every feature, what it adds in either direction, and the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from matching.errors import UnknownPerson
from matching.policy import Policy
from matching.recommend.dataset import open_forum
from matching.recommend.features import prepare_features
from matching.recommend.pagerank import Walk
from matching.recommend.reasons import Reasoner
from matching.recommend.scoring import chance, fresh_yardstick, measure, mutual, pair_parts, weight_of
from matching.recommend.state import RunState
from matching.types import Array, Explanation, Part, Participant, Tie, Vectors


def explain(
    participants: Sequence[Participant],
    ties: Sequence[Tie],
    vectors: Vectors,
    *,
    pair: tuple[int, int],
    excluded: Iterable[tuple[int, int]] = (),
    policy: Policy | None = None,
    state: RunState | None = None,
) -> Explanation:
    """Why the pair's score is what it is, measured by the yardstick of `state`, else by one taken now.

    Chances are 0 for a pair that may not be proposed, as in a run, while the parts are still shown. Raises
    UnknownPerson for an id that is not here.

    >>> a = Participant(1, "youth", seeks_topics=frozenset({"safety"}))
    >>> b = Participant(2, "industry", offers_topics=frozenset({"safety"}))
    >>> found = explain([a, b], [], Vectors.empty(2), pair=(1, 2))
    >>> [(p.feature, p.adds) for p in found.a_to_b if p.value]
    [('graph', 0.4), ('topic', 0.5)]
    """
    policy = policy or Policy()
    forum = open_forum(participants, ties, vectors, excluded, policy)
    for person in pair:
        if person not in forum.row:
            raise UnknownPerson(f"nobody here has the id {person}")
    a, b = (forum.row[person] for person in pair)
    features = prepare_features(
        forum.participants,
        vectors,
        forum.incidence,
        policy,
        yardstick=None if state is None else state.yardstick,
    )
    if state is None:
        features = fresh_yardstick(features, measure(features, policy)[0].yardstick)
    left, right = np.array([a, b]), np.array([b, a])
    parts = pair_parts(features, policy, left, right, _walked(features.walk, a, b))
    obstacle = forum.obstacles.between(a, b)
    both = chance(parts, policy) * (not obstacle)
    bonus = 0.0 if state is None else state.bonus
    reasoner = Reasoner.of(features, forum.participants, forum.graph, policy, bonus)
    return Explanation(
        a=pair[0],
        b=pair[1],
        proposable=not obstacle,
        obstacle=obstacle,
        a_to_b=_parts(parts, 0, policy),
        b_to_a=_parts(parts, 1, policy),
        p_ab=float(both[0]),
        p_ba=float(both[1]),
        score=float(mutual(both[:1], both[1:])[0]),
        reasons=() if obstacle else reasoner.reasons(left[:1], right[:1])[0],
    )


def _walked(walk: Walk | None, a: int, b: int) -> Array | None:
    if walk is None:
        return None
    entry = walk.columns(np.array([a]), 1e-5)[b, 0]
    return np.array([entry, entry])


def _parts(parts: dict[str, Array], k: int, policy: Policy) -> tuple[Part, ...]:
    return tuple(Part(name, float(values[k]), weight_of(policy, name)) for name, values in parts.items())
