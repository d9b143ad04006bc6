"""Mail notices, alone or in digests, send failed mails again, and mark notices as read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q, Subquery

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Delivery, Notice
from backend.booking.rules import IN_DIGESTS
from backend.booking.services.notices import _enqueue_mail, _held_until
from backend.core.smtp import deliver_queued_mail
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser, check_own
from backend.events.rules.states import Activity
from backend.mails.rules import mails_wait_until
from backend.notifications.services.notice_mails import digest_of, mail_for, wanted_notices
from backend.people.models import Person
from backend.people.rules import in_language_of


def deliver_notice(*, notice_id: int, now: dt.datetime) -> None:
    """Send the notice's mail unless that was done; raises MailDelayed where it has to be tried again.

    In the reader's quiet hours a mail that can wait is queued for their end, and every one above the event's
    mails of a day for the next day. A mail sent twice, because a
    worker was killed, has the same Message-ID.
    """
    waiting = Notice.objects.select_related("meeting", "attendee__event", "attendee__person")
    notice = waiting.filter(pk=notice_id, delivery__state=Delivery.State.QUEUED).first()
    if notice is not None and (
        at := _held_until(notice, notice.meeting or Meeting(), notice.attendee, now)
        or mails_wait_until(notice.attendee.event, now)
    ):
        Delivery.objects.filter(notice=notice).update(due_at=at)
        _enqueue_mail(notice, not_before=at)
        return
    digest = Digest(notice_id, now)
    deliver_queued_mail(
        digest.lock,
        event_of=lambda delivery: delivery.notice.attendee.event,
        mail_for=digest.mail,
        after_sent=digest.mark_others_sent,
        now=now,
    )


@dataclass(slots=True)
class Digest:
    """The mail of a notice, with those of the same reader that wait for the same digest."""

    notice_id: int
    now: dt.datetime
    others: list[Notice] = field(default_factory=list)

    def lock(self) -> Delivery | None:
        """The notice's delivery, and the others', locked; None where it is no longer queued."""
        rows = Delivery.objects.select_for_update(of=("self",)).order_by("notice_id")
        rows = rows.filter(state=Delivery.State.QUEUED)
        rows = rows.select_related("notice__meeting", "notice__attendee__event", "notice__attendee__person")
        own = Notice.objects.filter(pk=self.notice_id)
        wanted = Q(notice=self.notice_id)
        if own.filter(kind__in=IN_DIGESTS).exclude(attendee__person__digest="").exists():
            attendee = Subquery(own.values("attendee")[:1])
            wanted |= Q(notice__attendee=attendee, notice__kind__in=IN_DIGESTS, due_at__lte=self.now)
        found = list(rows.filter(wanted))
        self.others = [one.notice for one in found if one.notice_id != self.notice_id]
        return next((one for one in found if one.notice_id == self.notice_id), None)

    def mail(self, delivery: Delivery) -> EmailMultiAlternatives | None:
        """The mail of all that are still wanted, in the reader's language; None where the first is not."""
        reader = delivery.notice.attendee
        with in_language_of(reader.person, reader.event):
            return self._mail(delivery)

    def _mail(self, delivery: Delivery) -> EmailMultiAlternatives | None:
        wanted = wanted_notices([delivery.notice, *self.others], self.now)
        self.others = [notice for notice, _content in wanted if notice != delivery.notice]
        if delivery.notice not in [notice for notice, _content in wanted]:
            self.others = []
            return None
        if not self.others:
            return mail_for(delivery.notice, self.now)
        return digest_of(wanted, self.now)

    def mark_others_sent(self) -> None:
        """The others were in the mail that left."""
        Delivery.objects.filter(notice__in=self.others).update(
            state=Delivery.State.SENT, attempts=F("attempts") + 1, error="", tried_at=self.now
        )


@in_transaction
def resend_mails(*, event: Event, notice_id: int | None = None, by: Person, now: dt.datetime) -> int:
    """Queue the event's permanently failed mails again, all or that of one notice; returns their number.

    Sent mails stay sent, and waiting ones are retried anyway. Refuses OrganisersOnly.
    """
    check_organiser(by, event, Activity.EDIT)
    failed = Delivery.objects.filter(notice__event=event, state=Delivery.State.FAILED)
    if notice_id is not None:
        failed = failed.filter(notice=notice_id)
    locked = list(failed.select_for_update(of=("self",)).select_related("notice").order_by("notice_id"))
    for delivery in locked:
        delivery.state, delivery.attempts, delivery.due_at = Delivery.State.QUEUED, 0, now
        delivery.save(update_fields=["state", "attempts", "due_at"])
        _enqueue_mail(delivery.notice)
    return len(locked)


def mark_read(*, attendee: Attendee, by: Person, now: dt.datetime) -> int:
    """Mark all of the attendee's notices as read; returns the number of new ones. Refuses NotYours."""
    check_own(attendee, by, Activity.TAKE_PART)
    return Notice.objects.filter(attendee=attendee, read_at__isnull=True).update(read_at=now)
