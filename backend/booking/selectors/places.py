"""Where a meeting is: its table, or online its room, whose link opens ten minutes before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import jwt
from django.conf import settings

from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.events.selectors import shown_name

ROOM_MARGIN = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meeting takes place; online `link` is set while the room is open, `opens_at` until then."""

    label: str
    place: str
    step_free: bool
    is_online: bool
    link: str = ""
    opens_at: dt.datetime | None = None


def place_of(meeting: Meeting, reader: Attendee, now: dt.datetime) -> Place | None:
    """The table, or the online room that this meeting alone has; None before it is agreed.

    The reader is in the meeting, and the contact policy lets them read where it is.
    """
    table, period = meeting.table, meeting.period
    if table is None:
        return None
    opens_at, closes_at = period.lower - ROOM_MARGIN, period.upper + ROOM_MARGIN
    is_room = table.is_online and meeting.state in Meeting.MET_STATES
    return Place(
        table.label,
        table.place,
        table.step_free,
        table.is_online,
        _room_link(meeting, table, reader, closes_at) if is_room and opens_at <= now <= closes_at else "",
        opens_at if is_room and now < opens_at else None,
    )


def _room_link(meeting: Meeting, table: Table, reader: Attendee, until: dt.datetime) -> str:
    """The room's address; of a Jitsi that asks for a token, with the reader's. All in it moderate."""
    link = table.room_link.replace(Table.MEETING_MARK, meeting.uid.hex)
    server, app = settings.TITIAN_JITSI, settings.TITIAN_JITSI_APP
    if not server or not link.startswith(f"{server}/"):
        return link
    user = {"name": shown_name(reader), "affiliation": "owner", "moderator": True}
    room = link.removeprefix(f"{server}/").split("?")[0].split("#")[0]
    claims = {"iss": app, "aud": app, "sub": "*", "room": room, "exp": until, "context": {"user": user}}
    token = jwt.encode(claims, settings.TITIAN_JITSI_SECRET, algorithm="HS256")
    return f"{server}/{room}?jwt={token}"
