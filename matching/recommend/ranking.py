"""Balanced weights -> lists: variety over constituencies, a cap on exposure, one place in ten to explore."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.policy import Policy
from matching.types import Array

Beyond = Callable[[Array], tuple[Array, Array]]
"""Rows of people -> their mu and h with everybody, (rows, n) each; 0 where a pair may not be proposed."""
BEYOND_ROWS = 128


@dataclass(frozen=True, slots=True)
class Shortlists:
    """The best few of each row, best first. `others` (n, w) are row numbers of people, -1 where there are
    none; `relevance` is ln mu, -inf there; `score` is h."""

    others: Array
    relevance: Array
    score: Array


@dataclass(frozen=True, slots=True)
class Places:
    """The lists: `others` (n, list_size) row numbers, -1 for an empty place; `score` h; `propensity` the
    chance of having been put there; `exploratory` marks the drawn places."""

    others: Array
    score: Array
    propensity: Array
    exploratory: Array


def make_shortlists(
    left: Array, right: Array, weights: Array, score: Array, groups: Array, policy: Policy
) -> Shortlists:
    """The `shortlist` best of each row by weight, and whatever it takes to hold the `list_size` best of other
    constituencies; ties by row number. Pairs without weight are dropped."""
    people, real = len(groups), weights > 0
    left, right, weights, score = left[real], right[real], weights[real], score[real]
    order = np.lexsort((right, -weights, left))
    left, right, weights, score = left[order], right[order], weights[order], score[order]
    starts = np.searchsorted(left, np.arange(people))
    rank = np.arange(len(left)) - starts[left]
    other = groups[left] != groups[right]
    before = np.concatenate([[0], np.cumsum(other)])
    other_rank = before[:-1] - before[starts[left]]
    keep = (rank < policy.shortlist) | (other & (other_rank < policy.list_size))
    left, right, weights, score = left[keep], right[keep], weights[keep], score[keep]
    place = np.arange(len(left)) - np.searchsorted(left, np.arange(people))[left]
    shape = (people, int(place.max(initial=-1)) + 1)
    others = np.full(shape, -1, np.int32)
    relevance, scores = np.full(shape, -np.inf), np.zeros(shape)
    others[left, place], relevance[left, place], scores[left, place] = right, np.log(weights), score
    return Shortlists(others, relevance, scores)


def exposure_caps(capacity: Array, policy: Policy) -> Array:
    """How many lists each may be in: exposure_cap x capacity, whole, at least one for who has room at all.

    >>> exposure_caps(np.array([0.0, 1.0, 5.0]), Policy()).tolist()
    [0, 2, 12]
    """
    return np.where(capacity > 0, np.maximum(1, np.floor(policy.exposure_cap * capacity)), 0).astype(np.int64)


def scale_relevance(relevance: Array) -> Array:
    """ln mu of each row brought to 0..1 between its worst and its best.

    >>> scale_relevance(np.array([[3.0, 1.0, -np.inf], [2.0, -np.inf, -np.inf]])).tolist()
    [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    real = np.isfinite(relevance)
    best = np.where(real, relevance, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    worst = np.where(real, relevance, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    span = np.where(best > worst, best - worst, 1.0)
    start = np.where(best > worst, worst, best - 1)
    return np.where(real, (np.where(real, relevance, 0) - np.where(np.isfinite(start), start, 0)) / span, 0.0)


def make_lists(
    shortlists: Shortlists,
    rows: Array,
    ids: Array,
    groups: Array,
    caps: Array,
    load: Array,
    policy: Policy,
    beyond: Beyond | None = None,
) -> Places:
    """Lists of the people `rows`, place by place for all of them at once, by greedy xQuAD (Santos et al.,
    WWW 2010): relevance x (1 - variety + variety / 2^(how many of that constituency are listed already)).

    At least `least_other` places go to other constituencies while anybody there has room: they are held
    before anything else is given, from the shortlist and, where all of it is full, from `beyond`. Nobody is
    put in more lists than `caps`; where several want the last place in somebody's exposure, the one with the
    larger weight gets it, and lists shorten before the cap breaks. `load` (n,) counts the lists each is
    already in. The last `exploratory_share` of the places are drawn evenly from those of the shortlist beyond
    the first `list_size`, keyed by (seed, id).
    """
    picker = _Picker(shortlists, rows, groups, caps, load.copy(), policy)
    picker.hold()
    if beyond is not None:
        picker.hold_beyond(beyond)
    for place in range(policy.list_size):
        if place >= picker.regular:
            picker.explore(place, ids)
        picker.fill(place)
    return picker.places()


def lottery(seed: int, owners: Array, others: Array) -> Array:
    """A number for each pair of ids, uint64, as if drawn at random: the same for ever, whoever else is there.

    >>> bool((lottery(0, np.array([1]), np.array([2])) == lottery(0, np.array([1]), np.array([2]))).all())
    True
    """
    with np.errstate(over="ignore"):
        value = np.uint64(seed % 2**63) * np.uint64(0x9E3779B97F4A7C15) + owners.astype(np.uint64)
        for mix in (others.astype(np.uint64), np.uint64(0)):
            value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            value = (value ^ (value >> np.uint64(31))) + mix
    return np.asarray(value)


class _Picker:
    """The state of the greedy: what each row holds and has, who is full, and what is still owed to other
    constituencies. An entry held counts in `load` and is placed by its value like any other."""

    def __init__(
        self, s: Shortlists, rows: Array, groups: Array, caps: Array, load: Array, policy: Policy
    ) -> None:
        self.policy, self.groups, self.caps, self.load = policy, groups, caps, load
        self.rows, self.width = rows, s.others.shape[1]
        self.regular = policy.list_size - int(policy.list_size * policy.exploratory_share + 1e-9)
        self.most_held = min(policy.least_other, self.regular)
        # Columns after the shortlist wait for who is found beyond it; those count as its least relevant.
        spare = ((0, 0), (0, self.most_held))
        self.others = np.pad(s.others[rows], spare, constant_values=-1)
        self.weight = np.pad(s.relevance[rows], spare, constant_values=-np.inf)
        self.score = np.pad(s.score[rows], spare)
        self.relevance = scale_relevance(self.weight)
        self.free = self.others >= 0
        self.group = np.where(self.free, groups[self.others], 0)
        self.outside = self.free & (self.group != groups[rows][:, None])
        self.held = np.zeros_like(self.free)
        self.count = np.zeros((len(rows), int(groups.max(initial=0)) + 1), np.int64)
        self.outsiders = np.zeros(len(rows), np.int64)
        shape = (len(rows), policy.list_size)
        self.chosen = np.full(shape, -1, np.int64)
        self.propensity, self.drawn = np.ones(shape), np.zeros(shape, bool)

    def hold(self) -> None:
        """Keep for everybody the best of other constituencies, as many as are owed, one by one."""
        for _ in range(self.most_held):
            waiting = np.arange(len(self.rows))
            while waiting.size:
                allowed = self.spare(waiting) & self.outside[waiting]
                waiting, allowed = waiting[allowed.any(axis=1)], allowed[allowed.any(axis=1)]
                pick = self.best(waiting, allowed)
                won = self.contest(waiting, pick)
                row, entry = waiting[won], pick[won]
                self.held[row, entry] = True
                np.add.at(self.load, self.others[row, entry], 1)
                self.count[row, self.group[row, entry]] += 1
                waiting = np.delete(waiting, won)
        self.count[:] = 0

    def hold_beyond(self, beyond: Beyond) -> None:
        """For whom the shortlist could not hold enough: the best of all who have room, in order of rows."""
        short = np.flatnonzero(self.held.sum(axis=1) < self.most_held)
        for start in range(0, len(short), BEYOND_ROWS):
            some = short[start : start + BEYOND_ROWS]
            room = np.bincount(self.groups[self.load < self.caps], minlength=self.count.shape[1])
            some = some[room.sum() > room[self.groups[self.rows[some]]]]
            if some.size:
                for row, weight, score in zip(some.tolist(), *beyond(self.rows[some]), strict=True):
                    self.hold_best(row, weight, score)

    def hold_best(self, row: int, weight: Array, score: Array) -> None:
        """Keep for one row the heaviest of other constituencies who have room and whom it does not hold yet;
        `weight`, `score` (n,)."""
        fits = (weight > 0) & (self.load < self.caps) & (self.groups != self.groups[self.rows[row]])
        fits[self.others[row, self.held[row]]] = False
        who = np.flatnonzero(fits)
        who = who[np.argsort(-weight[who], kind="stable")][: self.most_held - int(self.held[row].sum())]
        entry = slice(self.width, self.width + len(who))
        self.others[row, entry], self.group[row, entry] = who, self.groups[who]
        self.weight[row, entry], self.score[row, entry] = np.log(weight[who]), score[who]
        self.free[row, entry] = self.outside[row, entry] = self.held[row, entry] = True
        self.load[who] += 1

    def spare(self, at: Array) -> Array:
        """Which entries of rows `at` are neither taken nor held nor full."""
        return np.asarray(
            self.free[at] & ~self.held[at] & (self.load[self.others[at]] < self.caps[self.others[at]])
        )

    def open(self, at: Array, place: int) -> Array:
        """Which entries of rows `at` may take this place: what is held or not full; of what is held alone
        where the places left are all kept for it, of other constituencies where they are all owed to them."""
        held, spare = self.held[at] & self.free[at], self.spare(at)
        kept = held.sum(axis=1) >= max(1, self.regular - place)
        free = held | (spare & ~kept[:, None])
        owed = self.policy.least_other - self.outsiders[at]
        bound = (owed >= self.policy.list_size - place) & (free & self.outside[at]).any(axis=1)
        return np.asarray(np.where(bound[:, None], free & self.outside[at], free))

    def best(self, waiting: Array, allowed: Array) -> Array:
        """The entry of the highest value of each row."""
        novelty = self.relevance[waiting] * 0.5 ** self.count[waiting[:, None], self.group[waiting]]
        value = (1 - self.policy.variety) * self.relevance[waiting] + self.policy.variety * novelty
        return np.asarray(np.argmax(np.where(allowed, value, -np.inf), axis=1))

    def fill(self, place: int) -> None:
        """This place for everybody who has none there yet, by value; contested people go to the heaviest
        pair."""
        waiting = np.flatnonzero(self.chosen[:, place] < 0)
        while waiting.size and self.others.shape[1]:
            allowed = self.open(waiting, place)
            waiting, allowed = waiting[allowed.any(axis=1)], allowed[allowed.any(axis=1)]
            pick = self.best(waiting, allowed)
            won = self.contest(waiting, pick)
            self.take(waiting[won], pick[won], place)
            waiting = np.delete(waiting, won)

    def explore(self, place: int, ids: Array) -> None:
        """Draw this place from the shortlist beyond the first `list_size`, where anybody is left there."""
        waiting, beyond = np.arange(len(self.rows)), np.arange(self.others.shape[1]) >= self.policy.list_size
        ticket = lottery(self.policy.seed, ids[self.rows][:, None], ids[self.others])
        while waiting.size and beyond.any():
            allowed = self.open(waiting, place) & beyond
            waiting, allowed = waiting[allowed.any(axis=1)], allowed[allowed.any(axis=1)]
            pick = np.argmin(np.where(allowed, ticket[waiting] >> np.uint64(1), np.uint64(2**63)), axis=1)
            won = self.contest(waiting, pick)
            self.take(waiting[won], pick[won], place)
            self.propensity[waiting[won], place] = 1 / allowed[won].sum(axis=1)
            self.drawn[waiting[won], place] = True
            waiting = np.delete(waiting, won)

    def contest(self, waiting: Array, pick: Array) -> Array:
        """Give each wanted person to as many rows as the cap allows, the heaviest pairs first; who won
        (indices). What a row holds is its own."""
        held = self.held[waiting, pick]
        rival = np.flatnonzero(~held)
        wanted, weight = self.others[waiting, pick][rival], self.weight[waiting, pick][rival]
        order = np.lexsort((waiting[rival], -weight, wanted))
        wanted = wanted[order]
        queue = np.arange(len(order)) - np.searchsorted(wanted, wanted)
        return np.concatenate([np.flatnonzero(held), rival[order[queue < (self.caps - self.load)[wanted]]]])

    def take(self, row: Array, pick: Array, place: int) -> None:
        """Put the entries in the lists and count them."""
        fresh = ~self.held[row, pick]
        self.free[row, pick] = False
        self.chosen[row, place] = pick
        np.add.at(self.load, self.others[row, pick][fresh], 1)
        self.count[row, self.group[row, pick]] += 1
        self.outsiders[row] += self.outside[row, pick]

    def places(self) -> Places:
        """The lists without gaps: a place nobody could fill is closed up."""
        order = np.argsort(self.chosen < 0, axis=1, kind="stable")
        pick = np.take_along_axis(self.chosen, order, axis=1)
        real = pick >= 0
        at = np.maximum(pick, 0)
        if not self.others.shape[1]:
            return Places(pick, np.zeros(pick.shape), self.propensity, self.drawn)
        return Places(
            others=np.where(real, np.take_along_axis(self.others, at, axis=1), -1),
            score=np.where(real, np.take_along_axis(self.score, at, axis=1), 0.0),
            propensity=np.take_along_axis(self.propensity, order, axis=1),
            exploratory=np.take_along_axis(self.drawn, order, axis=1),
        )
