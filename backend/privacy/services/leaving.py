"""Somebody leaves a forum, or erases their account with all of it."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core.errors import NotYours, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Tie
from backend.events.models.roles import Appointment
from backend.events.rules.roles import LEAD, ORGANISER, leads_of, organisers_of
from backend.events.rules.states import is_over
from backend.outcomes.services.connections import forget_connections
from backend.people.models import Person
from backend.people.selectors import administrators
from backend.privacy.services.erasing import erase_attendees, erase_person
from backend.privacy.services.remembering import remember_attendee, remember_person
from backend.roles.services.appointments import end_role


@in_transaction
def leave_event(*, attendee: Attendee, is_confirmed: bool, by: Person, now: dt.datetime) -> None:
    """Erase the attendee's part in the event; the account and other forums stay.

    Meetings to come are cancelled and requests end, and the others are told; an open case is held. Refuses
    NotYours, `not_confirmed`, and `still_in_charge`, `last_organiser` or `too_few_leads` where nobody could
    take over.
    """
    if attendee.person_id != by.pk:
        raise NotYours(_("Only the person themself can do this."))
    _check_confirmed(is_confirmed)
    _step_down([attendee], by, now)
    take_out(attendee, now)


def take_out(attendee: Attendee, now: dt.datetime) -> None:
    """Erase the part of somebody who holds no role, in the caller's transaction, as when they leave."""
    person = attendee.person
    remember_attendee(attendee, person, now)
    Tie.objects.filter(Q(first=person) | Q(second=person), edition=attendee.event_id).delete()
    forget_connections(person=person, event_id=attendee.event_id, even_kept=True)
    erase_attendees([attendee.pk], now)


@in_transaction
def erase_account(*, person: Person, is_confirmed: bool, by: Person | None, now: dt.datetime) -> None:
    """Erase the person's part in every event, and their account. `by` is None on the server.

    What keeps blocks, open cases and suspensions alive is a hash of the address, for three years. Refuses
    what `leave_event` refuses, and `still_in_charge` for an administrator.
    """
    if by is not None and person.pk != by.pk:
        raise NotYours(_("Only the person themself can do this."))
    _check_confirmed(is_confirmed)
    if administrators().filter(pk=person.pk).exists():
        raise Refused(
            "still_in_charge",
            _("You administer this installation: have another administrator take that from you first."),
        )
    parts = list(Attendee.objects.filter(person=person).select_related("event", "person").order_by("pk"))
    _step_down(parts, person, now)
    remember_person(person, now)
    for attendee in parts:
        remember_attendee(attendee, person, now)
    erase_person(person, now)


def _check_confirmed(is_confirmed: bool) -> None:
    if not is_confirmed:
        raise Refused("not_confirmed", _("Tick that you have read what happens: it cannot be undone."), status=400)


def _step_down(parts: list[Attendee], by: Person, now: dt.datetime) -> None:
    """End the person's roles as they would themself; at a forum that is over the last organiser may go."""
    for attendee in parts:
        appointment = Appointment.objects.in_force().filter(attendee=attendee).first()
        if appointment is None:
            continue
        event = attendee.event
        if appointment.permission == LEAD and not leads_of(event).exclude(pk=attendee.pk).exists():
            raise Refused(
                "still_in_charge",
                _("Nobody else at %(event)s could read reports: have another safeguarding lead named first.")
                % {"event": event.local_name},
            )
        is_last = appointment.permission == ORGANISER and not (organisers_of(event).exclude(pk=attendee.pk).exists())
        if not (is_last and is_over(event, now)):
            end_role(event=event, appointment_id=appointment.pk, by=by, now=now)
