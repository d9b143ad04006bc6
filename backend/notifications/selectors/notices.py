"""Notices as their reader sees them in the app."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.selectors.meetings import MeetingRow, rows_for
from backend.events.models.attendees import Attendee
from backend.groups.selectors.office_hours import OfficeHourRow, office_rows_for


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice with its meeting, or office hour, as the attendee may see it now."""

    notice_id: int
    kind: str
    facts: dict[str, object]
    created_at: dt.datetime
    is_read: bool
    meeting_id: int
    meeting: MeetingRow | None
    office_hour: OfficeHourRow | None = None


def notices_for(
    attendee: Attendee, now: dt.datetime, rows: Mapping[int, MeetingRow] | None = None, *, limit: int = 50
) -> tuple[NoticeRow, ...]:
    """The attendee's latest notices, newest first.

    Of a meeting that the contact policy hides, only the cancellation is listed, without the meeting.
    """
    notices = list(Notice.objects.filter(attendee=attendee.pk).order_by("-created_at", "-pk")[:limit])
    ids = {notice.meeting_id for notice in notices}
    if rows is None:
        rows = {row.meeting_id: row for row in rows_for(attendee, Meeting.objects.filter(pk__in=ids), now)}
    others = Meeting.objects.filter(pk__in=ids - rows.keys())
    hours = {row.meeting_id: row for row in office_rows_for(attendee, others, now)}
    return tuple(
        NoticeRow(
            notice.pk,
            notice.kind,
            notice.facts,
            notice.created_at,
            notice.read_at is not None,
            notice.meeting_id,
            rows.get(notice.meeting_id),
            hours.get(notice.meeting_id),
        )
        for notice in notices
        if notice.meeting_id in rows or notice.meeting_id in hours or notice.kind == Notice.Kind.CANCELLED
    )
