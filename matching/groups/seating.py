"""Seats of all rounds being improved: what every swap of two people, and every move to a free seat, is worth.

All deltas of a round come from a few matrix operations over people x people, so that a step of the search
knows its whole neighbourhood (Dotú and Van Hentenryck, CP-AI-OR 2005, do so for the social golfer problem).
Cost: minus the worth of the pairs that sit together at least once, plus a weight x the sum over tables and
constituencies of |share at the table - share among those present|, plus what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.scheduling.columns import Flags, Floats, Ints

Singles = NDArray[np.float32]
Tables = TypeVar("Tables", Floats, Singles)  # tables (T, ...), or (T, ..., C) by constituency
MIX_WEIGHT = 16.0  # of a table whose shares differ by one in sum, in pairs
UNSEATED = 1e4  # of somebody present without a seat
SHORT = 1e5  # of a table with fewer people than the fewest, and of each person above the greatest share
NEVER = np.float32(1e9)


@dataclass(frozen=True, slots=True)
class Rules:
    """What stays the same during a search over R rounds, n people, T tables, C constituencies.

    seats: (T,); least: (R, T); constituency: (n,); share: (R, C) of those present; worth: (n, n), of sitting
    together for the first time, 0 on the diagonal; forbidden: (n, n); allowed: (n, T), who may sit where;
    movable: (R, n); mix_weight: of a table whose shares differ by one in sum, in pairs; share_most: the
    greatest share of one constituency at a table.
    """

    seats: Ints
    least: Ints
    constituency: Ints
    share: Singles
    worth: Singles
    forbidden: Flags
    allowed: Flags
    movable: Flags
    mix_weight: float = MIX_WEIGHT
    share_most: float = 1.0


@dataclass(slots=True)
class Seating:
    """table: (R, n), T for nobody's table; together: (n, n), rounds in which two sit together."""

    rules: Rules
    table: Ints
    together: Ints = field(init=False)
    counts: Singles = field(init=False)
    sizes: Ints = field(init=False)

    def __post_init__(self) -> None:
        rounds, people = self.table.shape
        tables, kinds = len(self.rules.seats), self.rules.share.shape[1]
        self.together = np.zeros((people, people), np.int64)
        self.counts = np.zeros((rounds, tables + 1, kinds), np.float32)
        self.sizes = np.zeros((rounds, tables + 1), np.int64)
        for number in range(rounds):
            self.together += self._same(number)
            self._count(number)

    def cost(self) -> float:
        rules = self.rules
        pairs = float(rules.worth[np.triu(self.together > 0, 1)].sum(dtype=np.float64))
        tables = sum(float(self._table_cost(r, self.counts[r, :-1]).sum()) for r in range(len(self.table)))
        missing = int((rules.movable & (self.table == len(rules.seats))).sum())
        return tables - pairs + UNSEATED * missing

    def set_row(self, number: int, row: Ints) -> None:
        """Other seats in one round."""
        self.together -= self._same(number)
        self.table[number] = row
        self.together += self._same(number)
        self._count(number)

    def deltas(self, number: int) -> tuple[Singles, Singles]:
        """What the cost changes by: (n, n), a swap of two people, and (n, T+1), a move of one; NEVER where
        not allowed."""
        rules, row = self.rules, self.table[number]
        tables, kinds, outside = len(rules.seats), rules.constituency, len(rules.seats)
        pair = np.where(self.together > self._same(number), np.float32(0), -rules.worth)
        at = (row[:, None] == np.arange(tables + 1)).astype(np.float32)
        join = pair @ at
        join[:, outside] = 0
        barred = rules.forbidden.astype(np.float32) @ at if rules.forbidden.any() else np.zeros_like(join)
        barred[:, outside] = 0
        elsewhere = np.append(~rules.allowed, np.zeros((len(row), 1), bool), axis=1)
        people = np.arange(len(row))
        leave = join[people, row]
        swapped, removed, added = self._table_deltas(number)
        half = join[:, row] - leave[:, None]
        half += swapped[row, kinds][:, kinds]
        swap = half + half.T
        swap -= 2 * pair
        fixed = ~rules.movable[number]
        swap[fixed] = NEVER
        swap[:, fixed] = NEVER
        swap[row[:, None] == row] = NEVER
        against = (barred[:, row] > rules.forbidden) | elsewhere[:, row]
        swap[against | against.T] = NEVER
        move = join - leave[:, None]
        move += removed[row, kinds][:, None] + added[:, kinds].T
        move[fixed] = NEVER
        move[:, :outside][:, self.sizes[number, :outside] >= rules.seats] = NEVER
        move[people, row] = NEVER
        move[(barred > 0) | elsewhere] = NEVER
        return swap, move

    def _table_deltas(self, number: int) -> tuple[Singles, Singles, Singles]:
        """Change of a table's own cost: (T+1, C, C) by one leaving and one coming, (T+1, C) by one leaving,
        (T+1, C) by one coming."""
        counts = self.counts[number]
        kinds = counts.shape[1]
        one = np.eye(kinds, dtype=np.float32)
        now = self._table_cost(number, counts[:-1])
        swapped = np.zeros((len(counts), kinds, kinds), np.float32)
        if kinds > 1:
            both = counts[:-1, None, None] - one[:, None] + one
            swapped[:-1] = self._table_cost(number, both) - now[:, None, None]
        removed = np.full((len(counts), kinds), -UNSEATED, np.float32)
        removed[:-1] = self._table_cost(number, np.maximum(counts[:-1, None] - one, 0)) - now[:, None]
        added = np.full((len(counts), kinds), UNSEATED, np.float32)
        added[:-1] = self._table_cost(number, counts[:-1, None] + one) - now[:, None]
        return swapped, removed, added

    def _table_cost(self, number: int, counts: Singles) -> Singles:
        """Of tables (T, ..., C): their mix, and what is missing to the fewest."""
        rules, size = self.rules, counts.sum(axis=-1)
        cost = rules.mix_weight * lack_of_mix(counts, rules.share[number])
        if rules.share_most < 1:
            most = most_of_one_kind(counts, rules.share_most)
            cost += SHORT * np.maximum(counts - most[..., None], 0).sum(axis=-1)
        least = rules.least[number].reshape(-1, *[1] * (size.ndim - 1))
        short = (size > 0) & (size < least)
        cost += np.where(short, SHORT * (2 - size / np.maximum(least, 1)) + UNSEATED * size, 0)
        found: Singles = cost.astype(np.float32)
        return found

    def _same(self, number: int) -> Flags:
        row = self.table[number]
        same: Flags = row[:, None] == row
        same[row == len(self.rules.seats)] = False
        np.fill_diagonal(same, val=False)
        return same

    def _count(self, number: int) -> None:
        shape = self.counts.shape[1:]
        flat = self.table[number] * shape[1] + self.rules.constituency
        self.counts[number] = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape)
        self.sizes[number] = self.counts[number].sum(axis=1)


def lack_of_mix(counts: Tables, share: Singles) -> Tables:
    """(T, ...): the sum over constituencies of |share at the table - share among those present|, of tables
    (T, ..., C)."""
    size = counts.sum(axis=-1)
    away: Tables = np.abs(counts - size[..., None] * share).sum(axis=-1)
    lack: Tables = away / np.maximum(size, 1)
    return lack


def most_of_one_kind(counts: Tables, share_most: float) -> Tables:
    """(T, ...): how many of one constituency a table (T, ..., C) may have."""
    most: Tables = np.floor(share_most * counts.sum(axis=-1) + 1e-6)
    return most


def pair_flags(people: int, pairs: Ints) -> Flags:
    """(n, n), true for each of the (m, 2) pairs, both ways."""
    flags: Flags = np.zeros((people, people), bool)
    flags[pairs[:, 0], pairs[:, 1]] = flags[pairs[:, 1], pairs[:, 0]] = True
    return flags
