"""Who met whom at the demo's earlier edition."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from backend.demo.people import SEED, DemoPerson

TIES = 300
MAX_TIES_EACH = 9


def draw_ties(members: Sequence[DemoPerson]) -> tuple[tuple[int, int], ...]:
    """Three hundred pairs of places in `members`, drawn with chances by what they share.

    What one seeks and the other offers weighs most, then the country; half as much for colleagues, who
    need no forum to meet. Weighted sampling after Efraimidis and Spirakis (2006), with at most nine each.
    """
    chance = random.Random(f"{SEED} ties")  # noqa: S311 - not a secret
    keys = []
    for one, two in combinations(range(len(members)), 2):
        key = math.log(1.0 - chance.random()) / _weight(members[one], members[two])
        keys.append((-key, one, two))
    met: Counter[int] = Counter()
    ties: list[tuple[int, int]] = []
    for _, one, two in sorted(keys):
        if len(ties) < TIES and met[one] < MAX_TIES_EACH and met[two] < MAX_TIES_EACH:
            ties.append((one, two))
            met.update((one, two))
    return tuple(sorted(ties))


def _weight(one: DemoPerson, two: DemoPerson) -> float:
    sought = len(set(one.topics_seek) & set(two.topics_offer)) + len(set(two.topics_seek) & set(one.topics_offer))
    weight = 1.0 + 6.0 * sought + 2.0 * (one.country == two.country)
    return weight / 2 if one.organisation == two.organisation else weight
