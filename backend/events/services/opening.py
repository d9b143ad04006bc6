"""Opening an event to its participants, and whom to turn to outside it."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import BusinessError, NotYours
from backend.core.models import Act
from backend.core.texts import CONTROL
from backend.core.transactions import in_transaction
from backend.events.models import Event, OutsideContact
from backend.events.rules import check_organiser, clean_text, is_administrator, is_lead, what_opening_lacks
from backend.events.services.locks import lock_event
from backend.people.models import Person

NAME_LIMIT, EMAIL_LIMIT, PHONE_LIMIT = 120, 254, 40


class NotReadyToOpen(BusinessError):
    code = "not_ready_to_open"


class LeadsOnly(NotYours):
    """Only a safeguarding lead of the event or the administrator may do this."""

    code = "only_leads"


class BadOutsideContact(BusinessError):
    code = "bad_outside_contact"
    status = 400


@in_transaction
def open_event(*, event: Event, by: Person, now: dt.datetime) -> None:
    """Open a draft to its participants; opening an open event changes nothing.

    Refuses OrganisersOnly, and NotReadyToOpen with what is missing (S10).
    """
    check_organiser(by, event)
    lock_event(event.pk)
    locked = Event.objects.get(pk=event.pk)
    if locked.state == Event.State.DRAFT:
        if missing := what_opening_lacks(locked):
            raise NotReadyToOpen(missing)
        locked.state = Event.State.OPEN
        locked.save(update_fields=["state"])
        record_act(event=event, by=by, kind=Act.Kind.OPENED, now=now)
    event.state = locked.state


@in_transaction
def set_outside_contact(
    *, event: Event, name: str, email: str, phone: str, by: Person, now: dt.datetime
) -> OutsideContact:
    """Say whom to turn to where no lead may read a report: a name, and a mail address or a phone number.

    Refuses LeadsOnly and BadOutsideContact.
    """
    if not (is_lead(by, event) or is_administrator(by)):
        raise LeadsOnly(_("Only a safeguarding lead or the administrator names the outside contact."))
    name, email, phone = clean_text(name), clean_text(email), clean_text(phone)
    if not name or len(name) > NAME_LIMIT or CONTROL.search(name):
        raise BadOutsideContact(_("Write the name of the outside contact on one line."), field="name")
    if not email and not phone:
        raise BadOutsideContact(
            _("Write a mail address or a phone number of the outside contact."), field="phone"
        )
    if len(phone) > PHONE_LIMIT or CONTROL.search(phone):
        raise BadOutsideContact(_("Write the phone number on one line."), field="phone")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise BadOutsideContact(_("This is not a mail address."), field="email") from None
    contact, _created = OutsideContact.objects.update_or_create(
        event=event,
        defaults={"name": name, "email": email, "phone": phone, "entered_by": by, "entered_at": now},
    )
    return contact
