"""Mails to an event's safeguarding leads that age classes wait for them; they name nobody."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils.translation import ngettext

from backend.core.queue import MAIL, enqueue
from backend.core.smtp import MailDelayed, automatic_mail, send_mail_now
from backend.events.models.age_classes import AdultProposal, AgeAlert
from backend.events.models.attendees import Attendee, AttendeeQuerySet
from backend.events.rules.age_classes import events_in_doubt, in_doubt_for
from backend.events.rules.roles import leads_of
from backend.people.rules import GATHERING, in_language_of, quiet_hours_end

SEND_AGE_MAIL = "safeguarding.send_age_mail"


def tell_of_proposals(event_id: int, now: dt.datetime) -> None:
    """Queue a mail to each lead of the event; called in the transaction of a proposal.

    The mail tells how many wait by then, so those made within a few minutes, or in the lead's quiet hours,
    are in one.
    """
    for lead in leads_of(event_id).select_related("event", "person").order_by("pk"):
        _enqueue(lead, not_before=_quiet_until(lead, now + GATHERING) or now + GATHERING)


def tell_of_doubts(now: dt.datetime) -> int:
    """Queue a mail to each lead not told yet of a person whom one event knows as a minor and another as an
    adult, at both events; returns the number of mails.

    A periodic job calls it, never the service by which an organiser writes the class: that one does the same
    whether or not an address is known (decision 11).
    """
    due = [
        lead
        for event_id in sorted(events_in_doubt(now))
        for lead in leads_of(event_id).select_related("event", "person").order_by("pk")
        if _doubts_to_tell(lead, now).exists()
    ]
    for lead in due:
        _enqueue(lead, not_before=_quiet_until(lead, now) or now)
    return len(due)


def _doubts_to_tell(lead: Attendee, now: dt.datetime) -> AttendeeQuerySet:
    told = AgeAlert.objects.filter(attendee=OuterRef("pk"), lead=lead.pk)
    return _doubts(lead, now).exclude(Exists(told))


def _doubts(lead: Attendee, now: dt.datetime) -> AttendeeQuerySet:
    """Nobody decides about themself."""
    return in_doubt_for(lead.event_id, now).exclude(person=lead.person_id)


@transaction.atomic
def send_age_mail(*, lead_id: int, now: dt.datetime) -> None:
    """Mail one lead (attendee id) how many age classes wait; nothing where none does or they lead no more.

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
    proposals = waiting.exclude(proposed_by=lead.person_id).exclude(attendee=lead).count()
    doubts = list(_doubts(lead, now))
    if not proposals and not doubts:
        return
    AgeAlert.objects.bulk_create(
        (AgeAlert(attendee=one, lead=lead, told_at=now) for one in doubts), ignore_conflicts=True
    )
    with in_language_of(lead.person, lead.event):
        mail = _mail_to(lead, proposals, len(doubts))
    result = send_mail_now(mail, event=lead.event)
    if result.error and not result.is_final:
        raise MailDelayed(result.error)


def _quiet_until(lead: Attendee, now: dt.datetime) -> dt.datetime | None:
    return quiet_hours_end(lead.person, lead.event.zone, now)


def _enqueue(lead: Attendee, *, not_before: dt.datetime) -> None:
    name = f"{SEND_AGE_MAIL}:{lead.pk}"
    enqueue(SEND_AGE_MAIL, lock=name, once=name, queue=MAIL, not_before=not_before, lead_id=lead.pk)


def _mail_to(lead: Attendee, proposals: int, doubts: int) -> EmailMessage:
    event, count = lead.event, proposals + doubts
    subject = ngettext(
        "%(count)s age class waits for you: %(event)s", "%(count)s age classes wait for you: %(event)s", count
    ) % {"count": count, "event": event.local_name}
    address = f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}/age-classes/"
    context = {"proposals": proposals, "doubts": doubts, "event": event.local_name, "address": address}
    return automatic_mail(
        to=lead.person.email, subject=subject, body=render_to_string("safeguarding/mail/age_classes.txt", context)
    )
