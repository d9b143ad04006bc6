"""Wishes to meet people who have no open time, times that organisers open, and the mails about both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from backend.booking.rules import ASKER_REQUESTS, LIMITS_WINDOW, check_reachable
from backend.booking.selectors.availability import has_open_time
from backend.booking.services.joining import open_all_times
from backend.core.audit import record_act
from backend.core.errors import Refused
from backend.core.models import Act
from backend.core.queue import MAIL, enqueue
from backend.core.transactions import in_transaction
from backend.directory.models import TimesMail, WishToMeet
from backend.directory.selectors.people import wished_by
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.attendees import check_own
from backend.events.rules.states import Activity, is_allowed
from backend.events.services.locks import lock_attendees
from backend.mails.selectors import Letterhead, letterhead_for
from backend.mails.services import deliver_outside_quiet_hours, mail_to
from backend.people.models import Person
from backend.people.rules import in_language_of, quiet_hours_end
from backend.safeguarding.selectors.names import name_shown_to
from backend.safeguarding.selectors.public_profiles import PublicProfile

SEND_TIMES_MAIL = "directory.send_times_mail"
MAX_NAMED = 10  # people in one mail
Kind, State = TimesMail.Kind, TimesMail.State


@in_transaction
def wish_to_meet(*, attendee: Attendee, other_id: int, by: Person, now: dt.datetime) -> WishToMeet:
    """Tell somebody without an open time that one would like to meet them: at home, and by mail.

    Blocks nothing and counts as no request. Saying so again changes nothing. Refuses NotYours, NotOpenYet,
    NotInThisState, NotFound (nobody the contact policy allows), NotJoined, `has_open_time` and
    `too_many_wishes`.
    """
    check_own(attendee, by, Activity.ASK)
    lock_attendees([attendee.pk, other_id])
    check_reachable(attendee, other_id, now)
    if found := WishToMeet.objects.filter(asker=attendee.pk, other=other_id).first():
        return found
    other = Attendee.objects.select_related("event", "person").get(pk=other_id)
    if has_open_time(other_id, now):
        raise Refused(
            "has_open_time",
            _("%(name)s has an open time. Ask to meet them.") % {"name": name_shown_to(by, other, now)},
            other=other_id,
        )
    made = WishToMeet.objects.filter(asker=attendee.pk, made_at__gt=now - LIMITS_WINDOW).count()
    if made >= ASKER_REQUESTS:
        raise Refused(
            "too_many_wishes",
            _("You told %(count)d people today that you would like to meet them. Go on tomorrow.") % {"count": made},
        )
    wish = WishToMeet.objects.create(event_id=attendee.event_id, asker=attendee, other=other, made_at=now)
    _queue_mails([other], Kind.WISHED, now)
    return wish


@in_transaction
def open_times_for(*, event: Event, attendee_ids: Collection[int], by: Person, now: dt.datetime) -> int:
    """Open every meeting time to come for those of these who joined and have none; each is told by mail.

    Returns the number of people. Refuses what `open_all_times` refuses.
    """
    opened = open_all_times(event=event, attendee_ids=attendee_ids, by=by, now=now)
    record_act(event=event, by=by, kind=Act.Kind.TIMES_OPENED, what=str(len(opened)), now=now)
    _queue_mails(opened, Kind.OPENED, now)
    return len(opened)


def _queue_mails(readers: Sequence[Attendee], kind: TimesMail.Kind, now: dt.datetime) -> None:
    """Queue one mail of the kind to each reader, who are locked: today's, and tomorrow's once that is sent.

    A mail that waits tells what holds when it is sent, so nothing is queued beside it.
    """
    for reader in readers:
        zone = reader.event.zone
        day = now.astimezone(zone).date()
        row = TimesMail.objects.filter(attendee=reader, kind=kind, day__gte=day).order_by("-day").first()
        if row is not None and (row.state == State.QUEUED or row.day > day):
            continue
        not_before = quiet_hours_end(reader.person, zone, now)
        if row is not None:
            day += dt.timedelta(days=1)
            not_before = dt.datetime.combine(day, dt.time(), zone)
        mail = TimesMail.objects.create(attendee=reader, kind=kind, day=day, created_at=now)
        _enqueue(mail, not_before)


def _enqueue(mail: TimesMail, not_before: dt.datetime | None) -> None:
    """Queue the job; one that waits holds back no other mail of that person."""
    waits = f":times:{mail.kind}" if not_before else ""
    enqueue(SEND_TIMES_MAIL, lock=f"mail:{mail.attendee_id}{waits}", queue=MAIL, not_before=not_before, mail_id=mail.pk)


def send_times_mail(*, mail_id: int, now: dt.datetime) -> None:
    """Send one mail about times, unless it was sent or is no longer needed.

    In the reader's quiet hours it is queued for their end. Raises MailDelayed where it has to be tried again.
    """
    deliver_outside_quiet_hours(
        TimesMail.objects.all(), mail_id, wait=_enqueue, mail_for=lambda row: _mail_for(row, now), now=now
    )


def _mail_for(mail: TimesMail, now: dt.datetime) -> EmailMessage | None:
    """The mail as things stand now; None where its reader is no known adult or has settled it already."""
    reader, event = mail.attendee, mail.attendee.event
    is_adult = Attendee.objects.filter(is_known_adult(now), pk=reader.pk, person__is_active=True).exists()
    if not is_adult or not is_allowed(event, Activity.ASK):
        return None
    is_open = has_open_time(reader.pk, now)
    people = wished_by(reader, now) if mail.kind == Kind.WISHED and not is_open else ()
    if not (people if mail.kind == Kind.WISHED else is_open):
        return None
    with in_language_of(reader.person, event):
        return times_mail(reader, letterhead_for(reader), mail.kind, people)


def times_mail(reader: Attendee, head: Letterhead, kind: str, people: Sequence[PublicProfile] = ()) -> EmailMessage:
    """The mail about their times; `people` are those who would like to meet the reader."""
    event = reader.event
    subject = (
        _("Somebody would like to meet you at %(event)s")
        if kind == Kind.WISHED
        else _("Your meeting times at %(event)s are open")
    )
    context = {
        "kind": kind,
        "event": event.local_name,
        "people": people[:MAX_NAMED],
        "more": max(0, len(people) - MAX_NAMED),
        "address": f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}/availability/",
        "head": head,
    }
    body = render_to_string("directory/mail/times.txt", context)
    return mail_to(reader, head, subject=subject % {"event": event.local_name}, body=body)
