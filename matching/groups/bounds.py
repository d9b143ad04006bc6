"""What no plan of rounds can pass: different pairs, and how mixed the tables are."""

from __future__ import annotations

import numpy as np

from matching.scheduling.columns import Flags, Ints


def pairs_bound(present: Flags, seats: Ints, forbidden: Ints) -> int:
    """No plan can have more different pairs: by the seats of each round, and by how many each person can
    meet, of those who are there at once and allowed.

    present: (R, n); seats: (T,); forbidden: (m, 2).

    >>> pairs_bound(np.ones((5, 16), bool), np.full(4, 4), np.zeros((0, 2), int))
    120
    """
    at_once = present.T.astype(np.float32) @ present.astype(np.float32) > 0
    np.fill_diagonal(at_once, val=False)
    for a, b in (forbidden.T, forbidden.T[::-1]):
        at_once[a, b] = False
    beside = max(int(seats.max(initial=0)) - 1, 0)
    each = np.minimum(at_once.sum(axis=1), present.sum(axis=0) * beside)
    by_seats = 0
    for people in present.sum(axis=1).tolist():
        before = np.cumsum(np.sort(seats)[::-1])
        sizes = np.diff(np.minimum(before, people), prepend=0)  # as uneven as seats allow: most pairs
        by_seats += int((sizes * (sizes - 1) // 2).sum())
    return min(by_seats, int(each.sum()) // 2)


def mix_bound(sizes: Ints, counts: Ints, seated: int) -> float:
    """No seats of one round at tables of these sizes have less: the sum over tables and constituencies of
    |share at the table - share among those present|.

    sizes: (T,), above 0; counts: (C,), people present; seated: how many of them have a seat. Constituency by
    constituency, each person sits where it costs least, so that tables need not come out at their size; where
    somebody has no seat, each table has as many of a constituency as is best for it.

    >>> [float(mix_bound(np.array([4, 4]), np.array(there), 8)) for there in ([2, 6], [3, 5])]
    [0.0, 0.5]
    """
    share = counts / max(int(counts.sum()), 1)
    levels = np.arange(int(sizes.max(initial=0)) + 1)
    total = 0.0
    for part, people in zip(share, counts, strict=True):
        away = np.abs(levels / sizes[:, None] - part)
        if seated < counts.sum():
            total += float(away.min(axis=1).sum())
            continue
        steps = np.diff(away, axis=1)[levels[:-1] < sizes[:, None]]
        total += part * len(sizes) + float(np.sort(steps)[:people].sum())
    return total
