"""What organisers put on their event's mails, and mails that have it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.core.local_names import kept_texts
from backend.core.queue import MAIL, enqueue
from backend.core.smtp import MailState, deliver_queued_mail
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_event
from backend.mails.models import MailTest, MailTexts
from backend.mails.rules import (
    SUBJECT_LIMIT,
    TESTS_A_DAY,
    clean_opening,
    clean_reply_to,
    clean_sender_name,
    clean_signature,
    mails_wait_until,
)
from backend.mails.selectors import Letterhead, default_opening, default_signature, mail_texts_for
from backend.people.models import Person
from backend.people.rules import quiet_hours_end

SEND_TEST_MAIL = "mails.send_test_mail"
DAY = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTextsData:
    """An event's sender, opening and signature; empty as in MailTexts."""

    sender_name: str = ""
    reply_to: str = ""
    opening: str = ""
    signature: str = ""


@in_transaction
def set_mail_texts(*, event: Event, data: MailTextsData, by: Person) -> MailTexts:
    """Set what the event's mails have; mails not sent yet have it, too. Titian's own words are stored empty.

    Refuses OrganisersOnly, NotInThisState, TextTooLong, BadMailText and BadEmail.
    """
    check_organiser(by, event, Activity.EDIT)
    opening, signature = clean_opening(data.opening), clean_signature(data.signature)
    values: dict[str, Any] = {
        "sender_name": clean_sender_name(data.sender_name),
        "reply_to": clean_reply_to(data.reply_to),
        "opening": "" if opening == default_opening() else opening,
        "signature": "" if signature == default_signature() else signature,
    }
    values["translations"] = kept_texts(mail_texts_for(event), values)
    texts, _is_new = MailTexts.objects.update_or_create(event=event, defaults=values)
    return texts


@in_transaction
def reset_mail_texts(*, event: Event, by: Person) -> None:
    """Go back to Titian's own words and the event's name. Refuses OrganisersOnly and NotInThisState."""
    check_organiser(by, event, Activity.EDIT)
    MailTexts.objects.filter(event=event).delete()


def copy_mail_texts(*, event: Event, earlier: int) -> None:
    """Give a new event the mail texts of an earlier one."""
    for texts in MailTexts.objects.filter(event=earlier):
        values = {name: getattr(texts, name) for name in (*asdict(MailTextsData()), "translations")}
        MailTexts.objects.create(event=event, **values)


def mail_to(
    reader: Attendee,
    head: Letterhead,
    *,
    subject: str,
    body: str,
    html: str = "",
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """A mail of an event to one attendee, from its organisers' sender and with an address for answers."""
    subject = one_line(subject)
    mail = EmailMultiAlternatives(
        subject=subject if len(subject) <= SUBJECT_LIMIT else subject[: SUBJECT_LIMIT - 1] + "…",
        body=body,
        from_email=head.sender,
        reply_to=[head.reply_to] if head.reply_to else None,
        to=[reader.person.email],
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )
    if html:
        mail.attach_alternative(html, "text/html")
    return mail


def deliver_outside_quiet_hours(
    rows: QuerySet[Any],
    mail_id: int,
    *,
    wait: Callable[[Any, dt.datetime], None],
    mail_for: Callable[[Any], EmailMessage | None],
    now: dt.datetime,
) -> None:
    """Send the queued mail of this number to its attendee, unless it was sent or is no longer needed.

    In their quiet hours `wait` queues it for the end of these, and above the event's mails of a day for the
    next day. Raises MailDelayed where it has to be tried again.
    """
    waiting = rows.select_related("attendee__event", "attendee__person")
    waiting = waiting.filter(pk=mail_id, state=MailState.QUEUED)
    mail = waiting.first()
    if mail is None:
        return
    reader, event = mail.attendee.person, mail.attendee.event
    if (at := quiet_hours_end(reader, event.zone, now) or mails_wait_until(event, now)) is not None:
        wait(mail, at)
        return
    deliver_queued_mail(
        waiting.select_for_update(of=("self",), no_key=True).first,
        event_of=lambda row: row.attendee.event,
        mail_for=mail_for,
        now=now,
    )


@in_transaction
def queue_test_mail(*, event: Event, kind: str, by: Person, now: dt.datetime) -> MailTest:
    """Queue a made-up mail of this kind to the organiser themselves.

    Pages use `send_test_mail` in `directory`, which knows the kinds. Refuses OrganisersOnly, NotInThisState
    and `too_many_test_mails`.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    me = Attendee.objects.get(event=event, person=by)
    if MailTest.objects.filter(attendee=me, created_at__gt=now - DAY).count() >= TESTS_A_DAY:
        raise Refused(
            "too_many_test_mails",
            _("You sent %(limit)d test mails within a day. The next can be sent tomorrow.") % {"limit": TESTS_A_DAY},
        )
    mail = MailTest.objects.create(attendee=me, kind=kind, created_at=now)
    enqueue(SEND_TEST_MAIL, lock=f"mail:{me.pk}:test", queue=MAIL, mail_id=mail.pk)
    return mail
