"""How long fifty who join the last place of a roundtable at once wait, beside fifty who join one each."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from backend.booking.models.meetings import Meeting
from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from tests.backend.booking.test_races import PATIENCE, at_once
from tests.backend.groups.test_joining_races import MANY, last_place
from tests.factories import make_attendees
from tests.halls import OpenHall

TIMES = 4  # the goal: p95 of those at one place is at most so many times that of the others


@pytest.mark.django_db(transaction=True)
def test_fifty_at_the_last_place_wait_at_most_four_times_as_long() -> None:
    hall, meeting, late = last_place(MANY)
    contended = p95(*(lambda one=one: hall.join(one, meeting) for one in late))
    apart, pairs = fifty_apart()
    uncontended = p95(*(lambda pair=pair: apart.join(*pair) for pair in pairs))
    print(f"p95 contended {contended:.3f} s, uncontended {uncontended:.3f} s, ratio {contended / uncontended:.2f}")
    assert contended <= TIMES * uncontended


def fifty_apart() -> tuple[OpenHall, list[tuple[Attendee, Meeting]]]:
    """Fifty roundtables at one time, and somebody to join each."""
    hall = OpenHall(people=0, tables=MANY, slots=1, slug="apart")
    hosts = make_attendees(hall.event, [{}] * MANY)
    meetings = [hall.approve(hall.propose(one)) for one in hosts]
    return hall, list(zip(make_attendees(hall.event, [{}] * MANY), meetings, strict=True))


def p95(*calls: Callable[[], object]) -> float:
    """Seconds within which 95 % of these calls, begun together, are answered."""
    seconds: list[float] = []

    def run(call: Callable[[], object]) -> None:
        connection.ensure_connection()
        ready.wait(PATIENCE)
        begun = time.perf_counter()
        try:
            call()
        except BusinessError:
            pass
        finally:
            seconds.append(time.perf_counter() - begun)

    ready = threading.Barrier(len(calls))
    assert set(at_once(*(lambda call=call: run(call) for call in calls))) == {"ok"}
    return statistics.quantiles(seconds, n=20)[-1]
