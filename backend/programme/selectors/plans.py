"""A plan as its organisers read it: its meetings and those that stand, in three orders, with its figures."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.events.models import Event, Slot, Table
from backend.meetings.models import Meeting
from backend.programme.forum import Attending, Forum, pair_of
from backend.programme.models import Plan, PlannedMeeting, ProgrammeRules
from backend.programme.rules import PlanConflict, conflict_text
from backend.programme.scope import aims_of, crosses_in, members_of

PLANNED, ASKED, AGREED, NOT_SENT = "planned", "asked", "agreed", "not_sent"
COUNTED = (PLANNED, ASKED, AGREED)
ENTRIES = 200  # on one page of a plan: about 120 kB


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A meeting on the page. `planned_id` is set for the plan's own; those that stand beside have none.

    state is planned, asked, agreed, not_sent (`refusal` says why), or what became of it (declined,
    withdrawn, expired, cancelled).
    """

    planned_id: int | None
    meeting_id: int | None
    first: Attending
    second: Attending
    slot: Slot
    table: Table
    state: str
    value: float
    is_locked: bool
    moved_by_hand: bool
    crosses: bool
    refusal: str

    @property
    def counts(self) -> bool:
        """Whether the two meet, as things stand."""
        return self.state in COUNTED

    def other(self, attendee_id: int) -> Attending:
        return self.second if self.first.attendee_id == attendee_id else self.first


@dataclass(frozen=True, slots=True)
class Group:
    """All meetings of one person, slot or table; exactly one of these is set."""

    entries: tuple[Entry, ...]
    person: Attending | None = None
    slot: Slot | None = None
    table: Table | None = None

    @property
    def count(self) -> int:
        return sum(entry.counts for entry in self.entries)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A person the plan is for who has too few meetings, with the reason as a code (see Drafted), or the
    most they alone could have."""

    person: Attending
    why: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is proven and how it is spread; meetings per person count what stands beside the plan too.

    value, bound and cross_share (0 to 1) are of the plan's own meetings as they are now; None before there
    are any. `out_of_sight` own meetings can no longer take place: the contact policy hides one of the two.
    """

    value: float | None
    bound: float | None
    gap: float | None
    planned: int
    standing: int
    people: int
    least: int
    median: float
    most: int
    cross_share: float | None
    out_of_sight: int
    unlisted: int


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One plan at this moment; `reasons` say why nothing could be planned."""

    plan: Plan
    figures: Figures
    entries: tuple[Entry, ...]
    without: tuple[LeftOut, ...]
    short: tuple[LeftOut, ...]
    reasons: tuple[str, ...]

    def by(self, order: str) -> tuple[Group, ...]:
        """The entries under each person (by name), slot (by time) or table (as they are given out)."""
        if order == "slot":
            slots = sorted({e.slot for e in self.entries}, key=lambda s: (s.starts_at, s.ends_at, s.pk))
            return tuple(Group(tuple(e for e in self.entries if e.slot == slot), slot=slot) for slot in slots)
        if order == "table":
            tables = sorted(
                {e.table for e in self.entries},
                key=lambda table: (table.is_online, table.step_free, table.pk),
            )
            return tuple(Group(tuple(e for e in self.entries if e.table == t), table=t) for t in tables)
        found: dict[Attending, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.first].append(entry)
            found[entry.second].append(entry)
        people = sorted(found, key=lambda person: (person.name.casefold(), person.attendee_id))
        return tuple(Group(tuple(found[person]), person=person) for person in people)


def sheaves_of(groups: Sequence[Group], entries: int = ENTRIES) -> list[list[Group]]:
    """The groups in order, put together whole, at most so many entries in each sheaf where a group allows."""
    sheaves: list[list[Group]] = []
    room = 0
    for group in groups:
        if len(group.entries) > room:
            sheaves.append([])
            room = entries
        sheaves[-1].append(group)
        room -= len(group.entries)
    return sheaves


def confirms_at_once(event: Event) -> bool:
    """Whether publishing confirms meetings, or sends requests."""
    return ProgrammeRules.objects.filter(event=event, confirms=True).exists()


def plans_for(event: Event) -> QuerySet[Plan]:
    """The event's plans, newest first, each with `meetings`, the number it plans."""
    return Plan.objects.filter(event=event).annotate(meetings=Count("planned")).order_by("-pk")


def plan_for(event: Event, plan_id: int) -> Plan:
    """One of the event's plans; refuses NotFound."""
    found = Plan.objects.select_related("event").filter(event=event, pk=plan_id).first()
    if found is None:
        raise NotFound("There is no such plan.")
    return found


def show_plan(plan: Plan, forum: Forum) -> PlanPage:
    """The plan beside all that stands; whoever shows it admits organisers only. Three queries."""
    rows = list(plan.planned.select_related("slot", "table", "meeting__slot", "meeting__table"))
    over = plan.state == Plan.State.WITHDRAWN
    own = [_entry_of(row, forum, over) for row in rows if forum.may_meet((row.first_id, row.second_id))]
    ids = {row.meeting_id for row in rows}
    beside = [
        Entry(
            planned_id=None,
            meeting_id=meeting.meeting_id,
            first=forum.people[meeting.pair[0]],
            second=forum.people[meeting.pair[1]],
            slot=meeting.slot,
            table=meeting.table,
            state=AGREED if meeting.is_agreed else ASKED,
            value=0.0,
            is_locked=True,
            moved_by_hand=False,
            crosses=crosses_in(forum, meeting.pair),
            refusal="",
        )
        for meeting in forum.standing
        if meeting.meeting_id not in ids and forum.may_meet(meeting.pair)
    ]
    entries = sorted(
        [*own, *beside],
        key=lambda e: (e.slot.starts_at, e.table.step_free, e.table.pk, e.meeting_id or 0, e.planned_id or 0),
    )
    counts = Counter(
        person.attendee_id for entry in entries if entry.counts for person in (entry.first, entry.second)
    )
    members = members_of(forum, aims_of(plan)) | {
        key for row in rows for key in (row.first_id, row.second_id) if key in forum.people
    }
    said, kept = plan.report, [entry for entry in own if entry.counts]
    whys = dict(said.get("without", ()))
    value = sum(entry.value for entry in kept) if kept else None
    is_done = not plan.is_at_work and plan.work != Plan.Work.IMPOSSIBLE
    figures = Figures(
        value=value,
        bound=plan.bound if is_done else None,
        gap=(plan.bound - value) / plan.bound if is_done and value and plan.bound else None,
        planned=len(kept),
        standing=len(beside),
        people=len(members),
        least=min((counts[key] for key in members), default=0),
        median=float(median(counts[key] for key in members)) if members else 0.0,
        most=max((counts[key] for key in members), default=0),
        cross_share=sum(entry.crosses for entry in kept) / len(kept) if kept else None,
        out_of_sight=len(rows) - len(own),
        unlisted=forum.unlisted,
    )
    without = [
        LeftOut(forum.people[key], whys.get(key, "by_hand"), 0)
        for key in sorted(members, key=lambda key: forum.people[key].name.casefold())
        if is_done and plan.planned_at and not counts[key]
    ]
    short = [
        LeftOut(forum.people[key], "", most)
        for key, most in said.get("short", ())
        if key in forum.people and is_done
    ]
    return PlanPage(
        plan=plan,
        figures=figures,
        entries=tuple(entries),
        without=tuple(without),
        short=tuple(short),
        reasons=()
        if plan.is_at_work
        else tuple(_conflict_text(row, forum) for row in said.get("conflicts", ())),
    )


def _conflict_text(row: dict[str, Any], forum: Forum) -> str:
    """A conflict of the report as a sentence, with names as they are now."""
    conflict = PlanConflict(**row)
    slots = {slot.pk: slot for slot in forum.slots}
    tables = {table.pk: table.label for table in forum.tables}
    slot = slots.get(conflict.slot_id) if conflict.slot_id else None
    return conflict_text(
        conflict.code,
        people=[forum.people[key].name if key in forum.people else _("Somebody") for key in conflict.people],
        slot=_slot_text(slot, forum.event.zone) if slot else _("a slot that is gone"),
        table=tables.get(conflict.table_id or 0, ""),
        count=conflict.count,
        limit=conflict.limit,
        clash=conflict.clash,
    )


def _slot_text(slot: Slot, zone: dt.tzinfo) -> str:
    """As sentences name a slot: in the event's own time."""
    starts_at, ends_at = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    return _("the slot of %(day)s, %(start)s to %(end)s") % {
        "day": date_format(starts_at, "l j F"),
        "start": date_format(starts_at, "H:i"),
        "end": date_format(ends_at, "H:i"),
    }


def entry_in(page: PlanPage, planned_id: int) -> Entry:
    """One of the plan's own meetings; refuses NotFound."""
    for entry in page.entries:
        if entry.planned_id == planned_id:
            return entry
    raise NotFound("This plan has no such meeting (any more).")


def _entry_of(row: PlannedMeeting, forum: Forum, over: bool) -> Entry:
    pair = pair_of(row.first_id, row.second_id)
    slot, table, state = row.slot, row.table, _state_of(row, forum.now, over)
    if row.meeting is not None and row.meeting.slot is not None and row.meeting.table is not None:
        slot, table = row.meeting.slot, row.meeting.table
    return Entry(
        planned_id=row.pk,
        meeting_id=row.meeting_id,
        first=forum.people[pair[0]],
        second=forum.people[pair[1]],
        slot=slot,
        table=table,
        state=state,
        value=row.value,
        is_locked=row.is_locked,
        moved_by_hand=row.moved_by_hand,
        crosses=crosses_in(forum, pair),
        refusal=row.refusal,
    )


def _state_of(row: PlannedMeeting, now: dt.datetime, over: bool) -> str:
    meeting = row.meeting
    if meeting is None:
        return NOT_SENT if row.refusal or over else PLANNED
    if meeting.state == Meeting.State.REQUESTED:
        return ASKED if meeting.expires_at > now else str(Meeting.State.EXPIRED)
    return AGREED if meeting.state in Meeting.CONFIRMED_STATES else str(meeting.state)
