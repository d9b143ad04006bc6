"""Nudges: a mail to those who have no meeting or an empty profile, when an organiser asks for it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.core.queue import MAIL, enqueue
from backend.directory.models import Nudge
from backend.directory.roster import AGREED
from backend.events.models import Attendee, AttendeeQuerySet, Event, Interest
from backend.events.rules import is_organiser
from backend.meetings.models import Seat
from backend.people.models import Person
from backend.safeguarding.rules import matchable

SEND_NUDGE = "directory.send_nudge"
HAS_WORDS = ~Q(about="", seeks="", offers="") | Exists(Interest.objects.filter(attendee=OuterRef("pk")))
HAS_MEETING = Exists(Seat.objects.filter(attendee=OuterRef("pk"), meeting__state__in=AGREED))


class OnlyOrganisersNudge(BusinessError):
    code = "only_organisers"
    status = 403


def standing_apart(event: Event) -> AttendeeQuerySet:
    """Listed adults without a meeting, or with nothing in their profile."""
    return matchable(event).exclude(HAS_MEETING & HAS_WORDS)


@transaction.atomic
def nudge_people(*, event: Event, by: Person, now: dt.datetime) -> int:
    """Mail everybody who stands apart and was not nudged today; gives how many.

    Refuses OnlyOrganisersNudge.
    """
    if not is_organiser(by, event):
        raise OnlyOrganisersNudge("Only an organiser of this event can nudge people.")
    Event.objects.select_for_update().get(pk=event.pk)  # two organisers at once take turns
    day = now.astimezone(event.zone).date()
    already = Nudge.objects.filter(attendee=OuterRef("pk"), day=day)
    due = standing_apart(event).exclude(Exists(already)).order_by("pk")
    nudges = Nudge.objects.bulk_create(Nudge(attendee=one, day=day, created_at=now) for one in due)
    for nudge in nudges:
        enqueue(SEND_NUDGE, lock=f"mail:{nudge.attendee_id}", queue=MAIL, nudge_id=nudge.pk)
    return len(nudges)


def send_nudge(*, nudge_id: int, now: dt.datetime) -> None:
    """Mail one nudge, unless it was sent or the person has come to stand apart no longer."""
    nudge = Nudge.objects.select_related("attendee__event", "attendee__person").filter(pk=nudge_id).first()
    if nudge is None or nudge.sent_at is not None:
        return
    attendee = nudge.attendee
    if not standing_apart(attendee.event).filter(pk=attendee.pk).exists():
        return
    _letter(attendee).send()
    nudge.sent_at = now
    nudge.save(update_fields=["sent_at"])


def _letter(attendee: Attendee) -> EmailMessage:
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
