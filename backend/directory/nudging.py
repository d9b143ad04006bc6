"""Nudges: a mail to those who have no meeting or an empty profile, when an organiser asks for it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from backend.core.queue import MAIL, enqueue
from backend.core.smtp import deliver_queued_mail
from backend.directory.apart import HAS_WORDS, standing_apart
from backend.directory.models import Nudge
from backend.events.models import Attendee, Event
from backend.events.rules import check_organiser
from backend.people.models import Person

SEND_NUDGE = "directory.send_nudge"


@transaction.atomic
def nudge_people(*, event: Event, by: Person, now: dt.datetime) -> int:
    """Mail everybody who stands apart and was not nudged today; gives how many.

    Refuses OrganisersOnly.
    """
    check_organiser(by, event)
    Event.objects.select_for_update().get(pk=event.pk)  # two organisers at once take turns
    day = now.astimezone(event.zone).date()
    already = Nudge.objects.filter(attendee=OuterRef("pk"), day=day)
    due = standing_apart(event).exclude(Exists(already)).order_by("pk")
    nudges = Nudge.objects.bulk_create(Nudge(attendee=one, day=day, created_at=now) for one in due)
    for nudge in nudges:
        enqueue(SEND_NUDGE, lock=f"mail:{nudge.attendee_id}", queue=MAIL, nudge_id=nudge.pk)
    return len(nudges)


def send_nudge(*, nudge_id: int, now: dt.datetime) -> None:
    """Mail one nudge, unless that was done or the person has come to stand apart no longer.

    Raises MailDelayed where it has to be tried again.
    """
    rows = Nudge.objects.select_for_update(of=("self",)).select_related("attendee__event", "attendee__person")
    deliver_queued_mail(
        lambda: rows.filter(pk=nudge_id, state=Nudge.State.QUEUED).first(), mail_for=_mail_for, now=now
    )


def _mail_for(nudge: Nudge) -> EmailMessage | None:
    """The mail, or None where the person needs none any more."""
    attendee = nudge.attendee
    if not standing_apart(attendee.event).filter(pk=attendee.pk).exists():
        return None
    event = attendee.event
    base = f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}"
    if Attendee.objects.filter(HAS_WORDS, pk=attendee.pk).exists():
        subject = _("Whom will you meet at %(event)s?")
        text = _("You have no meeting yet. See who is suggested to you, and ask one of them:")
        address = f"{base}/suggestions/"
    else:
        subject = _("Say what you seek and offer at %(event)s")
        text = _("Your profile is empty, so nobody can be suggested to you. It takes two minutes:")
        address = f"{base}/profile/"
    return EmailMessage(
        subject=" ".join((subject % {"event": event.name}).split())[:150],
        body=f"{text}\n\n{address}\n",
        to=[attendee.person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
