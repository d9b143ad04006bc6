"""Organisers and safeguarding leads: proposed by one person, confirmed by another, and ended (S10)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import BusinessError, NotFound, NotYours, Refused
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.roles import Appointment
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.aliases import appears_under_alias
from backend.events.rules.attendees import check_can_hold_role, check_organiser
from backend.events.rules.roles import (
    LEAD,
    ORGANISER,
    can_confirm,
    can_end,
    can_refuse,
    event_roles_of,
    is_administrator,
    leads_of,
    organisers_of,
    what_running_lacks,
)
from backend.events.services.locks import lock_attendees, lock_event
from backend.people.models import Person
from backend.roles.services.appointment_mails import tell_of_appointment

State = Appointment.State
PROPOSALS_A_DAY = 10  # of an event: each mails every lead and organiser


class CannotPropose(BusinessError):
    """Not to be proposed: oneself, not a known adult, in a role already, or an administrator as a lead."""

    code = "cannot_propose"


class NotForYouToDecide(NotYours):
    """Somebody else confirms, refuses or ends this."""

    code = "not_for_you_to_decide"


class AlreadyDecided(BusinessError):
    code = "already_decided"


@in_transaction
def propose_role(*, event: Event, attendee_id: int, permission: str, by: Person, now: dt.datetime) -> Appointment:
    """Propose an attendee as organiser or safeguarding lead; no permission changes until it is confirmed.

    Leads and organisers are told at once. Refuses OrganisersOnly, `unknown_permission`, NotFound,
    CannotPropose and `too_many_proposals`.
    """
    check_organiser(by, event)
    if permission not in (LEAD, ORGANISER):
        raise Refused(
            "unknown_permission", _("Choose what to propose them as: an organiser or a safeguarding lead."), status=400
        )
    lock_event(event.pk)
    attendee = Attendee.objects.select_related("person", "event").filter(event=event, pk=attendee_id).first()
    if attendee is None:
        raise NotFound(_("There is no such person at this forum. Choose one of its list of people."))
    _check_can_be_proposed(attendee, permission, by)
    since = now - dt.timedelta(days=1)
    if Appointment.objects.of(event).filter(proposed_at__gt=since).count() >= PROPOSALS_A_DAY:
        raise Refused("too_many_proposals", _("This forum had ten proposals within a day: please go on tomorrow."))
    appointment = Appointment.objects.create(attendee=attendee, permission=permission, proposed_by=by, proposed_at=now)
    record_act(event=event, by=by, kind=Act.Kind.ROLE_PROPOSED, what=permission, now=now)
    tell_of_appointment(appointment, State.PROPOSED)
    return appointment


@in_transaction
def confirm_role(*, event: Event, appointment_id: int, by: Person, now: dt.datetime) -> Appointment:
    """Give a proposed person the permission, from now on.

    Refuses NotFound, AlreadyDecided, NotForYouToDecide (see `can_confirm`), and CannotPropose where they
    cannot hold it any more.
    """
    appointment = _locked(event, appointment_id)
    if appointment.state != State.PROPOSED:
        raise AlreadyDecided(_("This proposal was decided already. Load the page again."))
    if not can_confirm(appointment, event_roles_of(by, event)):
        raise NotForYouToDecide(
            _(
                "A safeguarding lead is confirmed by another lead, the first one by the administrator; an "
                "organiser by a lead or the administrator: never by the person who proposed them."
            )
        )
    attendee = appointment.attendee
    check_fits(attendee, appointment.permission)
    appointment.is_first = appointment.permission == LEAD and not leads_of(event).exists()
    appointment.state, appointment.decided_by, appointment.decided_at = State.CONFIRMED, by, now
    appointment.save(update_fields=["state", "decided_by", "decided_at", "is_first"])
    _set_permission(attendee, appointment.permission)
    tell_of_appointment(appointment, State.CONFIRMED)
    return appointment


@in_transaction
def refuse_role(*, event: Event, appointment_id: int, by: Person, now: dt.datetime) -> Appointment:
    """Refuse a proposal, or withdraw one's own. Refuses NotFound, AlreadyDecided and NotForYouToDecide."""
    appointment = _locked(event, appointment_id)
    if appointment.state != State.PROPOSED:
        raise AlreadyDecided(_("This proposal was decided already. Load the page again."))
    if not can_refuse(appointment, event_roles_of(by, event)):
        raise NotForYouToDecide(
            _("A proposal is refused by somebody who may confirm it, who made it, or who is proposed.")
        )
    appointment.state, appointment.decided_by, appointment.decided_at = State.REFUSED, by, now
    appointment.save(update_fields=["state", "decided_by", "decided_at"])
    record_act(event=event, by=by, kind=Act.Kind.ROLE_REFUSED, what=appointment.permission, now=now)
    tell_of_appointment(appointment, State.REFUSED)
    return appointment


@in_transaction
def end_role(*, event: Event, appointment_id: int, by: Person, now: dt.datetime) -> Appointment:
    """Make an organiser or lead a participant again, at once.

    A lead leaves a running event only once there are enough without them (S10); another lead or the
    administrator ends a lead at any time, and the administrators are told where too few are left. Refuses
    NotFound, AlreadyDecided, NotForYouToDecide (see `can_end`), `last_organiser` and `too_few_leads`.
    """
    appointment = _locked(event, appointment_id)
    if appointment.state != State.CONFIRMED:
        raise AlreadyDecided(_("This person does not hold the permission any more. Load the page again."))
    if not can_end(appointment, event_roles_of(by, event)):
        raise NotForYouToDecide(
            _(
                "A safeguarding lead is ended by themself, by another lead or by the administrator; an "
                "organiser by an organiser or the administrator."
            )
        )
    attendee = appointment.attendee
    if appointment.permission == ORGANISER and not organisers_of(event).exclude(pk=attendee.pk).exists():
        raise Refused("last_organiser", _("Nobody would be left to organise this forum: name another organiser first."))
    appointment.state, appointment.ended_by, appointment.ended_at = State.ENDED, by, now
    appointment.save(update_fields=["state", "ended_by", "ended_at"])
    _set_permission(attendee, Attendee.Permission.PARTICIPANT)
    if attendee.person_id == by.pk and (missing := what_running_lacks(attendee.event)):
        advice = _("See to that before you leave; another lead or the administrator can end it at once.")
        raise Refused("too_few_leads", f"{missing} {advice}")
    tell_of_appointment(appointment, State.ENDED)
    return appointment


def record_appointed(*, attendee: Attendee, permission: str, by: Person | None = None, now: dt.datetime) -> Appointment:
    """The appointment of somebody whom whoever sets up the installation names: by a command, or `by`."""
    is_first = permission == LEAD and not leads_of(attendee.event_id).exists()
    appointment = Appointment.objects.create(
        attendee=attendee,
        permission=permission,
        state=State.CONFIRMED,
        proposed_at=now,
        decided_by=by,
        decided_at=now,
        is_first=is_first,
    )
    _set_permission(attendee, permission)
    return appointment


def _check_can_be_proposed(attendee: Attendee, permission: str, by: Person) -> None:
    """Refuse CannotPropose."""
    if attendee.person_id == by.pk:
        raise CannotPropose(_("You cannot propose yourself: one person is organiser or safeguarding lead, never both."))
    if attendee.permission != Attendee.Permission.PARTICIPANT:
        raise CannotPropose(_("One person cannot hold two roles: this one is organiser or safeguarding lead already."))
    if Appointment.objects.filter(attendee=attendee, state=State.PROPOSED).exists():
        raise CannotPropose(_("This person is proposed already: wait until that is decided."))
    check_fits(attendee, permission)


def check_fits(attendee: Attendee, permission: str) -> None:
    """Refuse CannotPropose, or DemoAccount, where the person cannot hold this permission."""
    if attendee.age_class != Attendee.AgeClass.ADULT:
        raise CannotPropose(
            _("An organiser or a safeguarding lead has to be an adult: set this person's age class first.")
        )
    if appears_under_alias(attendee):
        raise CannotPropose(_("Everybody reads who organises and leads a forum: this person cannot be named for it."))
    adults = Attendee.objects.filter(is_known_adult(), pk=attendee.pk)
    if not attendee.person.is_active or not adults.exists():  # nobody learns what another event knows
        raise CannotPropose(
            _(
                "This person cannot be named: either the account is closed, or a safeguarding lead has to "
                "set their age class first. Name somebody else."
            )
        )
    check_can_hold_role(attendee.person, attendee.event)
    if permission == LEAD and is_administrator(attendee.person):
        raise CannotPropose(
            _("An administrator cannot be a safeguarding lead, who is apart from both organisers and them.")
        )


def _locked(event: Event, appointment_id: int) -> Appointment:
    """The event's appointment, read under the lock of the event's roles; refuses NotFound."""
    lock_event(event.pk)
    found = (
        Appointment.objects.of(event)
        .select_related("attendee__person", "attendee__event")
        .filter(pk=appointment_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such proposal at this forum. It may be decided already: load the list again."))
    return found


def _set_permission(attendee: Attendee, permission: str) -> None:
    lock_attendees([attendee.pk])
    attendee.permission = permission
    attendee.save(update_fields=["permission"])
