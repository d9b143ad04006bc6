"""Notices as their reader sees them in the app."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial

from django.db.models import QuerySet

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.selectors.meetings import MeetingRow, rows_for
from backend.core.compiled import CompiledRows
from backend.events.models.attendees import Attendee
from backend.groups.selectors.office_hours import OfficeHourRow, office_rows_for
from backend.groups.selectors.open_roundtables import ProposedRoundtable, declined_for
from backend.groups.selectors.rounds import TableRow, table_rows_for


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice with its meeting, office hour or table of a round, as the attendee may see it now.

    `declined`: the roundtable that the attendee proposed, where the notice tells that it was declined.
    """

    notice_id: int
    kind: str
    facts: dict[str, object]
    created_at: dt.datetime
    is_read: bool
    meeting_id: int | None
    meeting: MeetingRow | None
    office_hour: OfficeHourRow | None = None
    round_table: TableRow | None = None
    declined: ProposedRoundtable | None = None


def _notices_of(limit: int, *, attendee: int) -> QuerySet[Notice]:
    return Notice.objects.filter(attendee=attendee).order_by("-created_at", "-pk")[:limit]


@cache
def _latest(limit: int) -> CompiledRows[Notice]:
    return CompiledRows(partial(_notices_of, limit), attendee=-1)


def notices_for(
    attendee: Attendee, now: dt.datetime, rows: Mapping[int, MeetingRow] | None = None, *, limit: int = 50
) -> tuple[NoticeRow, ...]:
    """The attendee's latest notices, newest first.

    Of a meeting that the contact policy hides, only the cancellation is listed, without the meeting; and
    nothing that is about a member of a table whom it hides.
    """
    notices = _latest(limit).fetch(attendee=attendee.pk)
    ids = {notice.meeting_id for notice in notices if notice.meeting_id is not None}
    if rows is None:
        rows = {row.meeting_id: row for row in rows_for(attendee, Meeting.objects.filter(pk__in=ids), now)}
    others = ids - rows.keys()
    office_hours = office_rows_for(attendee, Meeting.objects.filter(pk__in=others), now) if others else ()
    hours = {row.meeting_id: row for row in office_hours}
    others -= hours.keys()
    found = table_rows_for(attendee, Meeting.objects.filter(pk__in=others), now) if others else ()
    tables = {row.meeting_id: row for row in found}
    declined = declined_for(attendee, [notice.facts["rounds"] for notice in notices if notice.meeting_id is None])
    return tuple(
        NoticeRow(
            notice.pk,
            notice.kind,
            notice.facts,
            notice.created_at,
            notice.read_at is not None,
            notice.meeting_id,
            rows.get(meeting),
            hours.get(meeting),
            tables.get(meeting),
            declined.get(notice.facts.get("rounds")),
        )
        for notice in notices
        for meeting in [notice.meeting_id or 0]
        if notice.kind == Notice.Kind.CANCELLED
        or any(meeting in known for known in (rows, hours, tables))
        or notice.facts.get("rounds") in declined
        if not _is_about_hidden(notice, tables.get(meeting))
    )


def _is_about_hidden(notice: Notice, table: TableRow | None) -> bool:
    other = notice.facts.get("other")
    return table is not None and other is not None and not table.name_of(other)
