"""What a plan is made from: who may be planned, when and where, and the meetings there are already."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

from backend.booking.rules import MIN_NOTICE
from backend.core.period import Period, overlaps
from backend.events.models.agenda import Slot, Table
from backend.events.models.events import Event
from backend.events.rules.attendees import IdPair


@dataclass(frozen=True, slots=True)
class PlannableAttendee:
    """An attendee who may be planned, as an organiser reads them."""

    attendee_id: int
    name: str
    title: str
    organisation: str
    constituency: str
    country: str
    languages: tuple[str, ...] = ()
    translating_device: bool = False
    declares_need: bool = False
    has_joined: bool = True


@dataclass(frozen=True, slots=True)
class BusyPeriod:
    """A person's busy period during a session or, `is_group`, at a table of a group, with its title."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    title: str
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class FixedMeeting:
    """A meeting no draft may move: confirmed, or proposed by the organisers and not agreed yet.

    A confirmed one has its slot and table; a proposal offers `slot` alone, and `table` is the planned one.
    """

    meeting_id: int
    pair: IdPair
    slot: Slot
    table: Table
    is_confirmed: bool


@dataclass(frozen=True)
class PlanningData:
    """An event at one moment.

    people: by id, only whom the contact policy opens; slots: all of them, earliest first; tables: those at
    the venue, as they are given out; opened: slot ids by attendee, all of them for those who have not joined;
    busy: sessions and groups by attendee; held_tables: when groups of any kind have a table (id); groups: who
    (ids) has a place at each table of several; refused: pairs that must not meet; requested: pairs with an
    open request or proposal; settled: pairs that met, agreed or said no; unlisted: the number of attendees that
    may not be planned.
    """

    event: Event
    now: dt.datetime
    people: dict[int, PlannableAttendee]
    slots: tuple[Slot, ...]
    tables: tuple[Table, ...]
    opened: dict[int, frozenset[int]]
    busy: dict[int, tuple[BusyPeriod, ...]]
    held_tables: dict[int, tuple[Period, ...]]
    groups: tuple[tuple[int, ...], ...]
    fixed_meetings: tuple[FixedMeeting, ...]
    refused: Set[IdPair]
    requested: frozenset[IdPair]
    settled: frozenset[IdPair]
    unlisted: int

    @cached_property
    def fixed_meetings_of(self) -> dict[int, tuple[FixedMeeting, ...]]:
        """Fixed meetings by attendee."""
        found: dict[int, list[FixedMeeting]] = defaultdict(list)
        for meeting in self.fixed_meetings:
            for attendee_id in meeting.pair:
                found[attendee_id].append(meeting)
        return {attendee_id: tuple(meetings) for attendee_id, meetings in found.items()}

    @cached_property
    def slots_to_plan(self) -> tuple[Slot, ...]:
        """Slots late enough for a request, without overlaps: of two that overlap, the one that ends first."""
        chosen: list[Slot] = []
        for slot in sorted(self.slots, key=lambda slot: (slot.ends_at, slot.starts_at, slot.pk)):
            if slot.starts_at > self.now + MIN_NOTICE and (not chosen or slot.starts_at >= chosen[-1].ends_at):
                chosen.append(slot)
        return tuple(chosen)

    def may_meet(self, pair: IdPair) -> bool:
        """Whether the contact policy lets the two meet."""
        return pair[0] in self.people and pair[1] in self.people and pair not in self.refused

    def is_open(self, attendee_id: int, slot: Slot) -> bool:
        """Whether they opened the slot and no session overlaps it; meetings do not count."""
        return slot.pk in self.opened.get(attendee_id, frozenset()) and not self.session_in(attendee_id, slot)

    def session_in(self, attendee_id: int, slot: Slot) -> str:
        """Title of the session that overlaps the slot, or empty."""
        periods = self.busy.get(attendee_id, ())
        return next((period.title for period in periods if overlaps(period, slot)), "")
