"""When attendees can meet: their own grid of slots, and the slots two have in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now, TruncDate

from backend.booking.models.availability import Availability, MeetingRules
from backend.booking.models.closures import Closure
from backend.booking.models.meetings import Seat
from backend.booking.rules import MIN_NOTICE, check_reachable, may_meet
from backend.booking.selectors.closures import closed_everywhere
from backend.core.compiled import CompiledRows, CompiledRowsOfMany, any_of
from backend.core.local_names import local_name
from backend.core.period import Period, overlapping, overlapping_range, overlaps
from backend.events.models.agenda import SessionPart, Slot
from backend.events.models.attendees import Attendee


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """A slot that can be chosen."""

    slot_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime


def slot_choice_of(slot: Slot) -> SlotChoice:
    return SlotChoice(slot.pk, slot.starts_at, slot.ends_at)


@dataclass(frozen=True, slots=True)
class SlotCell:
    """One slot of an attendee's grid.

    `busy` is session or meeting where one of the attendee's overlaps it, closed where the organisers closed
    the venue then; `because` is the session's title, or the organisers' reason;
    `is_open` is their own choice, whether or not they are busy then.
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


def rules_for(event_id: int) -> MeetingRules:
    """The event's limits for requests, or the defaults."""
    return _rules.first(event=event_id) or MeetingRules(event_id=event_id)


def _rules_of(event: int) -> QuerySet[MeetingRules]:
    return MeetingRules.objects.filter(event=event)


_rules = CompiledRows(_rules_of, event=-1)


def availability_for(attendee: Attendee, now: dt.datetime) -> tuple[GridDay, ...]:
    """The attendee's slots by day; five queries."""
    opened = set(_opened.fetch(attendee=attendee.pk))
    busy = [
        *(
            (Period(starts_at, ends_at), "session", local_name(title, names))
            for starts_at, ends_at, title, names in _session_times.fetch(attendee=attendee.pk)
        ),
        *((Period(taken.lower, taken.upper), "meeting", "") for taken in _seat_times.fetch(attendee=attendee.pk)),
        *((Period(*both), "closed", reason) for *both, reason in _closed.fetch(event=attendee.event_id)),
    ]
    cells = []
    for row in _slots.fetch(event=attendee.event_id):
        slot = SlotChoice(*row)
        kind, because = next(((kind, because) for period, kind, because in busy if overlaps(period, slot)), ("", ""))
        cells.append(
            SlotCell(
                slot.slot_id, slot.starts_at, slot.ends_at, slot.slot_id in opened, slot.starts_at <= now, kind, because
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


def _slots_opened(attendee: int) -> QuerySet[Availability, int]:
    return Availability.objects.filter(attendee=attendee).values_list("slot_id", flat=True)


def _sessions_of(attendee: int) -> QuerySet[SessionPart, tuple[Any, ...]]:
    parts = SessionPart.objects.filter(attendee=attendee).order_by("session__starts_at", "session_id")
    return parts.values_list("session__starts_at", "session__ends_at", "session__title", "session__names")


def _seats_of(attendee: int) -> QuerySet[Seat, Any]:
    seats = Seat.objects.filter(attendee=attendee, is_active=True).order_by("period")
    return seats.values_list("period", flat=True)


def _closures_of(event: int) -> QuerySet[Closure, tuple[dt.datetime, dt.datetime, str]]:
    closures = Closure.objects.filter(event=event, room="", reopened_at=None).order_by("pk")
    return closures.values_list("starts_at", "ends_at", "reason")


def _slots_of(event: int) -> QuerySet[Slot, tuple[int, dt.datetime, dt.datetime]]:
    return Slot.objects.filter(event=event).values_list("pk", "starts_at", "ends_at")


_opened = CompiledRows(_slots_opened, attendee=-1)
_session_times = CompiledRows(_sessions_of, attendee=-1)
_seat_times = CompiledRows(_seats_of, attendee=-1)
_closed = CompiledRows(_closures_of, event=-1)
_slots = CompiledRows(_slots_of, event=-1)


def has_open_time(attendee_id: int, now: dt.datetime) -> bool:
    """Whether the attendee opened a time that can still be asked for, free or taken."""
    return bool(with_open_time([attendee_id], now))


def has_time_to_come(now: dt.datetime | Now) -> Exists:
    """Condition on attendees: they opened a time that can still be asked for, free or taken."""
    return _has_time_after(now + MIN_NOTICE)


def _has_time_after(moment: dt.datetime | Combinable) -> Exists:
    return Exists(Availability.objects.filter(attendee=OuterRef("pk"), slot__starts_at__gt=moment))


def with_open_time(ids: Collection[int], now: dt.datetime) -> set[int]:
    """Those of these attendees who opened a time that can still be asked for, free or taken; one query."""
    return set(_with_time.fetch(among=list(ids), moment=now + MIN_NOTICE)) if ids else set()


def _with_time_after(among: list[int], moment: dt.datetime) -> QuerySet[Attendee, int]:
    return Attendee.objects.filter(_has_time_after(moment), pk__in=any_of(among)).values_list("pk", flat=True)


_with_time = CompiledRows(_with_time_after, among=[-1], moment=dt.datetime.min.replace(tzinfo=dt.UTC))


def days_with_free_time(ids: list[int], zone: str, now: dt.datetime) -> list[tuple[dt.date, int]]:
    """The days in the zone of this name, each with how many attendees have an open time that is not taken.

    One query. Only ids that the contact policy let through may be given.
    """
    return _free_days.fetch(among=ids, zone=zone, moment=now + MIN_NOTICE)


def has_free_time_on(day: dt.date, zone: dt.tzinfo, now: dt.datetime) -> Exists:
    """Condition on attendees: an open time of theirs on this day in this zone is not taken."""
    return Exists(_free_times(now + MIN_NOTICE, zone).filter(attendee=OuterRef("pk"), day=day))


def _free_times(moment: dt.datetime, zone: dt.tzinfo) -> QuerySet[Any]:
    """Open times after this moment that are not taken, each with its day."""
    free = free_during(OuterRef("attendee"), OuterRef("slot__starts_at"), OuterRef("slot__ends_at"))
    times = Availability.objects.filter(free, slot__starts_at__gt=moment)
    return times.annotate(day=TruncDate("slot__starts_at", tzinfo=zone))


def _free_days_of(among: list[int], zone: str, moment: dt.datetime) -> QuerySet[Availability, tuple[dt.date, int]]:
    times = _free_times(moment, ZoneInfo(zone)).filter(attendee__in=any_of(among))
    people = Count("attendee", distinct=True)
    days: QuerySet[Availability, tuple[dt.date, int]] = (
        times.values("day").annotate(people=people).order_by("day").values_list("day", "people")
    )
    return days


_free_days = CompiledRowsOfMany(
    _free_days_of, among=[-1], zone="Antarctica/Troll", moment=dt.datetime.min.replace(tzinfo=dt.UTC)
)


def busy_during(attendee: int | OuterRef, starts_at: OuterRef | dt.datetime, ends_at: OuterRef | dt.datetime) -> Q:
    """Condition: a session or confirmed meeting of the attendee overlaps [starts_at, ends_at)."""
    session, seat = _taking(attendee, starts_at, ends_at)
    return Q(session) | Q(seat)


def free_during(attendee: int | OuterRef, starts_at: OuterRef | dt.datetime, ends_at: OuterRef | dt.datetime) -> Q:
    """Condition: neither does. Of many rows the database joins these, and looks at each for `busy_during`."""
    session, seat = _taking(attendee, starts_at, ends_at)
    return ~Q(session) & ~Q(seat)


def _taking(
    attendee: int | OuterRef, starts_at: OuterRef | dt.datetime, ends_at: OuterRef | dt.datetime
) -> tuple[Exists, Exists]:
    sessions = SessionPart.objects.filter(overlapping(starts_at, ends_at, of="session"), attendee=attendee)
    seats = Seat.objects.filter(overlapping_range(starts_at, ends_at), attendee=attendee, is_active=True)
    return Exists(sessions), Exists(seats)


def common_slots(attendee_id: int, others: Collection[int], *, after: dt.datetime) -> dict[int, tuple[Slot, ...]]:
    """For each of `others`, the slots both opened in which neither is busy, earliest first; one query.

    Only slots that start after `after`, and not while the organisers closed the venue.
    """
    wanted = sorted(set(others) - {attendee_id})
    found: dict[int, list[Slot]] = {other: [] for other in others}
    for row in _common_rows.fetch(attendee=attendee_id, others=wanted, after=after):
        found[row.attendee_id].append(row.slot)
    return {other: tuple(slots) for other, slots in found.items()}


def _common_with(attendee: int, others: list[int], after: dt.datetime) -> QuerySet[Availability]:
    """What others opened of the attendee's free times after a moment, and in which they are not busy."""
    starts_at, ends_at = OuterRef("starts_at"), OuterRef("ends_at")
    mine = (
        Slot.objects.filter(availability__attendee=attendee, starts_at__gt=after)
        .exclude(closed_everywhere(OuterRef("event"), starts_at, ends_at))
        .exclude(busy_during(attendee, starts_at, ends_at))
    )
    free = free_during(OuterRef("attendee"), OuterRef("slot__starts_at"), OuterRef("slot__ends_at"))
    return Availability.objects.filter(free, attendee__in=any_of(others), slot__in=mine.order_by().values("pk"))


def _common_rows_with(attendee: int, others: list[int], after: dt.datetime) -> QuerySet[Availability]:
    """The same with their slots, earliest first."""
    common = _common_with(attendee, others, after).select_related("slot")
    return common.order_by("slot__starts_at", "slot__ends_at", "slot_id")


_common_rows = CompiledRows(_common_rows_with, attendee=-1, others=[-2], after=dt.datetime.min.replace(tzinfo=dt.UTC))


def next_common_times(attendee: Attendee, others: Collection[int], now: dt.datetime) -> dict[int, SlotChoice]:
    """By attendee id, the first time at which the attendee can ask each of `others`; one query.

    Without those who have none in common. Only ids that the contact policy let through may be given.
    """
    if not others:
        return {}
    rows = _next_rows.fetch(attendee=attendee.pk, others=sorted(others), after=now + MIN_NOTICE)
    return {other: SlotChoice(slot, starts_at, ends_at) for other, slot, starts_at, ends_at in rows}


def _next_rows_with(
    attendee: int, others: list[int], after: dt.datetime
) -> QuerySet[Availability, tuple[int, int, dt.datetime, dt.datetime]]:
    """Of the common slots the earliest with each."""
    first = _common_with(attendee, others, after).distinct("attendee_id")
    ordered = first.order_by("attendee_id", "slot__starts_at", "slot__ends_at", "slot_id")
    return ordered.values_list("attendee_id", "slot_id", "slot__starts_at", "slot__ends_at")


_next_rows = CompiledRows(_next_rows_with, attendee=-1, others=[-2], after=dt.datetime.min.replace(tzinfo=dt.UTC))


def times_of_two(pair: tuple[int, int], now: dt.datetime) -> tuple[Slot, ...]:
    """When organisers can have two attendees (ids) meet, earliest first.

    Two whom the contact policy parts have no such time: an organiser cannot tell them from two who have no
    time in common.
    """
    if not may_meet(pair, now):
        return ()
    return common_slots(pair[0], [pair[1]], after=now + MIN_NOTICE)[pair[1]]


def free_slots_between(attendee: Attendee, other_id: int, now: dt.datetime) -> tuple[SlotChoice, ...]:
    """When I can ask the other to meet, earliest first; refuses as `check_reachable` does."""
    check_reachable(attendee, other_id, now)
    found = common_slots(attendee.pk, [other_id], after=now + MIN_NOTICE)[other_id]
    return tuple(slot_choice_of(slot) for slot in found)
