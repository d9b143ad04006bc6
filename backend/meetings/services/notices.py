"""Notices: written in the transaction of the change, mailed by a job, reminders, marked as read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.mail import EmailMultiAlternatives
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from backend.core.isolation import for_each
from backend.core.queue import MAIL, enqueue
from backend.core.smtp import deliver_queued_mail
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Doing
from backend.meetings.models.meetings import Meeting, Seat
from backend.meetings.models.notices import Delivery, Notice
from backend.meetings.rules import IN_DIGESTS, cannot_wait, check_own
from backend.meetings.services.notice_mails import digest_of, mail_for, wanted_notices
from backend.people.models import Person
from backend.people.rules import GATHERING, next_digest, quiet_hours_end

SEND_NOTICE = "meetings.send_notice"
DAY = dt.timedelta(hours=24)
GATHERED = (Notice.Kind.CHANGED, Notice.Kind.TIME_TAKEN)  # a mail of these shows the request as it is by then
SOON = dt.timedelta(minutes=10)


def notify(
    meeting: Meeting, kind: str, *, to: Iterable[int], now: dt.datetime, **facts: int | str | list[str]
) -> None:
    """Write a notice of the meeting to these attendees (ids) and queue its mail, within the transaction.

    `facts` are ids, times and words that are true of this moment only; names come from the contact policy
    when the notice is shown. Reminders and the question whether the meeting took place are written once.
    """
    row = {"event_id": meeting.event_id, "sequence": meeting.sequence, "facts": facts, "created_at": now}
    key = {"meeting": meeting, "kind": kind}
    readers = Attendee.objects.select_related("event", "person").in_bulk(set(to))  # but for who left
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
        if not cannot_wait(notice.kind, meeting, until=at, zone=zone, now=earliest):
            return at
    return _held_until(notice, meeting, reader, earliest) or earliest


def _held_until(notice: Notice, meeting: Meeting, reader: Attendee, now: dt.datetime) -> dt.datetime | None:
    """When the reader's quiet hours end, where the notice's mail waits for that; else None."""
    zone = reader.event.zone
    ends_at = quiet_hours_end(reader.person, zone, now)
    if ends_at is None or cannot_wait(notice.kind, meeting, until=ends_at, zone=zone, now=now):
        return None
    return ends_at


def _enqueue_mail(notice: Notice, *, not_before: dt.datetime | None = None) -> None:
    """Queue the mail of a notice; the lock sends one person's mails one after the other, in order.

    One that waits for its time holds back only the later ones of its meeting that wait, too.
    """
    waits = f":{notice.meeting_id}" if not_before else ""
    enqueue(
        SEND_NOTICE,
        lock=f"mail:{notice.attendee_id}{waits}",
        queue=MAIL,
        not_before=not_before,
        notice_id=notice.pk,
    )


def deliver_notice(*, notice_id: int, now: dt.datetime) -> None:
    """Send the notice's mail unless that was done; raises MailDelayed where it has to be tried again.

    In the reader's quiet hours a mail that can wait is queued for their end. A mail sent twice, because a
    worker was killed, has the same Message-ID.
    """
    waiting = Notice.objects.select_related("meeting", "attendee__event", "attendee__person")
    notice = waiting.filter(pk=notice_id, delivery__state=Delivery.State.QUEUED).first()
    if notice is not None and (at := _held_until(notice, notice.meeting, notice.attendee, now)):
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
        """The mail of all that are still wanted; None where the first is not."""
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
    check_organiser(by, event, Doing.EDIT)
    failed = Delivery.objects.filter(notice__event=event, state=Delivery.State.FAILED)
    if notice_id is not None:
        failed = failed.filter(notice=notice_id)
    locked = list(failed.select_for_update(of=("self",)).select_related("notice").order_by("notice_id"))
    for delivery in locked:
        delivery.state, delivery.attempts, delivery.due_at = Delivery.State.QUEUED, 0, now
        delivery.save(update_fields=["state", "attempts", "due_at"])
        _enqueue_mail(delivery.notice)
    return len(locked)


def remind_people(*, now: dt.datetime) -> int:
    """Write the reminders that are due, each once; gives for how many meetings. For a job that runs often.

    Each meeting is a transaction of its own: a reminder of one forum waits for no other forum's.
    Due are: half-way to the expiry of a request or proposal, for who has not answered; a day before a
    meeting, unless it was agreed later than that; and ten minutes before it.
    """
    half_way = Meeting.objects.open_at(now).filter(asked_at__lte=now - (F("expires_at") - F("asked_at")) / 2)
    unanswered = half_way.proposals().filter(Exists(Seat.objects.filter(meeting=OuterRef("pk"), answer="")))
    to_come = Meeting.objects.one_to_one().filter(state=Meeting.State.ACCEPTED, period__startswith__gt=now)
    day = to_come.filter(period__startswith__lte=now + DAY, answered_at__lte=F("slot__starts_at") - DAY)
    soon = to_come.filter(period__startswith__lte=now + SOON)
    hours = Meeting.objects.office_hours().filter(state=Meeting.State.ACCEPTED, period__startswith__gt=now)
    soon |= hours.filter(period__startswith__lte=now + SOON)
    day |= hours.filter(period__startswith__lte=now + DAY, answered_at__lte=F("slot__starts_at") - DAY)
    return (
        _remind(half_way.requests(), Notice.Kind.REMINDER_HALF, Q(part=Seat.Part.INVITED), now)
        + _remind(unanswered, Notice.Kind.REMINDER_HALF, Q(answer=""), now)
        + _remind(day, Notice.Kind.REMINDER_DAY, Q(is_active=True), now)
        + _remind(soon, Notice.Kind.REMINDER_SOON, Q(is_active=True), now)
    )


def _remind(meetings: QuerySet[Meeting], kind: str, whom: Q, now: dt.datetime) -> int:
    @in_transaction
    def remind(meeting: Meeting) -> None:
        seats = Seat.objects.filter(whom, meeting=meeting)
        notify(meeting, kind, to=seats.values_list("attendee_id", flat=True), now=now)

    due = list(meetings.exclude(notices__kind=kind).order_by("pk"))
    return len(for_each("meetings.remind_people", due, remind))


def mark_read(*, attendee: Attendee, by: Person, now: dt.datetime) -> int:
    """Mark all of the attendee's notices as read; returns the number of new ones. Refuses NotYours."""
    check_own(attendee, by, Doing.TAKE_PART)
    return Notice.objects.filter(attendee=attendee, read_at__isnull=True).update(read_at=now)
