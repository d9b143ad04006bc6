"""Tables and online rooms: which kinds an event has, and which are free for a meeting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from backend.booking.models.meetings import Meeting
from backend.booking.selectors.closures import closed_tables
from backend.core.period import overlapping_range
from backend.events.models.agenda import Slot, Table


@dataclass(frozen=True, slots=True)
class PlaceKinds:
    """Which kinds of place an event has, free or taken: tables, step-free tables, online rooms."""

    table: bool
    step_free: bool
    online: bool


def place_kinds_for(event_id: int) -> PlaceKinds:
    """The kinds of place a request can ask for; one query."""
    kinds = set(Table.objects.filter(event=event_id).values_list("is_online", "step_free").distinct())
    return PlaceKinds(
        table=any(not online for online, _step_free in kinds),
        step_free=(False, True) in kinds,
        online=any(online for online, _step_free in kinds),
    )


def tables_beside(event_id: int, place: str) -> tuple[str, ...]:
    """The tables at this place of the venue, by label, in the order in which they were set up."""
    tables = Table.objects.filter(event=event_id, place=place, is_online=False)
    return tuple(tables.order_by("pk").values_list("label", flat=True))


def suitable_tables(meeting: Meeting) -> Q:
    """Condition: tables of the kind the meeting asks for; online, or at the venue and step-free if needed."""
    kind = Q(event=meeting.event_id, is_online=meeting.is_online)
    return kind & Q(step_free=True) if meeting.needs_step_free and not meeting.is_online else kind


def free_tables(meeting: Meeting, slot: Slot) -> Sequence[Table]:
    """Suitable tables, open in this slot and not taken, those with steps first: step-free ones stay free."""
    taken = Meeting.objects.filter(
        overlapping_range(slot.starts_at, slot.ends_at),
        table=OuterRef("pk"),
        is_online=False,
        table_freed_at=None,
        state__in=Meeting.CONFIRMED_STATES,
    )
    closed = closed_tables(slot.starts_at, slot.ends_at)
    found = Table.objects.filter(suitable_tables(meeting), ~Exists(taken), ~closed)
    return list(found.order_by("step_free", "pk"))


def slots_with_table(meeting: Meeting, slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """The slots in which a suitable table is free, in the given order; one query."""
    taken = Meeting.objects.filter(
        overlapping_range(OuterRef(OuterRef("starts_at")), OuterRef(OuterRef("ends_at"))),
        table=OuterRef("pk"),
        is_online=False,
        table_freed_at=None,
        state__in=Meeting.CONFIRMED_STATES,
    )
    closed = closed_tables(OuterRef(OuterRef("starts_at")), OuterRef(OuterRef("ends_at")))
    tables = Table.objects.filter(suitable_tables(meeting), ~Exists(taken), ~closed, event=OuterRef("event"))
    given = list(slots)
    found = set(Slot.objects.filter(Exists(tables), pk__in=[slot.pk for slot in given]).values_list("pk", flat=True))
    return tuple(slot for slot in given if slot.pk in found)
