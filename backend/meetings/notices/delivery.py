"""Sending a notice's mail once: tried again while the server is in trouble, given up where it refuses."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.smtp import MOST_ATTEMPTS, MailDelayed, post_mail
from backend.meetings.models import Delivery
from backend.meetings.notices.mail import mail_for


def deliver_notice(*, notice_id: int, now: dt.datetime) -> None:
    """Send the notice's mail unless that was done; raises MailDelayed where it has to be tried again.

    The row stays locked while the server is talked to, so two workers never send the same mail. A worker
    that is killed after the server took the mail and before this transaction ends leaves it queued: it is
    sent again then, under the same Message-ID. Nothing short of the server can tell the two apart.
    """
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("notice__meeting")
            .filter(notice=notice_id, state=Delivery.State.QUEUED)
            .first()
        )
        if delivery is None:
            return
        mail = mail_for(delivery.notice, now)
        delivery.tried_at = now
        if mail is None:
            delivery.state, delivery.error = Delivery.State.SKIPPED, ""
        else:
            delivery.attempts += 1
            delivery.error, is_final = post_mail(mail)
            delivery.state = _state_after(delivery, is_final)
        delivery.save(update_fields=["state", "attempts", "error", "tried_at"])
    if delivery.state == Delivery.State.QUEUED:
        raise MailDelayed(delivery.error)


def _state_after(delivery: Delivery, is_final: bool) -> Delivery.State:
    if not delivery.error:
        return Delivery.State.SENT
    is_over = is_final or delivery.attempts >= MOST_ATTEMPTS
    return Delivery.State.FAILED if is_over else Delivery.State.QUEUED
