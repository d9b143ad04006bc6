"""Whom to ring in a country when somebody is in danger; entered by safeguarding leads."""

from __future__ import annotations

import datetime as dt
import re

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.texts import CONTROL
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.models.roles import CountryContact
from backend.events.rules.attendees import clean_text
from backend.events.rules.countries import country_name
from backend.events.rules.rehearsals import check_takes_people
from backend.events.rules.roles import check_lead
from backend.events.rules.states import Activity, check_allowed
from backend.people.models import Person

NAME_LIMIT, PHONE_LIMIT, SOURCE_LIMIT = 120, 40, 300
CONTACTS_LIMIT = 60  # of one event
PHONE = re.compile(r"[0-9+()/#*. -]{2,40}")


class BadCountryContact(BusinessError):
    """`details["field"]` says what is wrong."""

    code = "bad_country_contact"
    status = 400


@in_transaction
def add_country_contact(
    *,
    event: Event,
    country: str,
    name: str,
    phone: str,
    source: str,
    checked_on: dt.date,
    is_host: bool,
    by: Person,
    now: dt.datetime,
) -> CountryContact:
    """Enter whom to ring in a country, where that number is published, and when it was last tried.

    Refuses NotFound (to everybody but a lead), NotInThisState, `rehearsal_only`, BadCountryContact and
    `country_contact_once`.
    """
    check_lead(by, event)
    check_allowed(event, Activity.EDIT)
    check_takes_people(event)
    known = country_name(country)
    if not known:
        raise BadCountryContact(_("Write the name of a country."), field="country")
    name = _one_line(name, NAME_LIMIT, "name", _("Write whom one reaches: for instance, Child helpline."))
    source = _one_line(source, SOURCE_LIMIT, "source", _("Write where this number is published."))
    phone = clean_text(phone)
    if not PHONE.fullmatch(phone) or not re.search(r"[0-9]", phone):
        raise BadCountryContact(_("Write the number as it is rung in that country."), field="phone")
    if checked_on > now.astimezone(event.zone).date():
        raise BadCountryContact(_("The day on which it was checked cannot be to come."), field="checked_on")
    if CountryContact.objects.filter(event=event).count() >= CONTACTS_LIMIT:
        raise BadCountryContact(
            _("A forum has at most %(count)d such numbers. Remove one first.") % {"count": CONTACTS_LIMIT},
            field="country",
        )
    contact, is_new = CountryContact.objects.get_or_create(
        event=event,
        country=known,
        name=name,
        defaults={
            "phone": phone,
            "source": source,
            "checked_on": checked_on,
            "is_host": is_host,
            "entered_by": by,
            "entered_at": now,
        },
    )
    if not is_new:
        raise Refused("country_contact_once", _("This one is listed already. Remove it first to enter it anew."))
    return contact


@in_transaction
def remove_country_contact(*, event: Event, contact_id: int, by: Person) -> None:
    """Take it off the list. Refuses NotFound and NotInThisState."""
    check_lead(by, event)
    check_allowed(event, Activity.EDIT)
    count, _rows = CountryContact.objects.filter(event=event, pk=contact_id).delete()
    if not count:
        raise NotFound(_("There is no such number at this forum. Load the list again."))


def _one_line(text: str, limit: int, field: str, sentence: str) -> str:
    text = clean_text(text)
    if not text or len(text) > limit or CONTROL.search(text):
        raise BadCountryContact(sentence, field=field)
    return text
