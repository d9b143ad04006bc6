"""Needs that nobody answers, and offers that nobody seeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matching.types import Array, Participant

ANSWERED = 2.5
"""The least text and topics, in weighted standard deviations, at which one person answers another: on graded
pairs few below it are worth a meeting."""


@dataclass(frozen=True, slots=True)
class BestAnswers:
    """The best answer to each need, and the best need for each offer, (n,) each, among allowed pairs; -inf
    before any."""

    need: Array
    offer: Array

    @classmethod
    def empty(cls, people: int) -> BestAnswers:
        """Before the first tile."""
        return cls(np.full(people, -np.inf, np.float32), np.full(people, -np.inf, np.float32))

    @classmethod
    def of_tile(cls, forward: Array, backward: Array) -> tuple[BestAnswers, BestAnswers]:
        """Those of the rows and of the columns, given how columns answer rows (forward) and rows answer
        columns, (rows, columns) each, -inf for excluded pairs.

        >>> rows, columns = BestAnswers.of_tile(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
        >>> rows.need.tolist(), columns.need.tolist()
        ([2.0], [3.0, 4.0])
        """
        return (cls(forward.max(axis=1), backward.max(axis=1)), cls(backward.max(axis=0), forward.max(axis=0)))

    def update(self, rows: slice, found: BestAnswers) -> None:
        """Take in those that some tiles found for these rows."""
        np.maximum(self.need[rows], found.need, out=self.need[rows])
        np.maximum(self.offer[rows], found.offer, out=self.offer[rows])


def unmet_needs(participants: Sequence[Participant], best: BestAnswers) -> tuple[int, ...]:
    """The ids of people who seek something that nobody here answers.

    Who seeks by topics alone is answered by anybody who offers one.

    >>> best = BestAnswers(np.array([0.3, 3.0, 0.3]), np.zeros(3))
    >>> people = [Participant(7, seeks="x"), Participant(8, seeks="x"), Participant(9)]
    >>> unmet_needs(people, best)
    (7,)
    """
    return tuple(
        p.id
        for p, answer in zip(participants, best.need, strict=True)
        if _is_unanswered(p.seeks, p.seeks_topics, float(answer))
    )


def unsought_offers(participants: Sequence[Participant], best: BestAnswers) -> tuple[int, ...]:
    """The ids of people who offer something that nobody here seeks, by the same rule."""
    return tuple(
        p.id
        for p, wanted in zip(participants, best.offer, strict=True)
        if _is_unanswered(p.offers, p.offers_topics, float(wanted))
    )


def _is_unanswered(text: str, topics: frozenset[str], best: float) -> bool:
    return best < ANSWERED if text.strip() else bool(topics) and best <= 0
