"""Queued invitations, reminders and tests, and the job that sends each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.core.mail import EmailMessage
from django.db.models import Count

from backend.core.queue import MAIL, enqueue
from backend.core.smtp import deliver_queued_mail
from backend.events.models.attendees import Attendee
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.attendees import has_joined
from backend.events.rules.states import Activity, is_allowed
from backend.events.selectors import ids_declaring_need
from backend.invitations.models import Invitation
from backend.invitations.rules import is_invitable
from backend.invitations.selectors import rules_for
from backend.invitations.services.letters import headers_of, invitation_mail, link_address
from backend.invitations.services.links import hash_of, new_token
from backend.mails.rules import mails_wait_until
from backend.people.models import Person
from backend.people.rules import in_language_of, quiet_hours_end

SEND_INVITATION = "invitations.send_invitation"
AFTER_OTHERS = -10  # priority: a mail about a meeting goes before hundreds of invitations
Kind, State = Invitation.Kind, Invitation.State


def queue_mails(attendees: Sequence[Attendee], kind: str, *, by: Person | None, now: dt.datetime) -> list[Invitation]:
    """Write a mail of this kind to each of them, within the transaction, and queue its job.

    `attendees` have their people and events. In its reader's quiet hours a mail waits for their end.
    """
    counts = dict(
        Invitation.objects.filter(attendee__in=attendees, kind=kind)
        .values_list("attendee")
        .annotate(count=Count("pk"))
        .order_by()
    )
    invitations = Invitation.objects.bulk_create(
        Invitation(
            attendee=attendee,
            kind=kind,
            number=counts.get(attendee.pk, 0) + 1,
            invited_by=by,
            queued_at=now,
            address_hash=attendee.person.address_hash,
        )
        for attendee in attendees
    )
    for invitation in invitations:
        _enqueue(invitation, not_before=_held_until(invitation, now))
    return invitations


def _held_until(invitation: Invitation, now: dt.datetime) -> dt.datetime | None:
    """When the reader's quiet hours end, unless they asked for the mail themselves; else None."""
    if invitation.kind == Kind.TEST:
        return None
    reader = invitation.attendee
    return quiet_hours_end(reader.person, reader.event.zone, now)


def _enqueue(invitation: Invitation, *, not_before: dt.datetime | None) -> None:
    enqueue(
        SEND_INVITATION,
        lock=f"mail:{invitation.attendee_id}:invitation",
        queue=MAIL,
        priority=AFTER_OTHERS,
        not_before=not_before,
        invitation_id=invitation.pk,
    )


def deliver_invitation(*, invitation_id: int, now: dt.datetime) -> None:
    """Send the mail unless that was done; raises MailDelayed where it has to be tried again.

    In the reader's quiet hours it is queued for their end, and above the event's mails of a day for the next
    day, but for a test.
    """
    rows = Invitation.objects.select_related("attendee__event", "attendee__person")
    waiting = rows.filter(pk=invitation_id, state=State.QUEUED)
    invitation = waiting.first()
    if invitation is not None and invitation.kind != Kind.TEST:
        at = _held_until(invitation, now) or mails_wait_until(invitation.attendee.event, now)
        if at is not None:
            _enqueue(invitation, not_before=at)
            return
    deliver_queued_mail(
        waiting.select_for_update(of=("self",), no_key=True).first,
        event_of=lambda row: row.attendee.event,
        mail_for=lambda row: _mail_for(row, now),
        now=now,
    )


def _mail_for(invitation: Invitation, now: dt.datetime) -> EmailMessage | None:
    """The mail with a new link, or None where it is no longer needed.

    Who is an adult here and, by the contact policy, is none gets no mail, and it counts as sent: nothing
    tells an organiser what another event knows of an address.
    """
    reader = invitation.attendee
    if not _is_wanted(invitation):
        return None
    rules = rules_for(reader.event)
    token = new_token()
    invitation.token_hash = hash_of(token)
    invitation.expires_at = now + dt.timedelta(days=rules.valid_days)
    invitation.address_hash = reader.person.address_hash
    invitation.save(update_fields=["token_hash", "expires_at", "address_hash"])
    with in_language_of(reader.person, reader.event):
        mail = invitation_mail(
            reader, rules, invitation.kind, link=link_address(token), expires_at=invitation.expires_at
        )
    mail.extra_headers |= headers_of(invitation, now)
    is_adult = Attendee.objects.filter(is_known_adult(now), pk=reader.pk).exists()
    if invitation.kind != Kind.TEST and not is_adult:
        mail.to = []
    return mail


def _is_wanted(invitation: Invitation) -> bool:
    """Whether the mail still makes sense: its event invites, and its reader has not done what it asks for."""
    reader = invitation.attendee
    if invitation.kind == Kind.TEST:
        return reader.person.is_active
    if not is_allowed(reader.event, Activity.INVITE):
        return False
    invitable = Attendee.objects.filter(is_invitable(), pk=reader.pk)
    if invitation.kind == Kind.INVITATION:
        return invitable.exclude(has_joined()).exists()
    return bool(ids_to_remind(invitable.values_list("pk", flat=True)))


def ids_to_remind(ids: Collection[int]) -> set[int]:
    """Those of these attendees who have not joined, or have said nothing of what they seek."""
    people = Attendee.objects.filter(pk__in=ids)
    joined = set(people.filter(has_joined()).values_list("pk", flat=True))
    return set(people.values_list("pk", flat=True)) - (joined & ids_declaring_need(people))
