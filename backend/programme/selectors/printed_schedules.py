"""Schedules to print: one per table for its door, one per person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from backend.programme.rules.planning_data import PlannableAttendee, PlanningData
from backend.programme.selectors.plans import CONFIRMED, Group, PlanPage


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One row: a meeting between `people`, or a session with its `title`."""

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
    """By "table" or "person": what takes place as planned now; a person's has their sessions too."""
    found = []
    for group in page.by(order):
        lines = _lines_of(group)
        if not lines:
            continue
        if group.person is not None:
            lines += [
                PrintedLine(period.starts_at, period.ends_at, (), period.title, "", True)
                for period in data.busy.get(group.person.attendee_id, ())
            ]
            key, title = group.person.attendee_id, group.person.name
            detail = ", ".join(filter(None, (group.person.title, group.person.organisation)))
        elif group.table is not None:
            key, title, detail = group.table.pk, group.table.label, group.table.place
        else:
            continue
        found.append(PrintedSchedule(key, title, detail, _days(lines, data)))
    return tuple(found)


def _lines_of(group: Group) -> list[PrintedLine]:
    lines = []
    for entry in group.entries:
        if entry.counts:
            people: tuple[PlannableAttendee, ...] = (entry.first, entry.second)
            if group.person is not None:
                people = (entry.other(group.person.attendee_id),)
            label = entry.table.label + (f", {entry.table.place}" if entry.table.place else "")
            is_confirmed = entry.state == CONFIRMED
            lines.append(
                PrintedLine(
                    starts_at=entry.slot.starts_at,
                    ends_at=entry.slot.ends_at,
                    people=people,
                    title="",
                    place=label,
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
