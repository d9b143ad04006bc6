"""When an attendee can meet: their own grid, and the times two have in common."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from backend.core.errors import NotFound
from backend.core.period import Period, overlaps
from backend.events.models import Attendee, SessionPart, Slot
from backend.meetings.models import Availability, Seat
from backend.meetings.rules import LAST_MINUTE, common_slots
from backend.meetings.selectors.rows import Time, time_of
from backend.safeguarding.rules import contactable_for


@dataclass(frozen=True, slots=True)
class SlotCell:
    """One slot of the grid.

    `busy` is session or meeting where something of mine overlaps it, with the session's title or nothing in
    `because`; `is_open` is what I said, whether or not I am busy then.
    """

    slot_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    is_open: bool
    is_past: bool
    busy: str
    because: str

    @property
    def can_be_asked(self) -> bool:
        return self.is_open and not self.is_past and not self.busy


@dataclass(frozen=True, slots=True)
class GridDay:
    """One day in the event's zone; `morning` and `afternoon` split at its noon."""

    date: dt.date
    morning: tuple[SlotCell, ...]
    afternoon: tuple[SlotCell, ...]

    @property
    def cells(self) -> tuple[SlotCell, ...]:
        return self.morning + self.afternoon


def availability_for(attendee: Attendee, now: dt.datetime) -> tuple[GridDay, ...]:
    """My grid by day; four queries."""
    opened = set(Availability.objects.filter(attendee=attendee.pk).values_list("slot_id", flat=True))
    busy = [
        (Period(part.session.starts_at, part.session.ends_at), "session", part.session.title)
        for part in SessionPart.objects.filter(attendee=attendee.pk)
        .select_related("session")
        .order_by("session__starts_at", "session_id")
    ] + [
        (Period(seat.period.lower, seat.period.upper), "meeting", "")
        for seat in Seat.objects.filter(attendee=attendee.pk, is_active=True).order_by("period")
    ]
    cells = []
    for slot in Slot.objects.filter(event=attendee.event_id):
        kind, because = next(
            ((kind, because) for period, kind, because in busy if overlaps(period, slot)),
            ("", ""),
        )
        cells.append(
            SlotCell(
                slot.pk,
                slot.starts_at,
                slot.ends_at,
                slot.pk in opened,
                slot.starts_at <= now,
                kind,
                because,
            )
        )
    zone = attendee.event.zone
    days = []
    for date, group in groupby(cells, key=lambda cell: cell.starts_at.astimezone(zone).date()):
        day = list(group)
        is_morning = [cell.starts_at.astimezone(zone).hour < 12 for cell in day]
        days.append(
            GridDay(
                date,
                tuple(cell for cell, early in zip(day, is_morning, strict=True) if early),
                tuple(cell for cell, early in zip(day, is_morning, strict=True) if not early),
            )
        )
    return tuple(days)


def free_slots_between(attendee: Attendee, other_id: int, now: dt.datetime) -> tuple[Time, ...]:
    """When I can ask the other to meet, earliest first; refuses NotFound where contact is not allowed."""
    if not contactable_for(attendee, "meeting", now).filter(pk=other_id).exists():
        raise NotFound("There is no such person at this forum, or you cannot see them.")
    found = common_slots(attendee.pk, [other_id], after=now + LAST_MINUTE)[other_id]
    return tuple(time_of(slot) for slot in found)
