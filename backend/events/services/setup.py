"""What an event is made of: its description, zone and interpreters, its themes and topics."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, Refused
from backend.core.texts import CONTROL
from backend.core.transactions import in_transaction
from backend.events.models.events import Event, Theme, Topic
from backend.events.rules.attendees import check_organiser
from backend.events.rules.languages import LANGUAGES
from backend.events.rules.states import Activity
from backend.events.rules.topics import shipped_themes
from backend.events.services.changes import announce_changes
from backend.people.models import Person

MAX_DAYS = 31
SLUG_LENGTH = 60
NAME_LENGTH = 200


class BadEvent(BusinessError):
    code = "bad_event"
    status = 400


def check_about(*, name: str, venue: str, starts_on: dt.date, ends_on: dt.date, languages: Sequence[str]) -> None:
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
        raise BadEvent(_("An event has at most %(limit)s days. Shorten it, or start another.") % {"limit": MAX_DAYS})
    if unknown := sorted(set(languages) - {language.code for language in LANGUAGES}):
        raise BadEvent(
            _("“%(language)s” is none of the languages offered. Choose from the list.") % {"language": unknown[0][:20]}
        )


@in_transaction
def set_interpreters(*, event: Event, interpreters: bool, by: Person) -> None:
    """Say whether the event has interpreters; the lists are made anew where that changes.

    Refuses OrganisersOnly.
    """
    check_organiser(by, event, Activity.EDIT)
    changed = Event.objects.filter(pk=event.pk).exclude(interpreters=interpreters)
    if changed.update(interpreters=interpreters):
        event.interpreters = interpreters
        announce_changes(event.pk)


def check_zone(name: str) -> None:
    """Refuse `unknown_zone`, with the closest name there is."""
    zones = available_timezones()
    if name in zones:
        return
    wanted = name.casefold().replace(" ", "_")
    by_word = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(zones, reverse=True)}
    by_word |= {zone.casefold(): zone for zone in zones}
    close = difflib.get_close_matches(wanted, sorted(by_word), n=1, cutoff=0.6)
    if close:
        message = _("There is no time zone “%(zone)s”: did you mean %(close)s?")
        raise Refused("unknown_zone", message % {"zone": name[:60], "close": by_word[close[0]]}, status=400)
    message = _("There is no time zone “%(zone)s”: write it like Asia/Bangkok.")
    raise Refused("unknown_zone", message % {"zone": name[:60]}, status=400)


@in_transaction
def load_themes(*, event: Event) -> int:
    """Add the shipped themes and topics the event lacks; returns their number."""
    missing = 0
    position = 0
    for theme_position, row in enumerate(shipped_themes()):
        theme, created = Theme.objects.get_or_create(
            event=event,
            key=row["key"],
            defaults={"name": row["name"], "names": row.get("names", {}), "position": theme_position},
        )
        missing += created
        for topic in row["topics"]:
            _topic, created = Topic.objects.get_or_create(
                event=event,
                key=topic["key"],
                defaults={
                    "theme": theme,
                    "name": topic["name"],
                    "names": topic.get("names", {}),
                    "description": topic["description"],
                    "position": position,
                },
            )
            missing += created
            position += 1
    return missing
