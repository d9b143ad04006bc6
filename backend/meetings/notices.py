"""What people are told of their meetings: a row and a mail job, in the transaction of the change itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.mail import EmailMessage
from django.db import transaction

from backend.core.queue import enqueue
from backend.meetings.models import Meeting, Notice

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
        # One mail after the other to each person, in the order in which things happened.
        enqueue(SEND_NOTICE, lock=f"mail:{attendee_id}", notice_id=notice.pk)


def send_notice(*, notice_id: int, now: dt.datetime) -> None:
    """Mail a notice to its person, unless that was done; a mail that fails is tried again by its job."""
    notice = (
        Notice.objects.select_related("attendee__person", "event", "meeting")
        .filter(pk=notice_id, mailed_at__isnull=True)
        .first()
    )
    if notice is None:
        return
    EmailMessage(
        subject=f"{notice.event.name}: {notice.get_kind_display()}",
        body=f"{notice.get_kind_display()}. Sign in to see it.",
        to=[notice.attendee.person.email],
        headers={"Message-ID": f"<notice-{notice.pk}.{notice.meeting.uid}@titian>"},
    ).send()
    notice.mailed_at = now
    notice.save(update_fields=["mailed_at"])
