"""Trios: three people of three constituencies around a need one of them declares and another answers.

A linear programme over trios, priced column by column (Gilmore and Gomory, Operations Research 1961), gives a
proven bound and the trios among which an integer programme chooses; both by HiGHS.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np

from matching.errors import BadGroups
from matching.scheduling.columns import Flags, Floats, Ints
from matching.scheduling.deadline import Clock, Deadline, ShouldStop, never
from matching.scheduling.relaxation import ConstraintRows, linear_programme, quiet_highs

ADDED = 0.25  # what a third who offers what the two lack adds, in scores
MOST_CANDIDATES = 4_000_000  # trios kept by value, 20 bytes each
COLUMNS_PER_PERSON = 12  # in the first programme, and then priced into it at a time
MIP_COLUMNS = 4_000  # of the first integer programme, and of each that fills what was freed of a plan
STEP_COLUMNS = 600
STEP_SECONDS = 2.0
FREED = 40  # trios, on average
LP_SHARE = 0.5  # of the time


@dataclass(frozen=True, slots=True, kw_only=True)
class TriosProblem:
    """n people, K topics. Raises BadGroups.

    score: (n, n), symmetric reciprocal scores in [0, 1], 0 where two may not meet; constituency: (n,), codes;
    seeks, offers: (n, K), topics; most: (n,), trios a person may be in, the smaller of capacity and exposure.
    """

    score: Floats
    constituency: Ints
    seeks: Flags
    offers: Flags
    most: Ints

    def __post_init__(self) -> None:
        people = len(self.constituency)
        if self.score.shape != (people, people) or self.most.shape != (people,):
            raise BadGroups(f"“score” and “most” are needed of {people} people.")
        if self.seeks.shape != self.offers.shape or self.seeks.shape[:1] != (people,):
            raise BadGroups("“seeks” and “offers” need a row for each person and a column for each topic.")
        if not np.isfinite(self.score).all() or (self.score < 0).any() or (self.score != self.score.T).any():
            raise BadGroups("Scores are the same both ways, finite, and not below zero.")
        if (self.most < 0).any():
            raise BadGroups("“most” is a count: none can be below zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TriosPlan:
    """trios: (m, 3), people rising in each; values: (m,); value: their sum; bound: no plan is worth more."""

    trios: Ints
    values: Floats
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """How far the value may be from the best possible, as a share of the bound."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0


@dataclass(slots=True)
class Candidates:
    """Trios that may be formed. trio: (m, 3); value: (m,); left_out: no trio left out is worth more."""

    trio: Ints
    value: Floats
    left_out: float = 0.0
    pair: Ints = field(init=False)  # (m, 3), numbers of the three pairs

    def __post_init__(self) -> None:
        people = int(self.trio.max(initial=0)) + 1
        keys = np.stack([self.trio[:, a] * people + self.trio[:, b] for a, b in ((0, 1), (0, 2), (1, 2))], axis=1)
        self.pair = np.unique(keys, return_inverse=True)[1].reshape(keys.shape)


def plan_trios(
    problem: TriosProblem, *, seconds: float, seed: int, clock: Clock, should_stop: ShouldStop = never
) -> TriosPlan:
    """The best trios found: no two people are in two of them together, nobody in more than `most`.

    >>> import time
    >>> score, topics = np.full((3, 3), 0.5), np.eye(3, dtype=bool)
    >>> one = TriosProblem(score=score, constituency=np.arange(3), seeks=topics[[1, 2, 2]], offers=topics,
    ...                    most=np.ones(3, int))
    >>> plan = plan_trios(one, seconds=5, seed=1, clock=time.monotonic)
    >>> plan.trios.tolist(), plan.value, plan.bound
    ([[0, 1, 2]], 0.75, 0.75)
    """
    deadline = Deadline(clock, seconds, should_stop)
    found = candidate_trios(problem)
    chosen, bound = _Packing(found, problem.most).solve(deadline, np.random.default_rng(seed))
    value = float(found.value[chosen].sum())
    return TriosPlan(trios=found.trio[chosen], values=found.value[chosen], value=value, bound=max(bound, value))


def candidate_trios(problem: TriosProblem) -> Candidates:
    """All trios with a value, or the MOST_CANDIDATES most valuable."""
    parts: list[tuple[Ints, Floats]] = []
    need = (problem.seeks.astype(np.float32) @ problem.offers.T.astype(np.float32)) > 0
    need |= need.T
    for first in range(len(problem.constituency)):
        later = np.arange(first + 1, len(problem.constituency))
        value = _values(problem, need, first, later)
        j, k = np.nonzero(np.triu(value, 1))
        trio = np.stack([np.full(len(j), first), later[j], later[k]], axis=1)
        parts.append((trio, value[j, k]))
    trio = np.concatenate([part[0] for part in parts]) if parts else np.zeros((0, 3), np.int64)
    values = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0)
    if len(values) <= MOST_CANDIDATES:
        return Candidates(trio, values)
    kept = np.argpartition(-values, MOST_CANDIDATES)
    cut = float(values[kept[MOST_CANDIDATES]])
    kept = np.sort(kept[:MOST_CANDIDATES])
    return Candidates(trio[kept], values[kept], cut)


def _values(problem: TriosProblem, need: Flags, first: int, later: Ints) -> Floats:
    """(m, m): the trios of the first person with two later ones; 0 where they are none."""
    score, kinds = problem.score, problem.constituency
    beside = score[first, later]
    weakest = np.minimum(np.minimum(beside[:, None], beside), score[np.ix_(later, later)])
    mixed = (kinds[later][:, None] != kinds[later]) & (kinds[later] != kinds[first])[:, None]
    mixed &= kinds[later] != kinds[first]
    ours, theirs = need[first, later], need[np.ix_(later, later)]
    mixed &= (weakest > 0) & (ours[:, None] | ours | theirs)
    if not mixed.any():
        return np.zeros_like(weakest)
    seeks, offers = problem.seeks, problem.offers.astype(np.float32)
    of_two = (seeks[first] | seeks[later]) & ~(problem.offers[first] | problem.offers[later])
    third_later = (of_two.astype(np.float32) @ offers[later].T > 0) & ours[:, None]
    own = problem.offers[first]
    lacked = seeks[later][:, own].astype(np.float32), (~problem.offers[later][:, own]).astype(np.float32)
    both_lack = lacked[0] * lacked[1] @ lacked[1].T  # topics one seeks, and neither of the two offers
    third_first = ((both_lack + both_lack.T) > 0) & theirs
    adds = third_later | third_later.T | third_first
    value: Floats = np.where(mixed, weakest + ADDED * adds, 0.0)
    return value


@dataclass(slots=True)
class _Packing:
    """Which candidates to form; prices: of a person's place, (n,), and of a pair, (p,)."""

    candidates: Candidates
    most: Ints
    person: Floats = field(init=False)
    pair: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.person = np.zeros(len(self.most))  # a third of the best trio of each: it prices all away
        np.maximum.at(self.person, self.candidates.trio, self.candidates.value[:, None] / 3)
        self.pair = np.zeros(int(self.candidates.pair.max(initial=-1)) + 1)

    def solve(self, deadline: Deadline, rng: np.random.Generator) -> tuple[Ints, float]:
        """The chosen candidates, and a bound of their value."""
        value = self.candidates.value
        chosen = self._greedy(value)
        if not len(chosen):
            return chosen, 0.0
        bound = self._price(deadline.part(LP_SHARE))
        net, freed, most = self._net(), len(chosen), MIP_COLUMNS
        chosen = max(chosen, self._greedy(net), key=lambda one: float(value[one].sum()))
        while deadline.left() > 0 and value[chosen].sum() < bound - 1e-9:
            loss = rng.random(len(chosen)) * (np.maximum(-net[chosen], 0) + 0.02 * rng.random())
            fixed = np.sort(chosen[np.argsort(-loss)[freed:]])
            step = deadline.at_most(STEP_SECONDS if len(fixed) else deadline.limit / 10)
            filled, proven, is_whole = self._fill(fixed, chosen, net, most, step)
            if is_whole and not len(fixed):
                bound = min(bound, proven)
            if value[filled].sum() + value[fixed].sum() > value[chosen].sum():
                chosen = np.concatenate([filled, fixed])
            if is_whole and proven <= value[filled].sum() + 1e-9 and not len(fixed):
                break
            freed, most = int(rng.integers(FREED // 2, FREED * 3 // 2)), STEP_COLUMNS
        return np.sort(chosen), bound

    def _fill(self, fixed: Ints, chosen: Ints, net: Floats, most: int, deadline: Deadline) -> tuple[Ints, float, bool]:
        """The best found candidates beside the fixed ones, a bound of their value, and whether all that fit
        were tried: at most `most`, those that lose least at the prices."""
        trio, pair, value = self.candidates.trio, self.candidates.pair, self.candidates.value
        left = self.most - np.bincount(trio[fixed].ravel(), minlength=len(self.most))
        taken = np.zeros(len(self.pair), bool)
        taken[pair[fixed]] = True
        fits = np.flatnonzero((left[trio] > 0).all(axis=1) & ~taken[pair].any(axis=1))
        near, is_whole = fits, len(fits) <= most and not self.candidates.left_out
        if len(fits) > most:
            near = fits[np.argpartition(-net[fits], most)[:most]]
        known = np.setdiff1d(chosen, fixed)
        near = np.union1d(near, known)
        filled, proven = self._integer(near, np.isin(near, known), left, deadline)
        if filled is None or value[filled].sum() < value[known].sum():
            filled = known
        return filled, proven, is_whole

    def _greedy(self, order_by: Floats) -> Ints:
        """From the greatest on, whatever still fits."""
        left, paired, chosen = self.most.tolist(), set[int](), []
        order = np.argsort(-order_by, kind="stable")
        trios, pairs = self.candidates.trio, self.candidates.pair
        open_people = int((self.most > 0).sum())
        for number in order.tolist():
            members, three = trios[number].tolist(), pairs[number].tolist()
            if open_people < 3:
                break
            if all(left[p] for p in members) and paired.isdisjoint(three):
                chosen.append(number)
                paired.update(three)
                for p in members:
                    left[p] -= 1
                    open_people -= left[p] == 0
        return np.array(sorted(chosen), np.int64)

    def _price(self, deadline: Deadline) -> float:
        """Lowest bound of the linear programmes, whose prices stay."""
        value, trio = self.candidates.value, self.candidates.trio
        columns = _best_of_each(trio, value, COLUMNS_PER_PERSON, len(self.most))
        best, prices = self._bound(), (self.person, self.pair)
        while True:
            self._solve_lp(columns, deadline)
            bound = self._bound()
            if bound < best:
                best, prices = bound, (self.person, self.pair)
            net = self._net()
            net[columns] = 0
            wanted = np.flatnonzero(net > 1e-7)
            if not len(wanted) or deadline.left() <= 0:
                break
            more = _best_of_each(trio[wanted], net[wanted], COLUMNS_PER_PERSON, len(self.most))
            columns = np.concatenate([columns, wanted[more]])
        self.person, self.pair = prices
        return best

    def _solve_lp(self, columns: Ints, deadline: Deadline) -> None:
        rows, pairs = self._rows(columns, self.most)
        limit = max(deadline.left(), 0.5)
        highs = quiet_highs(solver="ipm", run_crossover="off", time_limit=limit)
        highs.passModel(linear_programme(self.candidates.value[columns], rows))
        highs.run()
        prices = -np.array(highs.getSolution().row_dual)
        if len(prices) == len(rows.upper) and np.isfinite(prices).all():
            people = len(self.most)
            self.person = np.maximum(prices[:people], 0)
            self.pair = np.zeros(len(self.pair))
            self.pair[pairs] = np.maximum(prices[people:], 0)

    def _rows(self, columns: Ints, left: Ints) -> tuple[ConstraintRows, Ints]:
        """A row for each person, and for each pair that is in two of the columns."""
        people, number = len(self.most), np.arange(len(columns))
        pair = self.candidates.pair[columns]
        often, inverse, count = np.unique(pair, return_inverse=True, return_counts=True)
        inverse = inverse.reshape(pair.shape)
        kept = count > 1
        place = np.cumsum(kept) - 1 + people
        inside = kept[inverse]
        row = np.concatenate([self.candidates.trio[columns].ravel(), place[inverse][inside]])
        column = np.concatenate([np.repeat(number, 3), np.repeat(number, 3)[inside.ravel()]])
        upper = np.concatenate([left, np.ones(int(kept.sum()))]).astype(float)
        lower = np.full(len(upper), -np.inf)
        return ConstraintRows(lower, upper, row, column, np.ones(len(upper), bool)), often[kept]

    def _net(self) -> Floats:
        """Value of each candidate less the prices of its places."""
        trio, pair = self.candidates.trio, self.candidates.pair
        net: Floats = self.candidates.value - self.person[trio].sum(axis=1) - self.pair[pair].sum(axis=1)
        return net

    def _bound(self) -> float:
        """The Lagrangian at these prices, valid whatever they are; what was left out is priced away."""
        self.person = np.maximum(self.person, self.candidates.left_out / 3)
        return float(self.person @ self.most + self.pair.sum() + np.maximum(self._net(), 0).sum())

    def _integer(self, columns: Ints, start: Flags, left: Ints, deadline: Deadline) -> tuple[Ints | None, float]:
        rows, _ = self._rows(columns, left)
        highs = quiet_highs(time_limit=max(deadline.left(), 0.1), mip_rel_gap=0.0, mip_abs_gap=1e-9)
        programme = linear_programme(self.candidates.value[columns], rows)
        programme.integrality_ = [highspy.HighsVarType.kInteger] * len(columns)
        highs.passModel(programme)
        known = highspy.HighsSolution()
        known.col_value = start.astype(float).tolist()
        highs.setSolution(known)
        highs.run()
        info, values = highs.getInfo(), np.array(highs.getSolution().col_value)
        proven = -info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else np.inf
        if info.primal_solution_status != 2 or len(values) != len(columns):
            return None, proven
        return columns[values > 0.5], proven


def _best_of_each(trio: Ints, value: Floats, most: int, people: int) -> Ints:
    """Numbers of the `most` trios of greatest value of each person."""
    order = np.argsort(-value, kind="stable")
    kept = np.zeros(len(order), bool)
    for place in range(3):
        member = trio[order, place]
        by_person = np.argsort(member, kind="stable")
        start = np.searchsorted(member[by_person], np.arange(people))
        rank = np.arange(len(order)) - start[member[by_person]]
        kept[order[by_person[rank < most]]] = True
    return np.flatnonzero(kept)
