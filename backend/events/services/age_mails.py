"""Mails to an event's safeguarding leads that proposals of an age class wait for them; they name nobody."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import ngettext

from backend.core.queue import MAIL, enqueue
from backend.core.smtp import MailDelayed, send_mail_now
from backend.events.models import AdultProposal, Attendee
from backend.events.rules import leads_of
from backend.people.rules import GATHERING, quiet_hours_end

SEND_AGE_MAIL = "events.send_age_mail"
SUBJECT_LIMIT = 150


def tell_of_proposals(event_id: int, now: dt.datetime) -> None:
    """Queue a mail to each lead of the event; called in the transaction of a proposal.

    The mail tells how many wait by then, so those made within a few minutes, or in the lead's quiet hours,
    are in one.
    """
    for lead in leads_of(event_id).select_related("event", "person").order_by("pk"):
        _enqueue(lead, not_before=_quiet_until(lead, now + GATHERING) or now + GATHERING)


def send_age_mail(*, lead_id: int, now: dt.datetime) -> None:
    """Mail one lead (attendee id) how many proposals wait; nothing where none does or they lead no more.

    In the lead's quiet hours it is queued for their end. Raises MailDelayed where the server did not take
    it, unless another attempt is pointless.
    """
    lead = Attendee.objects.select_related("event", "person").filter(pk=lead_id).first()
    if lead is None or not leads_of(lead.event_id).filter(pk=lead_id).exists():
        return
    if (at := _quiet_until(lead, now)) is not None:
        _enqueue(lead, not_before=at)
        return
    waiting = AdultProposal.objects.filter(attendee__event=lead.event_id, state=AdultProposal.State.OPEN)
    count = waiting.exclude(proposed_by=lead.person_id).exclude(attendee=lead).count()
    if not count:
        return
    result = send_mail_now(_mail_to(lead, count), event=lead.event)
    if result.error and not result.is_final:
        raise MailDelayed(result.error)


def _quiet_until(lead: Attendee, now: dt.datetime) -> dt.datetime | None:
    return quiet_hours_end(lead.person, lead.event.zone, now)


def _enqueue(lead: Attendee, *, not_before: dt.datetime) -> None:
    name = f"{SEND_AGE_MAIL}:{lead.pk}"
    enqueue(SEND_AGE_MAIL, lock=name, once=name, queue=MAIL, not_before=not_before, lead_id=lead.pk)


def _mail_to(lead: Attendee, count: int) -> EmailMessage:
    event = lead.event
    subject = ngettext(
        "%(count)s age class waits for you: %(event)s",
        "%(count)s age classes wait for you: %(event)s",
        count,
    ) % {"count": count, "event": event.name}
    address = f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}/age-classes/"
    context = {"count": count, "event": event.name, "address": address}
    return EmailMessage(
        subject=" ".join(subject.split())[:SUBJECT_LIMIT],
        body=render_to_string("events/mail/age_classes.txt", context),
        to=[lead.person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
