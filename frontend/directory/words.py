"""The home page and the directory in words: how long until a meeting, what is missing, what to choose by."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.booking.selectors.meetings import MeetingRow
from backend.directory.rules import Gap
from backend.directory.selectors.facets import Facet
from backend.directory.selectors.finding import Found
from backend.events.models.events import Event
from backend.events.rules.languages import language_name
from backend.events.selectors import sector_names_for, theme_names_for, topic_names_for
from backend.safeguarding.selectors.public_profiles import PublicProfile
from frontend.events.words.countries import country_words
from frontend.people.words import constituency_label
from frontend.suggestions.words import Line

HOUR = 60
DAY = 24 * HOUR
NEAR_MINUTES = 20  # from then on home looks for news of the next meeting by itself


@dataclass(frozen=True, slots=True)
class GapText:
    """What is missing in one sentence, and the one link that mends it."""

    sentence: str
    label: str
    address: str


def gap_text(gap: Gap, event: Event) -> GapText | None:
    """The gap in words, or None where nothing is missing."""
    profile, times = reverse("profile", args=[event.slug]), reverse("availability", args=[event.slug])
    match gap:
        case Gap.HIDDEN:
            sentence = _("You are hidden: nobody sees you, and nobody is suggested to you.")
            return GapText(sentence, _("List me"), f"{profile}#listed")
        case Gap.NO_TIME:
            return GapText(_("You have no open time, so nobody can ask you to meet."), _("Open my times"), times)
        case Gap.NOTHING_SOUGHT:
            sentence = _("You have not said what you seek; suggestions go by that first.")
            return GapText(sentence, _("Say what I seek"), reverse("join_step", args=[event.slug, 3]))
        case Gap.NOTHING_OFFERED:
            sentence = _("You have not said what you offer; others find you by that.")
            return GapText(sentence, _("Say what I offer"), reverse("join_step", args=[event.slug, 2]))
        case Gap.NO_LANGUAGE:
            sentence = _("You have named no language, so nobody knows in which to talk to you.")
            return GapText(sentence, _("Name my languages"), f"{profile}#part-who")
    return None


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """The next meeting as home shows it; `version` changes with anything that is shown."""

    row: MeetingRow | None
    to_go: str
    is_near: bool
    is_over: bool

    @property
    def version(self) -> str:
        text = repr((self.row, self.to_go))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def next_meeting_words(row: MeetingRow | None, minutes: int | None, *, is_over: bool) -> NextMeeting:
    """`minutes`: until it begins."""
    to_go = "" if minutes is None else to_go_words(minutes)
    return NextMeeting(row, to_go, minutes is not None and minutes <= NEAR_MINUTES, is_over)


def to_go_words(minutes: int) -> str:
    """How long until a meeting, in the unit that fits."""
    if minutes < 1:
        return _("Now")
    if minutes < HOUR:
        return ngettext("In %(count)d minute", "In %(count)d minutes", minutes) % {"count": minutes}
    if minutes < DAY:
        hours = minutes // HOUR
        return ngettext("In %(count)d hour", "In %(count)d hours", hours) % {"count": hours}
    days = minutes // DAY
    return ngettext("In %(count)d day", "In %(count)d days", days) % {"count": days}


def filter_choices(found: Found, event: Event) -> dict[str, tuple[Facet, ...]]:
    """Per filter, the values that occur in words with their counts, by name; days by date."""
    themes, topics, sectors = theme_names_for(event), topic_names_for(event), sector_names_for(event)
    named: dict[str, Callable[[str], str]] = {
        "constituency": constituency_label,
        "sector": lambda key: sectors.get(key, key),
        "theme": lambda key: themes.get(key, key),
        "topic": lambda key: topics.get(key, key),
        "language": lambda code: str(language_name(code)),
        "country": country_words,
        "day": day_words,
    }
    choices = {}
    for name, facets in found.facets.items():
        words = named.get(name)
        rows = [Facet(one.value, words(one.value) if words else one.name, one.count) for one in facets]
        choices[name] = tuple(rows if name == "day" else sorted(rows, key=lambda row: row.name.casefold()))
    return choices


def day_words(date: str) -> str:
    """The day in words; what is no date stays as it is."""
    try:
        return format_date(dt.date.fromisoformat(date), "l j F")
    except ValueError:
        return date


def found_line(found: Found, other: PublicProfile) -> Line | None:
    """By what somebody was found: a sentence they wrote, or a topic."""
    if quote := found.quotations.get(other.attendee_id):
        return Line(quote.sentence, field_label(quote.field), quote.sentence)
    if topic := found.topic_of.get(other.attendee_id):
        return Line(topic, _("Topic"))
    return None


def field_label(field: str) -> str:
    """What a quoted sentence says: what they seek, what they offer, or what they write."""
    return {"seeks": _("They seek"), "offers": _("They offer")}.get(field, _("They write"))
