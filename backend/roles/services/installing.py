"""TODO."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_can_hold_role
from backend.events.rules.rehearsals import check_takes_people
from backend.events.services.joining import take_back
from backend.people.services import check_email, find_or_create_people
from backend.roles.services.appointments import check_fits, record_appointed


class ConflictingRoles(BusinessError):
    """One person at one event is organiser or safeguarding lead, never both (S10)."""

    code = "conflicting_roles"


@in_transaction
def appoint_organiser(*, event: Event, email: str, now: dt.datetime, name: str = "") -> Attendee:
    """Make the person with this address an organiser of the event.

    For whoever runs the installation, by a command; people at the event propose and confirm each other.
    Refuses BadEmail, ConflictingRoles, CannotPropose and DemoAccount. Who is not an attendee yet becomes a
    hidden one: organisers run the forum and are not suggested in it.
    Without a name, who is new to the event carries the first part of the address.
    """
    return _appoint(event, email, name, Attendee.Permission.ORGANISER, now)


@in_transaction
def appoint_lead(*, event: Event, email: str, now: dt.datetime, name: str = "") -> Attendee:
    """Make the person with this address a safeguarding lead of the event; as `appoint_organiser`."""
    return _appoint(event, email, name, Attendee.Permission.SAFEGUARDING_LEAD, now)


def _appoint(event: Event, email: str, name: str, permission: str, now: dt.datetime) -> Attendee:
    attendee = find_or_add_attendee(event=event, email=email, name=name, now=now)
    if attendee.permission not in (permission, Attendee.Permission.PARTICIPANT):
        raise ConflictingRoles(
            _("One person cannot be organiser and safeguarding lead of the same event: name somebody else.")
        )
    if attendee.permission != permission:
        check_fits(attendee, permission)
        record_appointed(attendee=attendee, permission=permission, now=now)
    return attendee


def find_or_add_attendee(*, event: Event, email: str, name: str, now: dt.datetime) -> Attendee:
    """The attendee with this address; a new one is hidden.

    Refuses BadEmail, DemoAccount and RehearsalOnly.
    """
    check_takes_people(event)
    email = check_email(email)
    name = name or email.partition("@")[0]  # what an account is called is its owner's
    person = find_or_create_people(names={email: name})[email]
    check_can_hold_role(person, event)
    attendee, _created = Attendee.with_left.get_or_create(
        event=event,
        person=person,
        defaults={
            "name": name,
            "visibility": Attendee.Visibility.HIDDEN,
            "age_class": Attendee.AgeClass.ADULT,
            "joined_at": now,
            "changed_at": now,
        },
    )
    if attendee.left_at is not None:
        attendee.name = name
        attendee.save(update_fields=["name"])
        take_back([attendee], visibility=Attendee.Visibility.HIDDEN, now=now)
    return attendee
