"""Nudges: mails that tell attendees who need help what hinders them, and what to do next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from backend.core.queue import MAIL, enqueue
from backend.core.transactions import in_transaction
from backend.directory.models import Nudge
from backend.directory.rules import Cause
from backend.directory.selectors.causes import causes_for, just_told
from backend.directory.selectors.needs_help import NeedsHelpRow, attendees_needing_help, needs_help_rows
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity, is_allowed
from backend.events.services.locks import lock_event
from backend.mails.selectors import Letter, Letterhead, example_reader, letter_of, letterhead_for
from backend.mails.services import deliver_outside_quiet_hours, mail_to
from backend.people.models import Person
from backend.people.rules import in_language_of, quiet_hours_end

SEND_NUDGE = "directory.send_nudge"


# The page where each cause is mended.
PAGES = {
    Cause.NOT_JOINED: "join",
    Cause.UNANSWERED: "meetings",
    Cause.NO_TIME: "availability",
    Cause.EMPTY_PROFILE: "profile",
    Cause.WAITING: "suggestions",
    Cause.NONE_AGREED: "suggestions",
    Cause.ASKED_NOBODY: "suggestions",
}


@dataclass(frozen=True, slots=True)
class NudgeGroup:
    """Those whom the same cause hinders, with the mail they would get, to somebody made up."""

    cause: Cause
    letter: Letter
    rows: tuple[NeedsHelpRow, ...]


@dataclass(frozen=True, slots=True)
class NudgePreview:
    """Whom a nudge may reach now, by cause, and those who need help and get none now."""

    groups: tuple[NudgeGroup, ...]
    left_out: tuple[NeedsHelpRow, ...]


def preview_nudges(*, event: Event, now: dt.datetime) -> NudgePreview:
    """What nudging would send now, and to whom; nothing is sent. Empty where nobody can ask for a meeting."""
    if not is_allowed(event, Activity.ASK):
        return NudgePreview((), ())
    rows = needs_help_rows(event=event, now=now)
    reader, groups = example_reader(event), []
    head = letterhead_for(reader)
    for cause in Cause:
        found = tuple(row for row in rows if row.cause == cause and row.can_be_nudged)
        if found:
            letter = letter_of(nudge_mail(reader, head, cause))
            groups.append(NudgeGroup(cause, letter, found))
    return NudgePreview(tuple(groups), tuple(row for row in rows if not row.can_be_nudged))


@in_transaction
def nudge_people(*, event: Event, attendee_ids: Collection[int], by: Person, now: dt.datetime) -> int:
    """Mail those of these attendees who need help; returns their number.

    Left out are those nudged today, and those who just got a mail or asked somebody. Refuses OrganisersOnly,
    NotOpenYet and NotInThisState.
    """
    check_organiser(by, event, Activity.ASK)
    lock_event(event.pk)  # one round of nudges at a time
    day = now.astimezone(event.zone).date()
    chosen = set(attendee_ids)
    due = sorted(
        row.attendee_id
        for row in needs_help_rows(event=event, now=now)
        if row.attendee_id in chosen and row.can_be_nudged
    )
    nudges = Nudge.objects.bulk_create(Nudge(attendee_id=one, day=day, created_at=now) for one in due)
    readers = Attendee.objects.select_related("person").in_bulk(due)
    for nudge in nudges:
        _enqueue_mail(nudge, quiet_hours_end(readers[nudge.attendee_id].person, event.zone, now))
    return len(nudges)


def _enqueue_mail(nudge: Nudge, not_before: dt.datetime | None) -> None:
    """Queue the mail; one that waits for the end of quiet hours holds back no other of that person."""
    waits = ":nudge" if not_before else ""
    enqueue(SEND_NUDGE, lock=f"mail:{nudge.attendee_id}{waits}", queue=MAIL, not_before=not_before, nudge_id=nudge.pk)


def send_nudge(*, nudge_id: int, now: dt.datetime) -> None:
    """Mail one nudge, unless it was sent or the person needs no help any more.

    In the person's quiet hours it is queued for their end. Raises MailDelayed where it has to be tried again.
    """
    deliver_outside_quiet_hours(
        Nudge.objects.all(), nudge_id, wait=_enqueue_mail, mail_for=lambda row: _mail_for(row, now), now=now
    )


def _mail_for(nudge: Nudge, now: dt.datetime) -> EmailMessage | None:
    """The mail as things stand now; None where the person needs no help, or was told something since."""
    attendee, event = nudge.attendee, nudge.attendee.event
    if not attendees_needing_help(event).filter(pk=attendee.pk).exists():
        return None
    if just_told([attendee.pk], nudge.created_at):
        return None
    cause = causes_for(event, [attendee.pk], now)[attendee.pk]
    with in_language_of(attendee.person, event):
        return nudge_mail(attendee, letterhead_for(attendee), cause)


def nudge_mail(reader: Attendee, head: Letterhead, cause: Cause) -> EmailMessage:
    """The nudge to somebody whom this cause hinders."""
    event = reader.event
    subjects = {
        Cause.NOT_JOINED: _("You have not joined %(event)s yet"),
        Cause.UNANSWERED: _("A meeting at %(event)s waits for your answer"),
        Cause.NO_TIME: _("You have no open meeting time at %(event)s"),
        Cause.EMPTY_PROFILE: _("Say what you seek and offer at %(event)s"),
    }
    subject = subjects.get(cause, _("Who will you meet at %(event)s?")) % {"event": event.local_name}
    address = f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}/{PAGES[cause]}/"
    context = {"cause": cause.value, "event": event.local_name, "address": address, "head": head}
    body = render_to_string("directory/mail/nudge.txt", context)
    return mail_to(reader, head, subject=subject, body=body)
