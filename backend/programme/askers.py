"""Who of two asks the other, so that nobody has to ask much more than others."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping

from backend.programme.forum import Pair


def askers_for(pairs: Iterable[Pair], waiting: Mapping[int, int]) -> dict[Pair, int]:
    """For each pair the one who asks; the most anybody has waiting in the end is as low as it can be.

    waiting: requests each has open already. A first share-out by load is bettered by handing requests on
    along a chain of people, from one who has many to one who has at least two fewer, while there is such one.

    >>> askers_for([(1, 2), (1, 3), (2, 3)], {1: 1})
    {(1, 2): 2, (1, 3): 3, (2, 3): 2}
    """
    load = Counter(waiting)
    asker: dict[Pair, int] = {}
    mine: dict[int, set[Pair]] = defaultdict(set)
    for pair in sorted(pairs):
        who = min(pair, key=lambda key: (load[key], key))
        asker[pair] = who
        mine[who].add(pair)
        load[who] += 1
    while (chain := _chain(load, mine)) is not None:
        for pair in chain:
            old, new = asker[pair], pair[0] + pair[1] - asker[pair]
            mine[old].discard(pair)
            mine[new].add(pair)
            asker[pair] = new
            load[old] -= 1
            load[new] += 1
    return asker


def _chain(load: Mapping[int, int], mine: Mapping[int, set[Pair]]) -> list[Pair] | None:
    """Pairs to hand on, each from its asker to the other, beginning with one of who has the most."""
    for start in sorted(mine, key=lambda key: (-load[key], key)):
        came: dict[int, list[Pair]] = {start: []}
        queue = deque([start])
        while queue:
            at = queue.popleft()
            if load[at] <= load[start] - 2:
                return came[at]
            for pair in sorted(mine.get(at, ())):
                other = pair[0] + pair[1] - at
                if other not in came:
                    came[other] = [*came[at], pair]
                    queue.append(other)
    return None
