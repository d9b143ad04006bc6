"""The word shown for a score: fixed steps of the seeker's own score; nothing is strong without a need."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from matching.types import Array


class Strength(StrEnum):
    """How well a suggestion fits, in three words."""

    STRONG = "strong"
    GOOD = "good"
    WORTH_A_LOOK = "worth_a_look"


CUTS: tuple[tuple[Strength, float], ...] = ((Strength.STRONG, 0.8), (Strength.GOOD, 0.5), (Strength.WORTH_A_LOOK, 0.0))
"""The least score of each word, chosen once on graded lists (docs/matching.md), not fitted to a forum."""


def strength_of(score: float, *, need_declared: bool) -> Strength:
    """The word for a score in [0, 1]; at most good where the list's owner declares no need, since without one
    past ties alone lift most scores.

    >>> [strength_of(score, need_declared=True).value for score in (0.9, 0.8, 0.79, 0.1)]
    ['strong', 'strong', 'good', 'worth_a_look']
    >>> strength_of(0.9, need_declared=False).value
    'good'
    """
    found = next((word for word, least in CUTS if score >= least), Strength.WORTH_A_LOOK)
    return Strength.GOOD if found is Strength.STRONG and not need_declared else found


def strength_steps(score: Array, need_declared: Array) -> Array:
    """`strength_of` of many scores at once, as numbers: the weakest is the least.

    >>> strength_steps(np.array([0.9, 0.9, 0.5, 0.1]), np.array([True, False, True, True])).tolist()
    [3, 2, 2, 1]
    """
    step = np.searchsorted(sorted(least for _word, least in CUTS), score, side="right")
    return np.where(need_declared, step, np.minimum(step, len(CUTS) - 1))
