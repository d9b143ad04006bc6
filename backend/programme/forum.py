"""An event as its planner and its pages read it: who may be planned, when, where, and what stands already."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from backend.core.period import overlaps
from backend.events.models import Attendee, Event, SessionPart, Slot, Table
from backend.meetings.models import Availability, Meeting
from backend.meetings.rules import MIN_NOTICE
from backend.programme.models import Plan, PlannedMeeting
from backend.safeguarding.rules import matchable, refused_pairs

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Attending:
    """An attendee who may be planned, as an organiser reads them."""

    attendee_id: int
    name: str
    title: str
    organisation: str
    constituency: str
    country: str


@dataclass(frozen=True, slots=True)
class BusyPeriod:
    """When a session, named by its title, keeps somebody busy."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    title: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A meeting that stands beside any draft: agreed, or asked for by a published plan and waiting.

    An agreed one has its place; one that waits offers `slot` alone, and `table` is where it was planned.
    """

    meeting_id: int
    pair: Pair
    slot: Slot
    table: Table
    is_agreed: bool


@dataclass(frozen=True)
class Forum:
    """Read once, in a constant number of queries.

    people: by id, only whom the contact policy opens; slots: all of them, earliest first; tables: those at
    the venue, as they are given out; opened: slot ids by attendee; busy: sessions by attendee; refused: pairs
    that must not meet; asked: pairs between whom a request waits; settled: pairs that met, agreed or said no;
    unlisted: the number of attendees nobody may plan.
    """

    event: Event
    now: dt.datetime
    people: dict[int, Attending]
    slots: tuple[Slot, ...]
    tables: tuple[Table, ...]
    opened: dict[int, frozenset[int]]
    busy: dict[int, tuple[BusyPeriod, ...]]
    standing: tuple[Standing, ...]
    refused: frozenset[Pair]
    asked: frozenset[Pair]
    settled: frozenset[Pair]
    unlisted: int

    @cached_property
    def meetings_of(self) -> dict[int, tuple[Standing, ...]]:
        """Standing meetings by attendee."""
        found: dict[int, list[Standing]] = defaultdict(list)
        for meeting in self.standing:
            for attendee_id in meeting.pair:
                found[attendee_id].append(meeting)
        return {attendee_id: tuple(meetings) for attendee_id, meetings in found.items()}

    @cached_property
    def slots_to_plan(self) -> tuple[Slot, ...]:
        """Slots that can still be asked for, of which no two overlap: the one that ends first is taken."""
        chosen: list[Slot] = []
        for slot in sorted(self.slots, key=lambda slot: (slot.ends_at, slot.starts_at, slot.pk)):
            if slot.starts_at > self.now + MIN_NOTICE and (
                not chosen or slot.starts_at >= chosen[-1].ends_at
            ):
                chosen.append(slot)
        return tuple(chosen)

    def may_meet(self, pair: Pair) -> bool:
        """Whether the contact policy lets the two meet."""
        return pair[0] in self.people and pair[1] in self.people and pair not in self.refused

    def is_open(self, attendee_id: int, slot: Slot) -> bool:
        """Whether they opened the slot and no session keeps them busy; meetings are not asked."""
        return slot.pk in self.opened.get(attendee_id, frozenset()) and not self.session_in(attendee_id, slot)

    def session_in(self, attendee_id: int, slot: Slot) -> str:
        """The session that keeps them busy in the slot, or nothing."""
        periods = self.busy.get(attendee_id, ())
        return next((period.title for period in periods if overlaps(period, slot)), "")


def pair_of(first: int, second: int) -> Pair:
    """Two attendees in the one order in which pairs are kept: lower id first."""
    return (first, second) if first < second else (second, first)


def read_forum(event: Event, now: dt.datetime) -> Forum:
    """The event at this moment; whoever shows it admits organisers only."""
    rows = matchable(event).select_related("person", "organisation__sector").order_by("pk")
    people = {row.pk: _attending(row) for row in rows}
    tables = Table.objects.filter(event=event, is_online=False).order_by("step_free", "pk")
    opened: dict[int, set[int]] = defaultdict(set)
    for attendee_id, slot_id in Availability.objects.filter(event=event).values_list("attendee", "slot"):
        opened[attendee_id].add(slot_id)
    busy: dict[int, list[BusyPeriod]] = defaultdict(list)
    parts = SessionPart.objects.filter(event=event).select_related("session")
    for part in parts.order_by("session__starts_at", "pk"):
        session = part.session
        busy[part.attendee_id].append(BusyPeriod(session.starts_at, session.ends_at, session.title))
    pairs = _pairs_in(Meeting.objects.filter(event=event).prefetch_related("seats"))
    slots = tuple(Slot.objects.filter(event=event))
    waiting = {meeting.pk for meeting in pairs if _waits(meeting, now)}
    lapsed = (Meeting.State.REQUESTED, Meeting.State.EXPIRED)
    taken_back = set(  # by the organiser, with the whole plan: no word of the two on each other
        PlannedMeeting.objects.filter(
            event=event, plan__state=Plan.State.WITHDRAWN, meeting__state=Meeting.State.WITHDRAWN
        ).values_list("meeting_id", flat=True)
    )
    return Forum(
        event=event,
        now=now,
        people=people,
        slots=slots,
        tables=tuple(tables),
        opened={key: frozenset(ids) for key, ids in opened.items()},
        busy={key: tuple(periods) for key, periods in busy.items()},
        standing=_standing(event, pairs, waiting, slots),
        refused=frozenset(refused_pairs(event)),
        asked=frozenset(pair for meeting, pair in pairs.items() if meeting.pk in waiting),
        settled=frozenset(
            pair
            for meeting, pair in pairs.items()
            if meeting.state not in lapsed and meeting.pk not in taken_back
        ),
        unlisted=Attendee.objects.filter(event=event).count() - len(people),
    )


def _attending(row: Attendee) -> Attending:
    organisation = row.organisation.name if row.organisation else ""
    return Attending(row.pk, row.person.name, row.title, organisation, row.constituency, row.country)


def _waits(meeting: Meeting, now: dt.datetime) -> bool:
    return meeting.state == Meeting.State.REQUESTED and meeting.expires_at > now


def _pairs_in(meetings: Iterable[Meeting]) -> dict[Meeting, Pair]:
    """The two of every one-to-one meeting."""
    found = {}
    for meeting in meetings:
        seated = sorted(seat.attendee_id for seat in meeting.seats.all())
        if meeting.kind == Meeting.Kind.ONE_TO_ONE and len(seated) == 2:
            found[meeting] = pair_of(*seated)
    return found


def _standing(
    event: Event, pairs: dict[Meeting, Pair], waiting: set[int], slots: tuple[Slot, ...]
) -> tuple[Standing, ...]:
    """What is agreed, and what published plans asked for in one slot and waits; by time, then id."""
    slot_of = {slot.pk: slot for slot in slots}
    tables = {table.pk: table for table in Table.objects.filter(event=event)}
    found = [
        Standing(meeting.pk, pair, slot_of[meeting.slot_id], tables[meeting.table_id], True)
        for meeting, pair in pairs.items()
        if meeting.state in Meeting.CONFIRMED_STATES and meeting.slot_id and meeting.table_id
    ]
    planned = PlannedMeeting.objects.filter(
        event=event, plan__state=Plan.State.PUBLISHED, meeting__in=waiting
    ).prefetch_related("meeting__times")
    for row in planned:
        times = list(row.meeting.times.all()) if row.meeting else []
        if len(times) == 1 and row.meeting_id:
            pair = pair_of(row.first_id, row.second_id)
            found.append(
                Standing(row.meeting_id, pair, slot_of[times[0].slot_id], tables[row.table_id], False)
            )
    return tuple(sorted(found, key=lambda s: (s.slot.starts_at, not s.is_agreed, s.meeting_id)))
