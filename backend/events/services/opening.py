"""Opening an event to its participants, and whom to turn to outside it."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import BusinessError, NotYours, Refused
from backend.core.isolation import for_each
from backend.core.models import Act
from backend.core.texts import CONTROL
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.models.roles import OutsideContact
from backend.events.rules.attendees import check_organiser, clean_text
from backend.events.rules.rehearsals import check_takes_people
from backend.events.rules.roles import is_administrator, is_lead, opening_needs
from backend.events.rules.states import NEXT_STATES, Activity, is_allowed, is_event_open, is_running
from backend.events.services.changes import announce_opening
from backend.events.services.locks import lock_event
from backend.people.models import Person
from backend.people.services import BadEmail, check_email

NAME_LIMIT, EMAIL_LIMIT, PHONE_LIMIT = 120, 254, 40


class LeadsOnly(NotYours):
    """Only a safeguarding lead of the event or the administrator may do this."""

    code = "only_leads"


class BadOutsideContact(BusinessError):
    code = "bad_outside_contact"
    status = 400


@in_transaction
def open_event(*, event: Event, by: Person, now: dt.datetime) -> None:
    """Open a draft to its participants; where it is open or later already, nothing changes.

    Refuses OrganisersOnly, and `not_ready_to_open` with what is missing (S10).
    """
    check_organiser(by, event)
    locked = _locked(event)
    if locked.state in (Event.State.DRAFT, Event.State.INVITING):
        _move(locked, Event.State.OPEN, by, now)
    event.state = locked.state


@in_transaction
def change_state(*, event: Event, state: str, by: Person, now: dt.datetime) -> None:
    """Move the event to the next state, or back by one; in that state already, nothing changes.

    Refuses OrganisersOnly, `wrong_state`, and `not_ready_to_open` where participants would come in and a
    safeguarding lead is missing (S10). Minors who are not provided for wait, and hold up nobody (S6).
    """
    check_organiser(by, event)
    locked = _locked(event)
    if state != locked.state:
        if state not in NEXT_STATES[locked.state]:
            raise Refused("wrong_state", _("The forum cannot go there from its present state. Load the page again."))
        _move(locked, state, by, now)
    event.state = locked.state


def follow_days(*, now: dt.datetime) -> int:
    """Make open events live on their first day, and open or live ones closed after their last.

    By each event's own clock, each in a transaction of its own. Returns the number of those that changed.
    """
    running = Event.objects.filter(state__in=[Event.State.OPEN, Event.State.LIVE]).order_by("pk")
    return sum(for_each("events.follow_days", list(running.values_list("pk", flat=True)), lambda pk: _follow(pk, now)))


@in_transaction
def _follow(event_id: int, now: dt.datetime) -> bool:
    event = _locked(Event(pk=event_id))
    today = now.astimezone(event.zone).date()
    state = event.state
    if state in (Event.State.OPEN, Event.State.LIVE) and today > event.ends_on:
        state = Event.State.CLOSED
    elif state == Event.State.OPEN and today >= event.starts_on:
        state = Event.State.LIVE
    if state == event.state:
        return False
    _move(event, state, None, now)
    return True


def _locked(event: Event) -> Event:
    lock_event(event.pk)
    return Event.objects.get(pk=event.pk)


def _check_ready(event: Event, now: dt.datetime) -> None:
    """Refuse `not_ready_to_open` with all that nobody comes in without, and who has to do it."""
    needs = [need for need in opening_needs(event, now) if need.blocks]
    if needs:
        raise Refused(
            "not_ready_to_open",
            " ".join(need.what for need in needs),
            needs=[{"who": need.who.value, "what": need.what} for need in needs],
        )


def _move(event: Event, state: str, by: Person | None, now: dt.datetime) -> None:
    begins = not is_event_open(event) or not is_allowed(event, Activity.ASK)
    event.state = state
    if begins and is_running(event):
        _check_ready(event, now)
    event.save(update_fields=["state"])
    if state == Event.State.OPEN:
        announce_opening(event.pk)
    kind = Act.Kind.OPENED if state == Event.State.OPEN else Act.Kind.STATE_CHANGED
    record_act(event=event, by=by, kind=kind, what="" if kind == Act.Kind.OPENED else state, now=now)


@in_transaction
def set_outside_contact(
    *, event: Event, name: str, email: str, phone: str, by: Person, now: dt.datetime
) -> OutsideContact:
    """Say whom to turn to where no lead may read a report: a name, and a mail address or a phone number.

    Refuses LeadsOnly, `rehearsal_only` and BadOutsideContact.
    """
    if not (is_lead(by, event) or is_administrator(by)):
        raise LeadsOnly(_("Only a safeguarding lead or the administrator names the outside contact. Ask one of them."))
    check_takes_people(event)
    name, email, phone = clean_text(name), clean_text(email), clean_text(phone)
    if not name or len(name) > NAME_LIMIT or CONTROL.search(name):
        raise BadOutsideContact(_("Write the name of the outside contact on one line."), field="name")
    if not email and not phone:
        raise BadOutsideContact(_("Write a mail address or a phone number of the outside contact."), field="phone")
    if len(phone) > PHONE_LIMIT or CONTROL.search(phone):
        raise BadOutsideContact(_("Write the phone number on one line."), field="phone")
    if email:
        try:
            email = check_email(email)
        except BadEmail as refusal:
            raise BadOutsideContact(refusal.message, field="email") from None
    contact, _created = OutsideContact.objects.update_or_create(
        event=event, defaults={"name": name, "email": email, "phone": phone, "entered_by": by, "entered_at": now}
    )
    return contact
