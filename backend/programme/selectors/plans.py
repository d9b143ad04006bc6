"""A plan as its organisers read it: its meetings and the fixed ones, in three orders, with figures."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from django.db.models import Count, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.core.errors import NotFound
from backend.events.models.agenda import Slot, Table
from backend.events.models.events import Event
from backend.events.rules.attendees import IdPair, pair_of
from backend.events.rules.languages import interpreter_text
from backend.groups.models import FEWEST
from backend.groups.rules import rounds_figures
from backend.programme.models import Plan, PlannedMeeting, ProgrammeRules
from backend.programme.rules.candidates import attendees_in_scope, is_cross_constituency
from backend.programme.rules.clashes import clash_text
from backend.programme.rules.conflicts import PlanConflict, conflict_of, conflict_text
from backend.programme.rules.options import options_of
from backend.programme.rules.planning_data import FixedMeeting, PlannableAttendee, PlanningData
from matching.recommend.strength import strength_of

PLANNED, WAITING, PROPOSED, CONFIRMED, NOT_SENT = "planned", "waiting", "proposed", "agreed", "not_sent"
COUNTED_STATES = (PLANNED, WAITING, PROPOSED, CONFIRMED)
MAX_ENTRIES = 200  # on one page of a plan: about 120 kB


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A meeting on the page; `planned_id` is set for the plan's own, None for fixed ones.

    state is planned, waiting (published, and sent once both have joined), proposed, agreed, not_sent
    (`refusal` says why), or what became of it (withdrawn, expired, cancelled). A no is not among them: until
    a proposal expires nobody is told, and then only that it did not come about. `interpreter` says which
    interpreter the two need; empty where none.
    """

    planned_id: int | None
    meeting_id: int | None
    first: PlannableAttendee
    second: PlannableAttendee
    slot: Slot
    table: Table
    state: str
    value: float
    is_locked: bool
    moved_by_hand: bool
    crosses: bool
    refusal: str
    interpreter: str

    @property
    def strength(self) -> str:
        """The word for its value, the higher score of the two; empty for a fixed one."""
        need_declared = self.first.declares_need or self.second.declares_need
        return strength_of(self.value, need_declared=need_declared) if self.value else ""

    @property
    def waits(self) -> bool:
        """Whether one of the two has not joined, so that it is not sent yet."""
        return self.meeting_id is None and not (self.first.has_joined and self.second.has_joined)

    @property
    def counts(self) -> bool:
        """Whether the two meet, as things stand."""
        return self.state in COUNTED_STATES

    def other(self, attendee_id: int) -> PlannableAttendee:
        return self.second if self.first.attendee_id == attendee_id else self.first


@dataclass(frozen=True, slots=True)
class Group:
    """Meetings of one person, slot or table (one of these is set); `is_new`: all are the plan's own."""

    entries: tuple[Entry, ...]
    is_new: bool = False
    person: PlannableAttendee | None = None
    slot: Slot | None = None
    table: Table | None = None

    @property
    def count(self) -> int:
        return sum(entry.counts for entry in self.entries)


@dataclass(frozen=True, slots=True)
class GridRow:
    """One time: its meetings at each table, in the order of the tables."""

    slot: Slot
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class GridCell:
    """The meetings of one time and table; `is_free`: the meeting that is being moved could come here."""

    table: Table
    entries: tuple[Entry, ...]
    is_free: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An attendee in scope with too few meetings: the reason as a code (see reasons_without_meeting), or
    the most they alone could have."""

    person: PlannableAttendee
    why: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Value, proven bound and meetings per person, fixed ones included.

    value, bound and cross_share (0 to 1) are of the plan's own meetings as they are now; None before there
    are any. `waiting` own meetings are with somebody who has not joined; `out_of_sight` ones can no longer
    take place: the contact policy hides one of the two. The last three are of the small groups beside the
    meetings of two: their number, the people who have a place in one, and the pairs who meet in one.
    """

    value: float | None
    bound: float | None
    gap: float | None
    planned: int
    fixed: int
    people: int
    least: int
    median: float
    most: int
    cross_share: float | None
    waiting: int
    out_of_sight: int
    unlisted: int
    groups: int
    people_in_groups: int
    pairs_in_groups: int


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One plan at this moment; `reasons` are sentences why nothing could be planned."""

    plan: Plan
    figures: Figures
    entries: tuple[Entry, ...]
    without: tuple[LeftOut, ...]
    short: tuple[LeftOut, ...]
    reasons: tuple[str, ...]

    @property
    def own(self) -> tuple[Entry, ...]:
        """The plan's own meetings."""
        return tuple(entry for entry in self.entries if entry.planned_id is not None)

    @property
    def beside(self) -> tuple[Entry, ...]:
        """Those that stand beside it already."""
        return tuple(entry for entry in self.entries if entry.planned_id is None)

    def by(self, order: str) -> tuple[Group, ...]:
        """All entries under each person (by name), slot (by time) or table (as they are given out)."""
        return _groups_of(self.entries, order)

    def times(self, more: Iterable[Slot]) -> tuple[Group, ...]:
        """All entries by time, and these times also where they are empty."""
        found = {group.slot: group for group in self.by("slot") if group.slot}
        slots = sorted({*found, *more}, key=_order_of_slot)
        return tuple(found.get(slot) or Group((), slot=slot) for slot in slots)

    def new_first(self, order: str) -> tuple[Group, ...]:
        """The plan's own meetings in this order, then those that stand beside them."""
        own = (replace(group, is_new=True) for group in _groups_of(self.own, order))
        return (*own, *_groups_of(self.beside, order))


def grid_of(groups: Sequence[Group], tables: Sequence[Table], free: Collection[tuple[int, int]]) -> tuple[GridRow, ...]:
    """The meetings of these times, by time and table; `free`: slots and tables (ids) one can be moved to."""
    rows = []
    for group in groups:
        assert group.slot is not None
        at: dict[Table, list[Entry]] = defaultdict(list)
        for entry in group.entries:
            at[entry.table].append(entry)
        slot = group.slot
        cells = (GridCell(table, tuple(at[table]), (slot.pk, table.pk) in free) for table in tables)
        rows.append(GridRow(slot, tuple(cells)))
    return tuple(rows)


def sorted_tables(tables: Iterable[Table]) -> list[Table]:
    """As they are given out: those with steps before step-free ones, online rooms last."""
    return sorted(tables, key=lambda table: (table.is_online, table.step_free, table.pk))


def _order_of_slot(slot: Slot) -> tuple[dt.datetime, dt.datetime, int]:
    return slot.starts_at, slot.ends_at, slot.pk


def _groups_of(entries: Sequence[Entry], order: str) -> tuple[Group, ...]:
    if order == "slot":
        slots = sorted({e.slot for e in entries}, key=_order_of_slot)
        return tuple(Group(tuple(e for e in entries if e.slot == slot), slot=slot) for slot in slots)
    if order == "table":
        tables = sorted_tables({e.table for e in entries})
        return tuple(Group(tuple(e for e in entries if e.table == t), table=t) for t in tables)
    found: dict[PlannableAttendee, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.first].append(entry)
        found[entry.second].append(entry)
    people = sorted(found, key=lambda person: (person.name.casefold(), person.attendee_id))
    return tuple(Group(tuple(found[person]), person=person) for person in people)


def paginate_groups(groups: Sequence[Group], max_entries: int = MAX_ENTRIES) -> list[list[Group]]:
    """Pages of whole groups, in order, of at most so many entries where a single group allows."""
    pages: list[list[Group]] = []
    left = 0
    for group in groups:
        if len(group.entries) > left:
            pages.append([])
            left = max_entries
        pages[-1].append(group)
        left -= len(group.entries)
    return pages


def confirms_at_once(event: Event) -> bool:
    """Whether publishing agrees meetings at once, or proposes them."""
    return ProgrammeRules.objects.filter(event=event, confirms=True).exists()


def plans_for(event: Event) -> QuerySet[Plan]:
    """The event's plans, newest first, each with `meetings`, the number it plans."""
    return Plan.objects.filter(event=event).annotate(meetings=Count("planned")).order_by("-pk")


def plan_for(event: Event, plan_id: int) -> Plan:
    """One of the event's plans; refuses NotFound."""
    found = Plan.objects.select_related("event").filter(event=event, pk=plan_id).first()
    if found is None:
        raise NotFound(_("There is no such plan. Choose one of the list of plans."))
    return found


def plan_page_for(plan: Plan, data: PlanningData) -> PlanPage:
    """The plan beside all fixed meetings, for organisers only; three queries."""
    rows = list(plan.planned.select_related("slot", "table", "meeting__slot", "meeting__table"))
    own = [_planned_entry(row, data, plan) for row in rows if data.may_meet((row.first_id, row.second_id))]
    own_meetings = {row.meeting_id for row in rows}
    fixed = [
        _fixed_entry(meeting, data)
        for meeting in data.fixed_meetings
        if meeting.meeting_id not in own_meetings and data.may_meet(meeting.pair)
    ]
    entries = sorted(
        [*own, *fixed],
        key=lambda e: (e.slot.starts_at, e.table.step_free, e.table.pk, e.meeting_id or 0, e.planned_id or 0),
    )
    counts = Counter(person.attendee_id for entry in entries if entry.counts for person in (entry.first, entry.second))
    attendees = attendees_in_scope(data, options_of(plan)) | {
        key for row in rows for key in (row.first_id, row.second_id) if key in data.people
    }
    report, is_done = plan.report, not plan.is_at_work and plan.work != Plan.Work.IMPOSSIBLE
    reasons = dict(report.get("without", ()))
    without = [
        LeftOut(data.people[key], reasons.get(key, "by_hand"), 0)
        for key in sorted(attendees, key=lambda key: data.people[key].name.casefold())
        if is_done and plan.planned_at and not counts[key]
    ]
    short = [
        LeftOut(data.people[key], "", most) for key, most in report.get("short", ()) if key in data.people and is_done
    ]
    kept = [entry for entry in own if entry.counts]
    value = sum(entry.value for entry in kept) if kept else None
    groups = _groups_shown(data)
    in_groups = rounds_figures(groups, {pk: data.people[pk].constituency for members in groups for pk in members})
    figures = Figures(
        value=value,
        bound=plan.bound if is_done else None,
        gap=(plan.bound - value) / plan.bound if is_done and value and plan.bound else None,
        planned=len(kept),
        fixed=len(fixed),
        people=len(attendees),
        least=min((counts[key] for key in attendees), default=0),
        median=float(median(counts[key] for key in attendees)) if attendees else 0.0,
        most=max((counts[key] for key in attendees), default=0),
        cross_share=sum(entry.crosses for entry in kept) / len(kept) if kept else None,
        waiting=sum(entry.waits for entry in kept),
        out_of_sight=len(rows) - len(own),
        unlisted=data.unlisted,
        groups=len(groups),
        people_in_groups=in_groups.people,
        pairs_in_groups=in_groups.pairs_met,
    )
    conflicts = () if plan.is_at_work else report.get("conflicts", ())
    return PlanPage(
        plan=plan,
        figures=figures,
        entries=tuple(entries),
        without=tuple(without),
        short=tuple(short),
        reasons=tuple(_conflict_text(conflict_of(row), data) for row in conflicts),
    )


def _groups_shown(data: PlanningData) -> list[list[int]]:
    """Who (ids) is at each small group, of people who may be planned."""
    shown = ([pk for pk in members if pk in data.people] for members in data.groups)
    return [members for members in shown if len(members) >= FEWEST]


def _conflict_text(conflict: PlanConflict, data: PlanningData) -> str:
    """A conflict of the report as a sentence, with names as they are now."""
    slots = {slot.pk: slot for slot in data.slots}
    tables = {table.pk: table.label for table in data.tables}
    slot = slots.get(conflict.slot_id) if conflict.slot_id else None
    return conflict_text(
        conflict.code,
        people=[data.people[key].name if key in data.people else _("Somebody") for key in conflict.people],
        slot=_slot_text(slot, data.event.zone) if slot else _("a slot that is gone"),
        table=tables.get(conflict.table_id or 0, ""),
        count=conflict.count,
        limit=conflict.limit,
        clash=clash_text(conflict.clash, data) if conflict.clash else "",
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
    raise NotFound(_("This plan has no such meeting (any more)."))


def _planned_entry(row: PlannedMeeting, data: PlanningData, plan: Plan) -> Entry:
    pair = pair_of(row.first_id, row.second_id)
    slot, table, meeting = row.slot, row.table, row.meeting
    if meeting is not None and meeting.slot is not None and meeting.table is not None:
        slot, table = meeting.slot, meeting.table
    return Entry(
        planned_id=row.pk,
        meeting_id=row.meeting_id,
        first=data.people[pair[0]],
        second=data.people[pair[1]],
        slot=slot,
        table=table,
        state=_state_of(row, data, plan),
        value=row.value,
        is_locked=row.is_locked,
        moved_by_hand=row.moved_by_hand,
        crosses=is_cross_constituency(data, pair),
        refusal=row.refusal,
        interpreter=_interpreter_for(pair, data),
    )


def _fixed_entry(meeting: FixedMeeting, data: PlanningData) -> Entry:
    return Entry(
        planned_id=None,
        meeting_id=meeting.meeting_id,
        first=data.people[meeting.pair[0]],
        second=data.people[meeting.pair[1]],
        slot=meeting.slot,
        table=meeting.table,
        state=CONFIRMED if meeting.is_confirmed else PROPOSED,
        value=0.0,
        is_locked=True,
        moved_by_hand=False,
        crosses=is_cross_constituency(data, meeting.pair),
        refusal="",
        interpreter=_interpreter_for(meeting.pair, data),
    )


def _interpreter_for(pair: IdPair, data: PlanningData) -> str:
    return interpreter_text(data.people[pair[0]], data.people[pair[1]], data.event)


def _state_of(row: PlannedMeeting, data: PlanningData, plan: Plan) -> str:
    meeting, now = row.meeting, data.now
    if meeting is None:
        if row.refusal or plan.state == Plan.State.WITHDRAWN:
            return NOT_SENT
        both_joined = data.people[row.first_id].has_joined and data.people[row.second_id].has_joined
        return WAITING if plan.state == Plan.State.PUBLISHED and not both_joined else PLANNED
    if meeting.withdrawn_at is not None:
        return str(Meeting.State.WITHDRAWN)
    if meeting.state in Meeting.OPEN_STATES:
        return PROPOSED if meeting.expires_at > now else str(Meeting.State.EXPIRED)
    return CONFIRMED if meeting.state in Meeting.CONFIRMED_STATES else str(meeting.state)
