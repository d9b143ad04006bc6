"""Who met whom at the demo's earlier edition."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from backend.demo.people import SEED, CastMember

TIES = 300
MOST_OF_ONE = 9


def ties_of(cast: Sequence[CastMember]) -> tuple[tuple[int, int], ...]:
    """Three hundred pairs of places in the cast, drawn without replacement with chances by what they share.

    What one seeks and the other offers weighs most, then the country; half as much for colleagues, who
    need no forum to meet. Weighted sampling after Efraimidis and Spirakis (2006), with at most nine each.
    """
    chance = random.Random(f"{SEED} ties")  # noqa: S311 - not a secret
    keys = []
    for one, two in combinations(range(len(cast)), 2):
        key = math.log(1.0 - chance.random()) / _weight(cast[one], cast[two])
        keys.append((-key, one, two))
    met: Counter[int] = Counter()
    ties: list[tuple[int, int]] = []
    for _, one, two in sorted(keys):
        if len(ties) < TIES and met[one] < MOST_OF_ONE and met[two] < MOST_OF_ONE:
            ties.append((one, two))
            met.update((one, two))
    return tuple(sorted(ties))


def _weight(one: CastMember, two: CastMember) -> float:
    sought = len(set(one.topics_seek) & set(two.topics_offer)) + len(
        set(two.topics_seek) & set(one.topics_offer)
    )
    weight = 1.0 + 6.0 * sought + 2.0 * (one.country == two.country)
    return weight / 2 if one.organisation == two.organisation else weight
