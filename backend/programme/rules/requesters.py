"""Chooses who of each pair sends the request, balancing the number sent per person."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping

from backend.events.rules import IdPair


def choose_requesters(pairs: Iterable[IdPair], open_requests: Mapping[int, int]) -> dict[IdPair, int]:
    """For each pair the one who sends the request; the highest load in the end is as low as it can be.

    open_requests: how many each has open already. A greedy assignment by load is improved along augmenting
    paths: requests move from a person with many to one with at least two fewer, while there is such a
    path.

    >>> choose_requesters([(1, 2), (1, 3), (2, 3)], {1: 1})
    {(1, 2): 2, (1, 3): 3, (2, 3): 2}
    """
    load = Counter(open_requests)
    requester: dict[IdPair, int] = {}
    sent_by: dict[int, set[IdPair]] = defaultdict(set)
    for pair in sorted(pairs):
        chosen = min(pair, key=lambda key: (load[key], key))
        requester[pair] = chosen
        sent_by[chosen].add(pair)
        load[chosen] += 1
    while (path := _augmenting_path(load, sent_by)) is not None:
        for pair in path:
            old, new = requester[pair], pair[0] + pair[1] - requester[pair]
            sent_by[old].discard(pair)
            sent_by[new].add(pair)
            requester[pair] = new
            load[old] -= 1
            load[new] += 1
    return requester


def _augmenting_path(load: Mapping[int, int], sent_by: Mapping[int, set[IdPair]]) -> list[IdPair] | None:
    """Pairs to hand over, each from its requester to the other, starting at one of the highest load."""
    for start in sorted(sent_by, key=lambda key: (-load[key], key)):
        paths: dict[int, list[IdPair]] = {start: []}
        queue = deque([start])
        while queue:
            at = queue.popleft()
            if load[at] <= load[start] - 2:
                return paths[at]
            for pair in sorted(sent_by.get(at, ())):
                other = pair[0] + pair[1] - at
                if other not in paths:
                    paths[other] = [*paths[at], pair]
                    queue.append(other)
    return None
