"""Sending a notice's mail once: tried again while the server is in trouble, given up where it refuses."""

from __future__ import annotations

import datetime as dt

from backend.core.smtp import deliver_queued_mail
from backend.meetings.models import Delivery
from backend.meetings.notices.mail import mail_for


def deliver_notice(*, notice_id: int, now: dt.datetime) -> None:
    """Send the notice's mail unless that was done; raises MailDelayed where it has to be tried again.

    A mail sent twice, because a worker was killed, has the same Message-ID.
    """
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("notice__meeting")
    deliver_queued_mail(
        lambda: rows.filter(notice=notice_id, state=Delivery.State.QUEUED).first(),
        mail_for=lambda delivery: mail_for(delivery.notice, now),
        now=now,
    )
