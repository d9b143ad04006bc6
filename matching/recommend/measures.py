"""What lists are worth: expected meetings under a simple model of asking and answering, and who is
exposed."""

from __future__ import annotations

import numpy as np

from matching.types import Array

PATIENCE = 5.0


def expected_meetings(
    owner: Array, other: Array, rank: Array, forth: Array, back: Array, people: int
) -> Array:
    """Expected meetings each person gets from the requests she receives, (people,).

    `owner` asks `other`, at rank r of her list, with chance forth / log2(r + 1). `other` reads her
    requests from the best by her own chance `back`; one behind e expected better ones gets attention 1/(1
    + max(0, e/5)), and yes with chance `back`. Two people who list each other count twice, so compare
    lists, do not read the number alone.

    >>> expected_meetings(*(np.array([v]) for v in (0, 1, 1)), np.array([0.5]), np.array([0.4]), 2).tolist()
    [0.0, 0.2]
    """
    asked = forth / np.log2(rank + 1)
    order = np.lexsort((owner, -back, other))
    asked, back, other = asked[order], back[order], other[order]
    before = np.concatenate([[0.0], np.cumsum(asked)])[:-1]
    ahead = before - before[np.searchsorted(other, other)]
    met = asked * back / (1 + np.maximum(0, ahead / PATIENCE))
    return np.bincount(other, weights=met, minlength=people)


def gini(values: Array) -> float:
    """Gini coefficient of non-negative values: 0 is even, towards 1 one has all.

    >>> gini(np.array([1.0, 1.0])), gini(np.array([0.0, 2.0]))
    (0.0, 0.5)
    """
    ordered = np.sort(np.asarray(values, float))
    total = ordered.sum()
    if total <= 0:
        return 0.0
    place = np.arange(1, len(ordered) + 1)
    return float(2 * (place * ordered).sum() / (len(ordered) * total) - (len(ordered) + 1) / len(ordered))
