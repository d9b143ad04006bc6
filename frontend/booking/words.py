"""Requests and meetings in words: a first line to ask with, confirmations, times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.booking.selectors.availability import SlotChoice
from backend.booking.selectors.meetings import MeetingRow
from backend.events.models.events import Event
from backend.events.selectors import Profile
from backend.suggestions.selectors.lists import ReasonRow, SuggestionCard
from frontend.events.words.times import when

QUOTE_LIMIT = 180


def first_line(card: SuggestionCard | None, name: str, topic_names: Mapping[str, str]) -> str:
    """A message to begin with, quoting the strongest reason both may read; it can be changed or wiped."""
    reasons = card.reasons if card else ()
    quoted = next((text for reason in reasons if (text := _reason_as_message(reason, topic_names))), "")
    opening = quoted or _("I would like to hear about your work, and to tell you about mine.")
    greeting = _("Dear %(name)s,") % {"name": name}
    return f"{greeting}\n{opening} " + _("Could we talk for a few minutes?")


def _reason_as_message(reason: ReasonRow, topic_names: Mapping[str, str]) -> str:
    """The reason in the words of a message to the other; empty if it is unsuitable as an opening message."""
    evidence = {
        key: _quote(str(reason.evidence.get(f"{key}_highlight") or value))
        for key, value in reason.evidence.items()
    }
    topic = {"topic": topic_names.get(evidence.get("topic", ""), "")}
    match reason.code:
        case "seeks_offers":
            return _("You offer “%(offer)s”, and I seek “%(seek)s”.") % evidence
        case "offers_seeks":
            return _("You seek “%(seek)s”, and I offer “%(offer)s”.") % evidence
        case "about_about":
            return _("You write “%(other)s”, and I work on “%(own)s”.") % evidence
        case "topic_offered" if topic["topic"]:
            return _("You offer “%(topic)s”, and that is what I seek.") % topic
        case "topic_sought" if topic["topic"]:
            return _("You seek “%(topic)s”, and that is what I offer.") % topic
        case "session":
            return _("We both follow the session “%(session)s”.") % evidence
    return ""


def _quote(text: str) -> str:
    text = text.strip().rstrip(".").rstrip()
    return text if len(text) <= QUOTE_LIMIT else text[: QUOTE_LIMIT - 1].rstrip() + "…"


def theme_of(card: SuggestionCard | None, profile: Profile) -> str:
    """Key of the theme to preset: of the strongest reason with a topic, else one both chose; or none."""
    themes = {topic.key: theme.key for theme in profile.themes for topic in theme.topics}
    for reason in card.reasons if card else ():
        if (theme := themes.get(str(reason.evidence.get("topic", "")))) is not None:
            return theme
    own = {
        themes[topic.key] for theme in profile.themes for topic in theme.topics if topic.seeks or topic.offers
    }
    return next((theme for theme in (card.other.themes if card else ()) if theme in own), "")


def accepted_words(row: MeetingRow, event: Event) -> str:
    """The confirmation after a request was accepted."""
    period = when(row.starts_at, row.ends_at, event) if row.starts_at and row.ends_at else ""
    return _("You meet %(name)s: %(when)s, %(place)s.") % {
        "name": row.other.name,
        "when": period,
        "place": row.place.label if row.place else "",
    }


def day_in(event: Event, moment: dt.datetime) -> dt.date:
    """The date of a moment at the event."""
    return moment.astimezone(event.zone).date()


def by_day(event: Event, times: Iterable[SlotChoice]) -> list[tuple[dt.date, list[SlotChoice]]]:
    """Times, which come in order, by the day of the event on which they are."""
    return [
        (day, list(group)) for day, group in groupby(times, key=lambda time: day_in(event, time.starts_at))
    ]


def duration_words(hours: int) -> str:
    """So many hours, in days where they are whole ones."""
    if hours % 24:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}


def availability_words(open_count: int, ended: int) -> str:
    """The confirmation after open times were saved; `ended`: requests that lost their last time by it."""
    if not open_count:
        saved = _("Saved. You have no open time, so nobody can ask you.")
    else:
        saved = ngettext(
            "Saved. You can be asked at %(count)d time.",
            "Saved. You can be asked at %(count)d times.",
            open_count,
        ) % {"count": open_count}
    if not ended:
        return saved
    lost = ngettext(
        "%(count)d request has no time left and ended; both of you are told.",
        "%(count)d requests have no time left and ended; all of you are told.",
        ended,
    )
    return f"{saved} {lost % {'count': ended}}"
