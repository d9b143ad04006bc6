"""Set up an event: the event itself, its themes and topics, its first organiser and safeguarding lead."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.core.texts import CONTROL
from backend.core.transactions import in_transaction
from backend.events.models.events import Event, Theme, Topic
from backend.events.rules.attendees import check_organiser, clean_text
from backend.events.rules.languages import LANGUAGES
from backend.events.rules.states import Doing
from backend.events.services.changes import announce_changes
from backend.events.services.sectors import load_sectors
from backend.people.models import Person
from backend.roles.services.installing import appoint_lead, appoint_organiser

THEMES_FILE = Path(__file__).parents[1] / "data" / "themes.json"
MAX_MEETINGS = 50
MAX_DAYS = 31
SLUG_LENGTH = 60
NAME_LENGTH = 200


class BadEvent(BusinessError):
    code = "bad_event"
    status = 400


class UnknownZone(BusinessError):
    code = "unknown_zone"
    status = 400


class SlugTaken(BusinessError):
    code = "slug_taken"


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

    Refuses BadEvent (slug, name, venue, languages, dates, meetings), UnknownZone, SlugTaken, BadEmail and
    ConflictingRoles; saves nothing then.
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
        raise SlugTaken(_("There is an event “%(slug)s” already: choose another slug.") % {"slug": slug})
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


def check_about(
    *, name: str, venue: str, starts_on: dt.date, ends_on: dt.date, languages: Sequence[str]
) -> None:
    """Refuse BadEvent for what does not describe an event; the name is trimmed."""
    if not 0 < len(name) <= NAME_LENGTH or len(venue) > NAME_LENGTH:
        raise BadEvent(
            _("An event needs a name of at most %(limit)s characters, and its venue has no more.")
            % {"limit": NAME_LENGTH}
        )
    if CONTROL.search(name) or CONTROL.search(venue):
        raise BadEvent(_("Write the name and the venue of an event on one line, without control characters."))
    if ends_on < starts_on:
        raise BadEvent(
            _("The event ends on %(last)s, before it starts on %(first)s. Swap the two days.")
            % {"last": ends_on, "first": starts_on}
        )
    if (ends_on - starts_on).days >= MAX_DAYS:
        raise BadEvent(
            _("An event has at most %(limit)s days. Shorten it, or start another.") % {"limit": MAX_DAYS}
        )
    if unknown := sorted(set(languages) - {language.code for language in LANGUAGES}):
        raise BadEvent(
            _("“%(language)s” is none of the languages offered. Choose from the list.")
            % {"language": unknown[0][:20]}
        )


@in_transaction
def set_interpreters(*, event: Event, interpreters: bool, by: Person) -> None:
    """Say whether the event has interpreters; the lists are made anew where that changes.

    Refuses OrganisersOnly.
    """
    check_organiser(by, event, Doing.EDIT)
    changed = Event.objects.filter(pk=event.pk).exclude(interpreters=interpreters)
    if changed.update(interpreters=interpreters):
        event.interpreters = interpreters
        announce_changes(event.pk)


def check_zone(name: str) -> None:
    """Refuse UnknownZone, with the closest name there is."""
    zones = available_timezones()
    if name in zones:
        return
    wanted = name.casefold().replace(" ", "_")
    by_word = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(zones, reverse=True)}
    by_word |= {zone.casefold(): zone for zone in zones}
    close = difflib.get_close_matches(wanted, sorted(by_word), n=1, cutoff=0.6)
    if close:
        message = _("There is no time zone “%(zone)s”: did you mean %(close)s?")
        raise UnknownZone(message % {"zone": name[:60], "close": by_word[close[0]]})
    message = _("There is no time zone “%(zone)s”: write it like Asia/Bangkok.")
    raise UnknownZone(message % {"zone": name[:60]})


@in_transaction
def load_themes(*, event: Event) -> int:
    """Add the shipped themes and topics the event lacks; returns their number."""
    themes = json.loads(THEMES_FILE.read_text(encoding="utf-8"))
    missing = 0
    position = 0
    for theme_position, row in enumerate(themes):
        theme, created = Theme.objects.get_or_create(
            event=event, key=row["key"], defaults={"name": row["name"], "position": theme_position}
        )
        missing += created
        for topic in row["topics"]:
            _topic, created = Topic.objects.get_or_create(
                event=event,
                key=topic["key"],
                defaults={
                    "theme": theme,
                    "name": topic["name"],
                    "description": topic["description"],
                    "position": position,
                },
            )
            missing += created
            position += 1
    return missing
