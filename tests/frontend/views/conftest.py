"""Meeting times and tables for the cast: the official and the engineer have opened all times."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from backend.events.models import Attendee, Slot, Table
from backend.meetings import services
from backend.meetings.models import Availability, Meeting
from tests.frontend.conftest import Cast

OPENING = dt.datetime(2026, 12, 9, 3, 0, tzinfo=dt.UTC)  # 10:00 in Bangkok


@dataclass
class Booking:
    """The cast with times: they ask and answer by one word each, at `now`."""

    cast: Cast
    slots: list[Slot]
    now: dt.datetime

    def ask(self, asker: Attendee, other: Attendee, *slots: Slot, **wish: object) -> Meeting:
        return services.request_meeting(
            attendee=asker,
            other_id=other.pk,
            wish=services.Wish(slot_ids=tuple(slot.pk for slot in slots), **wish),
            by=asker.person,
            now=self.now,
        )

    def accept(self, attendee: Attendee, meeting: Meeting, slot: Slot | None = None) -> Meeting:
        return services.accept_meeting(
            attendee=attendee,
            meeting_id=meeting.pk,
            slot_id=slot.pk if slot else None,
            by=attendee.person,
            now=self.now,
        )

    def page(self, meeting: Meeting, verb: str = "") -> str:
        return self.cast.address(f"meetings/{meeting.pk}/{verb}")


def lay_out(cast: Cast, *people: Attendee) -> Booking:
    """Six half hours from 10:00 on the first day, two tables, and everybody named open at all of them."""
    half = dt.timedelta(minutes=30)
    slots = [
        Slot.objects.create(event=cast.event, starts_at=OPENING + n * half, ends_at=OPENING + (n + 1) * half)
        for n in range(6)
    ]
    for label in ("T1", "T2"):
        Table.objects.create(event=cast.event, label=label, place="Gallery")
    for attendee in people:
        Availability.objects.bulk_create(
            Availability(event=cast.event, attendee=attendee, slot=slot) for slot in slots
        )
    return Booking(cast, slots, dt.datetime(2026, 12, 8, 3, 0, tzinfo=dt.UTC))


@pytest.fixture
def booking(cast: Cast, time_machine: object) -> Booking:
    """The day before the forum, with times laid out."""
    found = lay_out(cast, cast.official, cast.engineer, cast.lawyer)
    time_machine.move_to(found.now, tick=False)  # type: ignore[attr-defined]
    return found
