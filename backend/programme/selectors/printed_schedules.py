"""Schedules to print: one per table for its door, one per person."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import Table
from backend.groups.models import Rounds
from backend.groups.rules import KIND_WORDS
from backend.groups.selectors.rounds import kept_at_tables, members_of
from backend.programme.rules.planning_data import PlannableAttendee, PlanningData
from backend.programme.selectors.plans import CONFIRMED, Group, PlanPage, sorted_tables


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One row: a meeting between `people`, or a session or a group with its `title`."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    people: tuple[PlannableAttendee, ...]
    title: str
    place: str
    is_confirmed: bool
    interpreter: str = ""


@dataclass(frozen=True, slots=True)
class PrintedDay:
    """One day in the event's zone."""

    date: dt.date
    lines: tuple[PrintedLine, ...]


@dataclass(frozen=True, slots=True)
class PrintedSchedule:
    """The schedule of one table or person."""

    key: int
    title: str
    detail: str
    days: tuple[PrintedDay, ...]


def printed_schedules_for(page: PlanPage, data: PlanningData, order: str) -> tuple[PrintedSchedule, ...]:
    """By "table" or "person": what takes place as planned now; a person's has their sessions too.

    A group stands on both, with who keeps a place there. Whoever has neither a meeting nor a group has no sheet.
    """
    lines: dict[int, list[PrintedLine]] = defaultdict(list)
    for group in page.by(order):
        of = group.person.attendee_id if group.person else group.table.pk if group.table else 0
        lines[of] += _lines_of(group)
    for table_id, members, line in _group_lines(data):
        if order == "table":
            lines[table_id].append(line)
        for pk in members if order == "person" else ():
            lines[pk].append(replace(line, people=(), is_confirmed=members[pk]))
    known = {key: found for key, found in lines.items() if found}
    return _by_person(known, data) if order == "person" else _by_table(known, page, data)


def _by_table(
    lines: Mapping[int, list[PrintedLine]], page: PlanPage, data: PlanningData
) -> tuple[PrintedSchedule, ...]:
    tables = sorted_tables({*data.tables, *(group.table for group in page.by("table") if group.table)})
    return tuple(
        PrintedSchedule(table.pk, table.label, table.place, _days(lines[table.pk], data))
        for table in tables
        if table.pk in lines
    )


def _by_person(lines: Mapping[int, list[PrintedLine]], data: PlanningData) -> tuple[PrintedSchedule, ...]:
    people = sorted((data.people[pk] for pk in lines), key=lambda one: (one.name.casefold(), one.attendee_id))
    return tuple(
        PrintedSchedule(
            person.attendee_id,
            person.name,
            ", ".join(filter(None, (person.title, person.organisation))),
            _days(lines[person.attendee_id] + _busy_lines(person.attendee_id, data), data),
        )
        for person in people
    )


def _busy_lines(attendee_id: int, data: PlanningData) -> list[PrintedLine]:
    """Their sessions and office hours; groups have lines of their own."""
    return [
        PrintedLine(period.starts_at, period.ends_at, (), period.title, "", True)
        for period in data.busy.get(attendee_id, ())
        if not period.is_group
    ]


def _group_lines(data: PlanningData) -> Iterator[tuple[int, dict[int, bool], PrintedLine]]:
    """Each group to take place: its table (id), who keeps a place (ids) and whether they come, and its line."""
    meetings = list(
        Meeting.objects.of_rounds()
        .filter(event=data.event, state=Meeting.State.ACCEPTED, round_table__isnull=False)
        .select_related("table", "round_table__rounds")
    )
    seats = members_of(meetings)
    kept = kept_at_tables(data.event.pk, meetings, seats)
    for meeting in meetings:
        members = {pk: seats[meeting.pk][pk].is_active for pk in kept[meeting.pk] if pk in data.people}
        if not members or meeting.table is None:
            continue
        rounds, table = meeting.round_table.rounds, meeting.table
        line = PrintedLine(
            starts_at=meeting.period.lower,
            ends_at=meeting.period.upper,
            people=tuple(data.people[pk] for pk in members),
            title=str(KIND_WORDS[Rounds.Kind(rounds.kind)].titled) % {"title": rounds.title},
            place=_place_words(table),
            is_confirmed=all(members.values()),
        )
        yield table.pk, members, line


def _place_words(table: Table) -> str:
    return table.label + (f", {table.place}" if table.place else "")


def _lines_of(group: Group) -> list[PrintedLine]:
    lines = []
    for entry in group.entries:
        if entry.counts:
            people: tuple[PlannableAttendee, ...] = (entry.first, entry.second)
            if group.person is not None:
                people = (entry.other(group.person.attendee_id),)
            is_confirmed = entry.state == CONFIRMED
            lines.append(
                PrintedLine(
                    starts_at=entry.slot.starts_at,
                    ends_at=entry.slot.ends_at,
                    people=people,
                    title="",
                    place=_place_words(entry.table),
                    is_confirmed=is_confirmed,
                    interpreter=entry.interpreter,
                )
            )
    return lines


def _days(lines: list[PrintedLine], data: PlanningData) -> tuple[PrintedDay, ...]:
    zone = data.event.zone
    ordered = sorted(lines, key=lambda line: (line.starts_at, line.ends_at, line.title))
    days = groupby(ordered, key=lambda line: line.starts_at.astimezone(zone).date())
    return tuple(PrintedDay(date, tuple(of_day)) for date, of_day in days)
