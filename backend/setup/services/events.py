"""Create an event, with its first organiser and safeguarding leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_can_hold_role, clean_text
from backend.events.rules.rehearsals import check_takes_people
from backend.events.services.joining import take_back
from backend.events.services.sectors import load_sectors
from backend.events.services.setup import SLUG_LENGTH, BadEvent, check_about, check_zone, load_themes
from backend.people.services import check_email, find_or_create_people
from backend.roles.services.appointments import check_fits, record_appointed

MAX_MEETINGS = 50


@in_transaction
def create_event(
    *,
    slug: str,
    name: str,
    starts_on: dt.date,
    ends_on: dt.date,
    timezone: str,
    organiser_email: str = "",
    lead_emails: Sequence[str] = (),
    meetings_per_person: int = 5,
    venue: str = "",
    interpreters: bool = False,
    languages: Sequence[str] = (),
    has_shipped_topics: bool = True,
    has_shipped_sectors: bool = True,
    previous: Event | None = None,
    now: dt.datetime,
) -> Event:
    """A new event, a draft, with the shipped themes, topics and sectors, its organiser and leads.

    Refuses BadEvent (slug, name, venue, languages, dates, meetings), `unknown_zone`, `slug_taken`, BadEmail
    and `conflicting_roles`; saves nothing then.
    """
    name = clean_text(name)
    try:
        validate_slug(slug)
    except ValidationError:
        slug = ""
    if not 0 < len(slug) <= SLUG_LENGTH:
        raise BadEvent(
            _("A slug is at most %(limit)s letters, digits, hyphens and underscores, such as forum-2026.")
            % {"limit": SLUG_LENGTH}
        )
    check_about(name=name, venue=venue, starts_on=starts_on, ends_on=ends_on, languages=languages)
    if not 0 <= meetings_per_person <= MAX_MEETINGS:
        raise BadEvent(_("Meetings per person are a number from 0 to %(limit)s.") % {"limit": MAX_MEETINGS})
    check_zone(timezone)
    if Event.objects.filter(slug=slug).exists():
        raise Refused("slug_taken", _("There is an event “%(slug)s” already: choose another slug.") % {"slug": slug})
    event = Event.objects.create(
        slug=slug,
        name=name,
        timezone=timezone,
        starts_on=starts_on,
        ends_on=ends_on,
        venue=venue,
        meetings_per_person=meetings_per_person,
        interpreters=interpreters,
        languages=list(languages),
        previous=previous,
    )
    if has_shipped_sectors:
        load_sectors(event=event)
    if has_shipped_topics:
        load_themes(event=event)
    if organiser_email:
        appoint_organiser(event=event, email=organiser_email, now=now)
    for email in lead_emails:
        appoint_lead(event=event, email=email, now=now)
    return event


@in_transaction
def appoint_organiser(*, event: Event, email: str, now: dt.datetime, name: str = "") -> Attendee:
    """Make the person with this address an organiser of the event.

    For whoever runs the installation, by a command; people at the event propose and confirm each other.
    Refuses BadEmail, `conflicting_roles`, CannotPropose and DemoAccount. Who is not an attendee yet becomes a
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
        raise Refused(
            "conflicting_roles",
            _("One person cannot be organiser and safeguarding lead of the same event: name somebody else."),
        )
    if attendee.permission != permission:
        check_fits(attendee, permission)
        record_appointed(attendee=attendee, permission=permission, now=now)
    return attendee


def find_or_add_attendee(*, event: Event, email: str, name: str, now: dt.datetime) -> Attendee:
    """The attendee with this address; a new one is hidden.

    Refuses BadEmail, DemoAccount and `rehearsal_only`.
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
