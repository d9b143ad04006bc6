"""What people are told of their meetings: a row, a mail and its job, in the transaction of the change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

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
    for attendee_id in sorted(set(to)):
        row = {"event_id": meeting.event_id, "sequence": meeting.sequence, "facts": facts, "created_at": now}
        if kind in Notice.ONCE:
            with transaction.atomic():
                notice, is_new = Notice.objects.get_or_create(
                    meeting=meeting, attendee_id=attendee_id, kind=kind, defaults=row
                )
            if not is_new:
                continue
        else:
            notice = Notice.objects.create(meeting=meeting, attendee_id=attendee_id, kind=kind, **row)
        Delivery.objects.create(notice=notice)
        enqueue_mail(notice)


def enqueue_mail(notice: Notice) -> None:
    """Queue the sending of a notice's mail.

    One mail after the other to each person, in the order in which things happened.
    """
    enqueue(SEND_NOTICE, lock=f"mail:{notice.attendee_id}", queue=MAIL, notice_id=notice.pk)
