"""Nudges: mails that invite attendees who need help to take part."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from backend.core.queue import MAIL, enqueue
from backend.core.smtp import deliver_queued_mail
from backend.core.transactions import in_transaction
from backend.directory.models import Nudge
from backend.directory.selectors import (
    attendees_needing_help,
)
from backend.events.models import Attendee, Event
from backend.events.rules import Doing, check_organiser, has_empty_profile
from backend.events.services import lock_event
from backend.people.models import Person
from backend.people.rules import quiet_hours_end

SEND_NUDGE = "directory.send_nudge"
SUBJECT_LIMIT = 150


@in_transaction
def nudge_people(*, event: Event, by: Person, now: dt.datetime) -> int:
    """Mail attendees who need help, unless nudged today; returns their number.

    Refuses OrganisersOnly, NotOpenYet and NotInThisState.
    """
    check_organiser(by, event, Doing.ASK)
    lock_event(event.pk)  # one round of nudges at a time
    day = now.astimezone(event.zone).date()
    already = Nudge.objects.filter(attendee=OuterRef("pk"), day=day)
    due = attendees_needing_help(event).exclude(Exists(already)).order_by("pk")
    nudges = Nudge.objects.bulk_create(Nudge(attendee=one, day=day, created_at=now) for one in due)
    readers = Attendee.objects.select_related("person").in_bulk([nudge.attendee_id for nudge in nudges])
    for nudge in nudges:
        _enqueue_mail(nudge, not_before=quiet_hours_end(readers[nudge.attendee_id].person, event.zone, now))
    return len(nudges)


def _enqueue_mail(nudge: Nudge, *, not_before: dt.datetime | None) -> None:
    """Queue the mail; one that waits for the end of quiet hours holds back no other of that person."""
    waits = ":nudge" if not_before else ""
    enqueue(
        SEND_NUDGE,
        lock=f"mail:{nudge.attendee_id}{waits}",
        queue=MAIL,
        not_before=not_before,
        nudge_id=nudge.pk,
    )


def send_nudge(*, nudge_id: int, now: dt.datetime) -> None:
    """Mail one nudge, unless it was sent or the person needs no help any more.

    In the person's quiet hours it is queued for their end. Raises MailDelayed where it has to be tried again.
    """
    nudge = Nudge.objects.select_related("attendee__event", "attendee__person").filter(pk=nudge_id).first()
    if nudge is not None and nudge.state == Nudge.State.QUEUED:
        reader = nudge.attendee
        if (at := quiet_hours_end(reader.person, reader.event.zone, now)) is not None:
            _enqueue_mail(nudge, not_before=at)
            return
    rows = Nudge.objects.select_for_update(of=("self",)).select_related("attendee__event", "attendee__person")
    deliver_queued_mail(
        lambda: rows.filter(pk=nudge_id, state=Nudge.State.QUEUED).first(),
        event_of=lambda row: row.attendee.event,
        mail_for=_mail_for,
        now=now,
    )


def _mail_for(nudge: Nudge) -> EmailMessage | None:
    """The mail, or None where the person needs no help any more."""
    attendee, event = nudge.attendee, nudge.attendee.event
    if not attendees_needing_help(event).filter(pk=attendee.pk).exists():
        return None
    is_empty = Attendee.objects.filter(has_empty_profile(), pk=attendee.pk).exists()
    subject = (
        _("Say what you seek and offer at %(event)s") if is_empty else _("Whom will you meet at %(event)s?")
    )
    page = "profile" if is_empty else "suggestions"
    address = f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}/{page}/"
    return EmailMessage(
        subject=" ".join((subject % {"event": event.name}).split())[:SUBJECT_LIMIT],
        body=render_to_string("directory/mail/nudge.txt", {"is_profile_empty": is_empty, "address": address}),
        to=[attendee.person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
