"""Notices, written in the transaction of the change; jobs mail them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Delivery, Notice
from backend.booking.rules import GATHERED, IN_DIGESTS, is_urgent
from backend.core.queue import MAIL, enqueue
from backend.events.models.attendees import Attendee
from backend.people.rules import GATHERING, next_digest, quiet_hours_end

SEND_NOTICE = "notifications.send_notice"


def notify(meeting: Meeting, kind: str, *, to: Iterable[int], now: dt.datetime, **facts: int | str | list[str]) -> None:
    """Write a notice of the meeting to these attendees (ids) and queue its mail, within the transaction.

    `facts` are ids, times and words that are true of this moment only; names come from the contact policy
    when the notice is shown. Reminders and the question whether the meeting took place are written once.
    Of what is no meeting, `meeting` is one that is not saved.
    """
    row = {"event_id": meeting.event_id, "sequence": meeting.sequence, "facts": facts, "created_at": now}
    key = {"meeting_id": meeting.pk, "kind": kind}
    readers = Attendee.objects.select_related("event", "person").in_bulk(set(to))  # but for those who left
    ids = sorted(readers)
    if kind in Notice.ONCE:
        tried = [Notice.objects.get_or_create(**key, attendee_id=pk, defaults=row) for pk in ids]
        notices = [notice for notice, is_new in tried if is_new]
    else:
        notices = Notice.objects.bulk_create(Notice(**key, **row, attendee_id=pk) for pk in ids)
    earliest = now + GATHERING if kind in GATHERED else now
    due = {one: _due_at(one, meeting, readers[one.attendee_id], earliest) for one in notices}
    Delivery.objects.bulk_create(Delivery(notice=notice, due_at=at) for notice, at in due.items())
    for notice, at in due.items():
        _enqueue_mail(notice, not_before=at if at > now else None)


def _due_at(notice: Notice, meeting: Meeting, reader: Attendee, earliest: dt.datetime) -> dt.datetime:
    """When the notice is mailed: with the reader's next digest, after quiet hours, or at the earliest."""
    zone = reader.event.zone
    at = next_digest(reader.person, zone, earliest) if notice.kind in IN_DIGESTS else None
    if at is not None:
        at = quiet_hours_end(reader.person, zone, at) or at
        if not is_urgent(notice.kind, meeting, until=at, zone=zone, now=earliest):
            return at
    return _held_until(notice, meeting, reader, earliest) or earliest


def _held_until(notice: Notice, meeting: Meeting, reader: Attendee, now: dt.datetime) -> dt.datetime | None:
    """When the reader's quiet hours end, where the notice's mail waits for that; else None."""
    zone = reader.event.zone
    ends_at = quiet_hours_end(reader.person, zone, now)
    if ends_at is None or is_urgent(notice.kind, meeting, until=ends_at, zone=zone, now=now):
        return None
    return ends_at


def _enqueue_mail(notice: Notice, *, not_before: dt.datetime | None = None) -> None:
    """Queue the mail of a notice; the lock sends one person's mails one after the other, in order.

    One that waits for its time holds back only the later ones of its meeting that wait, too.
    """
    waits = f":{notice.meeting_id}" if not_before else ""
    enqueue(
        SEND_NOTICE, lock=f"mail:{notice.attendee_id}{waits}", queue=MAIL, not_before=not_before, notice_id=notice.pk
    )
