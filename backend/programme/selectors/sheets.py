"""Sheets to print: one per table for its door, one per person for their days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from backend.programme.forum import Attending, Forum
from backend.programme.selectors.plans import Group, PlanPage


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a meeting between `people`, or a session with its `title`."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    people: tuple[Attending, ...]
    title: str
    place: str
    is_agreed: bool


@dataclass(frozen=True, slots=True)
class SheetDay:
    """One day in the event's zone."""

    date: dt.date
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of one table or person."""

    key: int
    title: str
    detail: str
    days: tuple[SheetDay, ...]


def sheets_for(page: PlanPage, forum: Forum, order: str) -> tuple[Sheet, ...]:
    """Sheets by "table" or "person" of what takes place as things stand; a person's has sessions too."""
    found = []
    for group in page.by(order):
        lines = _lines_of(group)
        if not lines:
            continue
        if group.person is not None:
            lines += [
                Line(period.starts_at, period.ends_at, (), period.title, "", True)
                for period in forum.busy.get(group.person.attendee_id, ())
            ]
            key, title = group.person.attendee_id, group.person.name
            detail = ", ".join(filter(None, (group.person.title, group.person.organisation)))
        elif group.table is not None:
            key, title, detail = group.table.pk, group.table.label, group.table.place
        else:
            continue
        found.append(Sheet(key, title, detail, _days(lines, forum)))
    return tuple(found)


def _lines_of(group: Group) -> list[Line]:
    lines = []
    for entry in group.entries:
        if entry.counts:
            people: tuple[Attending, ...] = (entry.first, entry.second)
            if group.person is not None:
                people = (entry.other(group.person.attendee_id),)
            label = entry.table.label + (f", {entry.table.place}" if entry.table.place else "")
            is_agreed = entry.state == "agreed"
            lines.append(Line(entry.slot.starts_at, entry.slot.ends_at, people, "", label, is_agreed))
    return lines


def _days(lines: list[Line], forum: Forum) -> tuple[SheetDay, ...]:
    zone = forum.event.zone
    ordered = sorted(lines, key=lambda line: (line.starts_at, line.ends_at, line.title))
    days = groupby(ordered, key=lambda line: line.starts_at.astimezone(zone).date())
    return tuple(SheetDay(date, tuple(of_day)) for date, of_day in days)
