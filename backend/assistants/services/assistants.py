"""Assistants: named by the principal, agreed to by the one named, ended by either."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.assistants.models import Assistant
from backend.assistants.rules import MAX_ASSISTANTS, MAX_PRINCIPALS, can_have_assistants, pairable_with
from backend.assistants.services.assistant_mails import Change, queue_assistant_mail
from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import check_own
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_attendees
from backend.people.models import Person, address_hash, mailbox_hashes
from backend.people.services import check_email


class CannotAssist(BusinessError):
    """People with a duty at the event, or not open to meetings, have no assistant and are none."""

    code = "cannot_assist"


@in_transaction
def name_assistant(*, attendee: Attendee, email: str, by: Person, now: dt.datetime) -> Assistant:
    """Ask whoever has this address to act for the attendee; it is theirs to agree.

    Nothing here, nor what is read later, tells whether somebody of the event has the address: who it is is
    looked up when they read it. Naming the same again changes nothing. Refuses NotYours, NotInThisState,
    BadEmail, CannotAssist (also of one's own address) and `too_many_assistants`.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    email = check_email(email)
    lock_attendees([attendee.pk])
    if not can_have_assistants(attendee, now):
        raise CannotAssist(
            _("Only who can be asked to meet here, and has no duty at this forum, can have an assistant.")
        )
    if address_hash(email) == by.address_hash:
        raise CannotAssist(_("This is your own address. Write that of the person who is to act for you."))
    named = Assistant.objects.not_ended().filter(principal=attendee)
    if found := named.filter(address_hash__in=mailbox_hashes(email)).first():
        return found
    if named.count() >= MAX_ASSISTANTS:
        raise Refused(
            "too_many_assistants",
            _("You have named %(count)d people, the most one may. End one of these first.") % {"count": MAX_ASSISTANTS},
        )
    made = Assistant.objects.create(
        event_id=attendee.event_id, principal=attendee, address_hash=address_hash(email), named_at=now
    )
    queue_assistant_mail(made, Change.ASKED)
    return made


@in_transaction
def accept_principal(*, attendee: Attendee, assistant_id: int, by: Person, now: dt.datetime) -> Assistant:
    """Agree to act for whoever named the attendee's address; again it changes nothing. They are mailed.

    Refuses NotYours, NotInThisState, NotFound (taken back, or the two may not pair) and
    `too_many_principals`.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    asked = Assistant.objects.not_ended().filter(
        event=attendee.event_id, address_hash__in=mailbox_hashes(by.email), pk=assistant_id
    )
    principal_id = asked.values_list("principal", flat=True).first()
    lock_attendees({attendee.pk, principal_id or attendee.pk})
    row = asked.first()
    if row is not None and row.attendee_id == attendee.pk:
        return row
    if row is None or row.accepted_at or not pairable_with(attendee, now, [row.principal_id]).exists():
        raise NotFound(_("Nobody asks you this any more. The page shows how it stands."))
    in_force = Assistant.objects.in_force().filter(attendee=attendee)
    if in_force.count() >= MAX_PRINCIPALS or in_force.filter(principal=row.principal_id).exists():
        raise Refused(
            "too_many_principals",
            _("You act for them already, or for %(count)d people, the most one may.") % {"count": MAX_PRINCIPALS},
        )
    row.attendee, row.accepted_at = attendee, now
    row.save(update_fields=["attendee", "accepted_at"])
    queue_assistant_mail(row, Change.ACCEPTED)
    return row


@in_transaction
def end_assistant(*, attendee: Attendee, assistant_id: int, by: Person, now: dt.datetime) -> None:
    """End at once that somebody acts for another, or was asked to: by either of the two, at any time.

    The other is mailed where it had begun. Doing it again changes nothing. Refuses NotYours and NotFound.
    """
    check_own(attendee, by)
    rows = Assistant.objects.filter(event=attendee.event_id, pk=assistant_id)
    both = rows.values_list("principal", "attendee").first() or ()
    lock_attendees({attendee.pk, *filter(None, both)})
    row = rows.first()
    if row is None or not _is_part_of(attendee, row, by, now):
        raise NotFound(_("There is nothing to end here. The page shows how it stands."))
    if row.ended_at is not None:
        return
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    if row.accepted_at:
        is_principal = row.principal_id == attendee.pk
        queue_assistant_mail(row, Change.ENDED_BY_PRINCIPAL if is_principal else Change.ENDED_BY_ASSISTANT)


def _is_part_of(attendee: Attendee, row: Assistant, by: Person, now: dt.datetime) -> bool:
    """Whether they are one of the two, or the one asked, who reads of it."""
    if attendee.pk in (row.principal_id, row.attendee_id):
        return True
    is_asked = row.attendee_id is None and row.address_hash in mailbox_hashes(by.email)
    return is_asked and pairable_with(attendee, now, [row.principal_id]).exists()
