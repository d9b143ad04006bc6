"""Nudges and the list of who needs help, for organisers; the wish to meet somebody without an open time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import BusinessError, NotFound
from backend.core.models import Act
from backend.core.queue import MAIL, enqueue
from backend.core.smtp import deliver_queued_mail
from backend.core.spreadsheets import csv_file, xlsx_file
from backend.core.transactions import in_transaction
from backend.directory.models import Nudge, WishToMeet
from backend.directory.selectors import (
    EXPORT_COLUMNS,
    attendees_needing_help,
    needs_help_csv,
    needs_help_rows,
    roster_export,
    roster_ids,
)
from backend.events.models import Attendee, Event
from backend.events.rules import Doing, check_organiser, has_empty_profile
from backend.events.selectors import shown_name
from backend.events.services import lock_attendees, lock_event
from backend.meetings.rules import ASKER_REQUESTS, LIMITS_WINDOW, check_own, check_reachable
from backend.meetings.selectors import has_open_time
from backend.people.models import Person
from backend.people.rules import quiet_hours_end

SEND_NUDGE = "directory.send_nudge"
SUBJECT_LIMIT = 150
NEEDS_HELP_FILE = "who-needs-help.csv"
LIST_FILES = {
    "attendees.csv": "text/csv; charset=utf-8",
    "attendees.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class HasOpenTime(BusinessError):
    """The other can be asked, so nothing has to be wished for."""

    code = "has_open_time"


class TooManyWishes(BusinessError):
    code = "too_many_wishes"


@in_transaction
def wish_to_meet(*, attendee: Attendee, other_id: int, by: Person, now: dt.datetime) -> WishToMeet:
    """Tell somebody without an open time that one would like to meet them; they read it at home.

    Blocks nothing and counts as no request. Saying so again changes nothing. Refuses NotYours, NotOpenYet,
    NotInThisState, NotFound (nobody the contact policy allows), NotJoined, HasOpenTime and TooManyWishes.
    """
    check_own(attendee, by, Doing.ASK)
    lock_attendees([attendee.pk, other_id])
    check_reachable(attendee, other_id, now)
    if found := WishToMeet.objects.filter(asker=attendee.pk, other=other_id).first():
        return found
    other = Attendee.objects.get(pk=other_id)
    if has_open_time(other_id, now):
        raise HasOpenTime(_("%(name)s has an open time. Ask to meet them.") % {"name": shown_name(other)})
    made = WishToMeet.objects.filter(asker=attendee.pk, made_at__gt=now - LIMITS_WINDOW).count()
    if made >= ASKER_REQUESTS:
        raise TooManyWishes(
            _("You told %(count)d people today that you would like to meet them. Go on tomorrow.")
            % {"count": made}
        )
    return WishToMeet.objects.create(event_id=attendee.event_id, asker=attendee, other=other, made_at=now)


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


@in_transaction
def export_needs_help(*, event: Event, by: Person, now: dt.datetime) -> bytes:
    """Who needs help, as CSV; the download is recorded. Refuses OrganisersOnly."""
    check_organiser(by, event)
    record_act(event=event, by=by, kind=Act.Kind.DOWNLOADED, what=NEEDS_HELP_FILE, now=now)
    return needs_help_csv(needs_help_rows(event=event, now=now))


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list of attendees as a file, with its media type."""

    content: bytes
    media_type: str


@in_transaction
def export_attendees(
    *, event: Event, name: str, filters: Mapping[str, str], by: Person, now: dt.datetime
) -> ListFile:
    """The attendees these filters leave as `attendees.csv` or `attendees.xlsx`; the download is recorded.

    Refuses OrganisersOnly, and NotFound for another name.
    """
    check_organiser(by, event)
    if name not in LIST_FILES:
        raise NotFound(_("There is no such file. There are: %(names)s.") % {"names": ", ".join(LIST_FILES)})
    rows = roster_export(event=event, ids=roster_ids(event=event, filters=filters))
    if name.endswith(".csv"):
        content = csv_file(EXPORT_COLUMNS, rows, keep_lines=True)
    else:
        content = xlsx_file("attendees", EXPORT_COLUMNS, rows)
    record_act(event=event, by=by, kind=Act.Kind.DOWNLOADED, what=name, now=now)
    return ListFile(content, LIST_FILES[name])


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
        lambda: rows.filter(pk=nudge_id, state=Nudge.State.QUEUED).first(), mail_for=_mail_for, now=now
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
