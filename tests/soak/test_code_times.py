"""How long the pages of signing in take for addresses that are known and for others: told, never judged."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy.stats import binom

from backend.core.models import UseCount
from backend.people.models import Person
from tests.servers import address_of_the_database, web_process
from tests.venue import ASK, CONFIRM, Venue, Visitor

WARM, PAIRS = 20, 1_000


@pytest.mark.django_db(transaction=True)
def test_known_and_unknown_addresses_in_pairs_and_how_much_longer_the_known_take(
    amount: Callable[[int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    pairs, chance = WARM + amount(PAIRS), random.Random(7)
    Person.objects.bulk_create(
        Person(email=f"known-{number}@example.org", name=f"Guest {number}", password="!") for number in range(pairs)
    )
    taken: dict[str, dict[str, list[float]]] = {}
    with web_process(address_of_the_database()) as (port, _process):
        for number in range(pairs):
            UseCount.objects.all().delete()  # all of them behind one address are more than a forum's people
            both = ["known", "other"]
            chance.shuffle(both)
            for which in both:
                for step, seconds in _steps(Visitor(Venue(port), f"{which}-{number}@example.org")):
                    taken.setdefault(step, {"known": [], "other": []})[which].append(seconds)
    with capsys.disabled():
        for step, times in taken.items():
            known, other = (np.array(times[which][WARM:]) * 1_000 for which in ("known", "other"))
            middle, low, high = _median_and_interval(known - other)
            print(
                f"\n{step}: known {np.median(known):.2f} ms, unknown {np.median(other):.2f} ms, difference "
                f"{middle:+.3f} ms (95% from {low:+.3f} to {high:+.3f}, {len(known)} pairs)"
            )


def _steps(visitor: Visitor) -> Sequence[tuple[str, float]]:
    """Each step of a browser that asks for a code and types a wrong one, with its seconds."""
    visitor.send("GET", ASK)
    acts: dict[str, tuple[str, str, dict[str, str]]] = {
        "asking for a code": ("POST", ASK, {"email": visitor.email}),
        "the page for the code": ("GET", CONFIRM, {}),
        "a wrong code": ("POST", CONFIRM, {"code": "WRNG-CODE"}),
        "another code": ("POST", CONFIRM, {"action": "resend"}),
    }
    statuses = [visitor.send(method, path, **fields) for method, path, fields in acts.values()]
    assert statuses == [302, 200, 200, 302]
    return list(zip(acts, visitor.venue.seconds[1:], strict=True))


def _median_and_interval(differences: np.ndarray) -> tuple[float, float, float]:
    """The median and its 95% interval by order statistics, which assumes nothing of how times are spread."""
    ordered, count = np.sort(differences), len(differences)
    below = max(0, int(binom.ppf(0.025, count, 0.5)) - 1)
    return float(np.median(ordered)), float(ordered[below]), float(ordered[count - 1 - below])
