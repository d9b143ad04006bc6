"""What organisers closed: as conditions on slots and tables, and as rows for their page."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from backend.booking.models.closures import Closure, DisplacedMeeting
from backend.booking.models.meetings import Meeting
from backend.core.period import Period, overlapping, overlapping_range
from backend.events.models.agenda import Table
from backend.events.models.events import Event

UNDO_WINDOW = dt.timedelta(minutes=10)
Moment = dt.datetime | Combinable


def closed_everywhere(event: int | Combinable, starts_at: Moment, ends_at: Moment) -> Exists:
    """Condition: the whole venue is closed at some moment of [starts_at, ends_at)."""
    return Exists(_closures(event, starts_at, ends_at).filter(room=""))


def closed_tables(starts_at: Moment, ends_at: Moment) -> Exists:
    """Condition on tables: closed at some moment of [starts_at, ends_at), by room or with the whole venue.

    An online room closes with the whole venue alone.
    """
    at_venue = Q(room=OuterRef("place")) | Q(room=OuterRef("label"))
    return Exists(_closures(OuterRef("event"), starts_at, ends_at).filter(Q(room="") | at_venue))


def _closures(event: int | Combinable, starts_at: Moment, ends_at: Moment) -> QuerySet[Closure]:
    return Closure.objects.filter(overlapping(starts_at, ends_at), event=event, reopened_at=None)


def rooms_for(event: Event) -> tuple[str, ...]:
    """What can be closed by itself: each place where tables stand, then each table that stands alone."""
    tables = Table.objects.filter(event=event, is_online=False).order_by("pk").values_list("place", "label")
    places = dict.fromkeys(place for place, _label in tables if place)
    return (*places, *(label for _place, label in tables if label not in places))


def meetings_in(event: Event, period: Period, room: str) -> QuerySet[Meeting]:
    """Agreed meetings in the period, in that room or anywhere, earliest first."""
    found = Meeting.objects.filter(
        overlapping_range(period.starts_at, period.ends_at), event=event, state=Meeting.State.ACCEPTED
    )
    if room:
        found = found.filter(Q(table__place=room) | Q(table__label=room), is_online=False)
    return found.order_by("period", "pk")


def meetings_to_displace(now: dt.datetime) -> list[tuple[Closure, int]]:
    """Agreed meetings (ids) to come at a time that is closed, with the closure; for a job."""
    closures = Closure.objects.filter(reopened_at=None, ends_at__gt=now).select_related("event").order_by("pk")
    found: dict[int, Closure] = {}
    for closure in closures:
        period = Period(closure.starts_at, closure.ends_at)
        meetings = meetings_in(closure.event, period, closure.room).filter(period__endswith__gt=now)
        for meeting_id in meetings.values_list("pk", flat=True):
            found.setdefault(meeting_id, closure)
    return [(closure, meeting_id) for meeting_id, closure in found.items()]


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A closure with how many meetings it moved, cancelled and gave back; `waiting` are still to be moved."""

    closure: Closure
    moved: int
    cancelled: int
    restored: int
    waiting: int
    can_undo: bool


def closures_for(event: Event, now: dt.datetime) -> Sequence[ClosureRow]:
    """The event's closures, newest first."""
    waiting = Counter(closure.pk for closure, _meeting_id in meetings_to_displace(now))
    outcomes: dict[int, Counter[str]] = defaultdict(Counter)
    rows = DisplacedMeeting.objects.filter(closure__event=event).values_list("closure_id", "outcome")
    for closure_id, outcome in rows:
        outcomes[closure_id][outcome] += 1
    state = DisplacedMeeting.Outcome
    return [
        ClosureRow(
            closure,
            moved=outcomes[closure.pk][state.MOVED],
            cancelled=outcomes[closure.pk][state.CANCELLED],
            restored=outcomes[closure.pk][state.RESTORED],
            waiting=waiting[closure.pk],
            can_undo=closure.reopened_at is None and now < closure.made_at + UNDO_WINDOW,
        )
        for closure in Closure.objects.filter(event=event)
    ]
