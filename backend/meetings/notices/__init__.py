"""What people are told of their meetings: a row, a mail and its job, in the transaction of the change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from backend.core.queue import MAIL, enqueue
from backend.meetings.models import Delivery, Meeting, Notice

SEND_NOTICE = "meetings.send_notice"


def tell(
    meeting: Meeting, kind: str, *, to: Iterable[int], now: dt.datetime, **facts: int | str | list[str]
) -> None:
    """Tell these attendees (ids) of the meeting; rolled back with the change, or said.

    `facts` are ids, times and words that are true of this moment only; whoever shows the notice asks the
    contact policy for names. Reminders and the question whether it took place are said once.
    """
    row = {"event_id": meeting.event_id, "sequence": meeting.sequence, "facts": facts, "created_at": now}
    said = {"meeting": meeting, "kind": kind}
    ids = sorted(set(to))
    if kind in Notice.ONCE:
        tried = [Notice.objects.get_or_create(**said, attendee_id=pk, defaults=row) for pk in ids]
        notices = [notice for notice, is_new in tried if is_new]
    else:
        notices = Notice.objects.bulk_create(Notice(**said, **row, attendee_id=pk) for pk in ids)
    Delivery.objects.bulk_create(Delivery(notice=notice) for notice in notices)
    for notice in notices:
        enqueue_mail(notice)


def enqueue_mail(notice: Notice) -> None:
    """Queue the sending of a notice's mail.

    One mail after the other to each person, in the order in which things happened.
    """
    enqueue(SEND_NOTICE, lock=f"mail:{notice.attendee_id}", queue=MAIL, notice_id=notice.pk)
