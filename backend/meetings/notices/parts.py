"""What letters are put together from: who, when, where, and the links that answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from backend.events.models import Attendee
from backend.meetings.calendar import location_words, meeting_address
from backend.meetings.links import make_answer_link
from backend.meetings.selectors import MeetingRow
from backend.meetings.times import reader_words, short_words

MOST_TIMES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a letter; the main ones look like buttons."""

    label: str
    address: str
    is_main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says. `times` are periods in one or two zones; `quote` is what the other wrote."""

    subject: str
    lines: tuple[str, ...]
    times: tuple[tuple[str, ...], ...] = ()
    where: str = ""
    quote: str = ""
    links: tuple[Link, ...] = ()


def who(row: MeetingRow) -> str:
    organisation = row.other.organisation
    return f"{row.other.name} ({organisation})" if organisation else row.other.name


def said(row: MeetingRow) -> dict[str, Any]:
    return {"name": row.other.name, "who": who(row)}


def agenda_link(reader: Attendee) -> Link:
    return Link(_("See your meetings"), meeting_address(reader))


def open_link(row: MeetingRow, reader: Attendee) -> Link:
    return Link(_("Open the meeting"), f"{meeting_address(reader)}{row.meeting_id}/", is_main=True)


def period(row: MeetingRow, reader: Attendee) -> tuple[tuple[str, ...], ...]:
    return (reader_words(row.starts_at, row.ends_at, reader),) if row.starts_at else ()


def where(row: MeetingRow, reader: Attendee) -> str:
    return location_words(row.place, reader) if row.place else ""


def offered(row: MeetingRow, reader: Attendee) -> tuple[tuple[str, ...], ...]:
    shown = row.times[:MOST_TIMES_SHOWN]
    return tuple(reader_words(time.starts_at, time.ends_at, reader) for time in shown)


def answer_links(row: MeetingRow, reader: Attendee) -> tuple[Link, ...]:
    """One link per time, one to decline; each opens a page that asks to confirm."""
    accept = tuple(
        Link(
            _("Accept %(time)s") % {"time": short_words(time.starts_at, reader)},
            make_answer_link(row.meeting_id, reader, "accept", slot_id=time.slot_id),
            is_main=True,
        )
        for time in row.times[:MOST_TIMES_SHOWN]
    )
    decline = Link(_("Decline"), make_answer_link(row.meeting_id, reader, "decline"))
    return (*accept, decline, agenda_link(reader))
