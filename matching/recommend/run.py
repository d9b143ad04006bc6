"""A whole run: people in, explained lists out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.policy import Policy
from matching.recommend.balance import Balanced, balance, weights_of
from matching.recommend.candidates import find_candidates
from matching.recommend.dataset import Forum, open_forum
from matching.recommend.features import Features, prepare_features
from matching.recommend.ranking import Places, exposure_caps, make_lists, make_shortlists
from matching.recommend.reasons import Reasoner
from matching.recommend.report import make_report
from matching.recommend.scoring import Scorer, measure, mutual, score_all
from matching.recommend.state import RunState
from matching.types import Array, Lists, Participant, RunReport, Suggested, Tie, Vectors

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """Lists by participant id (everybody has one, empty where nobody fits), the report, and the state to
    keep."""

    lists: Lists
    report: RunReport
    state: RunState


def build_run(
    participants: Sequence[Participant],
    ties: Sequence[Tie],
    vectors: Vectors,
    *,
    excluded: Iterable[tuple[int, int]] = (),
    policy: Policy | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Steps 1-7 of docs/matching.md. `excluded` are pairs the contact policy keeps apart, either order.

    Rows of `vectors` follow the participants sorted by id. `progress(stage, share)` is called with the
    stages graph, pairs, balance and lists. Raises a MatchingError for input it cannot use; the input is
    not changed.

    >>> a = Participant(1, "youth", seeks_topics=frozenset({"safety"}))
    >>> b = Participant(2, "industry", offers_topics=frozenset({"safety"}))
    >>> run = build_run([a, b], [], Vectors.empty(2))
    >>> [(s.other, s.reasons[0].code) for s in run.lists[1]]
    [(2, 'topic_offered')]
    """
    policy = policy or Policy()
    tell = progress or (lambda _stage, _share: None)
    tell("graph", 0.0)
    forum = open_forum(participants, ties, vectors, excluded, policy)
    features, walked = measure(prepare_features(forum.participants, vectors, forum.incidence, policy), policy)
    tell("pairs", 0.0)
    chances = score_all(
        Scorer.of(features, policy), walked, forum.obstacles.forbidden, lambda s: tell("pairs", 0.7 * s)
    )
    pairs = find_candidates(chances, forum.groups, policy, lambda s: tell("pairs", 0.7 + 0.3 * s))
    del walked
    tell("balance", 0.0)
    balanced = balance(pairs, forum.groups, forum.capacity, policy, lambda s: tell("balance", s))
    tell("lists", 0.0)

    def lists_of(balanced: Balanced, chances: Array) -> tuple[Places, RunState]:
        short = make_shortlists(pairs.left, pairs.right, balanced.weights, pairs.score, forum.groups, policy)

        def beyond(rows: Array) -> tuple[Array, Array]:
            forth, back = chances[rows].astype(np.float64), chances[:, rows].T.astype(np.float64)
            weights = weights_of(rows, forth, back, forum.groups, balanced.scale, balanced.bonus, policy.beta)
            return weights, mutual(forth, back)

        everybody = np.arange(len(forum.ids))
        caps, load = exposure_caps(forum.capacity, policy), np.zeros(len(forum.ids), np.int64)
        places = make_lists(short, everybody, forum.ids, forum.groups, caps, load, policy, beyond)
        state = RunState(
            forum.ids,
            balanced.scale,
            pairs.dampening,
            balanced.bonus,
            features.yardstick,
            features.words,
            short,
            places,
        )
        return places, state

    places, state = lists_of(balanced, chances)
    plain = None
    if balanced.bonus > 0:
        free = balance(pairs, forum.groups, forum.capacity, replace(policy, ei_floor=-1.0))
        plain = lists_of(free, chances)[0]
    report = make_report(forum, chances, balanced, places, plain)
    del chances
    tell("lists", 0.5)
    lists = write_lists(forum, features, policy, balanced.bonus, places, np.arange(len(forum.ids)))
    tell("lists", 1.0)
    return RunResult(lists, report, state)


def write_lists(
    forum: Forum, features: Features, policy: Policy, bonus: float, places: Places, rows: Array
) -> dict[int, tuple[Suggested, ...]]:
    """The lists of `rows` as values, with reasons; `places` has one line for each of them."""
    filled = places.others >= 0
    line, place = np.nonzero(filled)
    left, right = rows[line], places.others[line, place].astype(np.int64)
    reasons = Reasoner.of(features, forum.participants, forum.graph, policy, bonus).reasons(left, right)
    lists: dict[int, list[Suggested]] = {int(forum.ids[row]): [] for row in rows}
    for k, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        at = line[k], place[k]
        lists[int(forum.ids[i])].append(
            Suggested(
                other=int(forum.ids[j]),
                score=min(1.0, max(0.0, float(places.score[at]))),
                rank=int(place[k]) + 1,
                reasons=reasons[k],
                propensity=float(places.propensity[at]),
                exploratory=bool(places.exploratory[at]),
            )
        )
    return {owner: tuple(found) for owner, found in lists.items()}
