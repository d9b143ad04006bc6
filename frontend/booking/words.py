"""Requests and meetings in words: a message to ask with, confirmations, times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, override
from django.utils.translation import gettext as _

from backend.booking.models.availability import BusyCalendar
from backend.booking.selectors.availability import SlotChoice
from backend.booking.selectors.meetings import MeetingRow
from backend.directory.selectors.people import PersonPage
from backend.events.models.events import Event
from backend.events.selectors import Profile
from backend.safeguarding.selectors.public_profiles import PublicProfile
from backend.suggestions.selectors.lists import ReasonRow, SuggestionCard
from frontend.events.words.times import when
from frontend.suggestions.words import called

SOURCE = "en"
"""The language that texts are translated from."""
GREETING = gettext_lazy("Dear %(name)s,")
QUESTION = gettext_lazy("Could we meet for a few minutes?")
TOPIC_OFFERED = gettext_lazy("“%(topic)s” is among the topics you offer. I would value your advice on it.")
TOPIC_SOUGHT = gettext_lazy(
    "“%(topic)s” is among the topics you would like help with, and I may be able to help. I would like to hear what "
    "you need."
)
SESSION = gettext_lazy("We are both interested in the session “%(session)s”.")
STARTERS = (
    (gettext_lazy("Hear about their work"), gettext_lazy("I would like to hear about your work.")),
    (gettext_lazy("Ask for their view"), gettext_lazy("I have a question on which I would value your view.")),
    (
        gettext_lazy("Ask about working together"),
        gettext_lazy("I would like to find out whether we could work together."),
    ),
)


@dataclass(frozen=True, slots=True)
class Starter:
    """A message to begin with where no reason makes one: what its button says, and the message."""

    label: str
    text: str


def drafted_message(card: SuggestionCard | None, page: PersonPage, own: Profile) -> str:
    """A message to begin with, of the heaviest reason that can be said in one; empty where none can.

    It names a topic or a session and quotes nobody: of forty drafts that quoted, readers would not have
    signed eight or nine, for a joke, a complaint or a promise in them (decision 38). Nothing is drafted on a
    page in a language that either does not list.
    """
    written_in = (get_language() or SOURCE).partition("-")[0]
    if any(listed and written_in not in listed for listed in (own.attendee.languages, page.other.languages)):
        return ""
    drafts = (_as_message(reason, page, own) for reason in (card.reasons if card else ()))
    return next(filter(None, drafts), "")


def starters(other: PublicProfile) -> tuple[Starter, ...]:
    """Three messages to choose from, true of everybody; none in a language that has not all of them."""
    name = called(other)
    found = tuple(Starter(_translated(label), _message(text, name)) for label, text in STARTERS)
    return found if all(one.label and one.text for one in found) else ()


def _as_message(reason: ReasonRow, page: PersonPage, own: Profile) -> str:
    evidence, name = reason.evidence, called(page.other)
    own_topics = [topic for theme in own.themes for topic in theme.topics]
    sought_here = {topic.key for topic in own_topics if topic.seeks}
    offered_here = {topic.key for topic in own_topics if topic.offers}
    theirs = page.other.topics
    offered = {topic.key: topic.name for topic in theirs if topic.offers and topic.key in sought_here}
    sought = {topic.key: topic.name for topic in theirs if topic.seeks and topic.key in offered_here}
    match reason.code:
        case "topic_offered" if topic := offered.get(evidence.get("topic", "")):
            return _message(TOPIC_OFFERED, name, topic=topic)
        case "topic_sought" if topic := sought.get(evidence.get("topic", "")):
            return _message(TOPIC_SOUGHT, name, topic=topic)
        case "session" if session := evidence.get("session"):
            return _message(SESSION, name, session=session)
    return ""


def _message(sentence: Promise, name: str, **values: str) -> str:
    """The sentence between greeting and question, translated; empty where one of them is not."""
    greeting, said, question = (_translated(one) for one in (GREETING, sentence, QUESTION))
    if not (greeting and said and question):
        return ""
    return f"{greeting % {'name': name}}\n{said % values} {question}"


def _translated(text: Promise) -> str:
    """The text in the language of the page; empty where it has no translation."""
    found = str(text)
    if (get_language() or SOURCE).startswith(SOURCE):
        return found
    with override(SOURCE):
        return "" if found == str(text) else found


def theme_of(card: SuggestionCard | None, profile: Profile) -> str:
    """Key of the theme to preset: of the strongest reason with a topic, else one both chose; or none."""
    themes = {topic.key: theme.key for theme in profile.themes for topic in theme.topics}
    for reason in card.reasons if card else ():
        if (theme := themes.get(str(reason.evidence.get("topic", "")))) is not None:
            return theme
    own = {themes[topic.key] for theme in profile.themes for topic in theme.topics if topic.seeks or topic.offers}
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
    return [(day, list(group)) for day, group in groupby(times, key=lambda time: day_in(event, time.starts_at))]


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
            "Saved. You can be asked at %(count)d time.", "Saved. You can be asked at %(count)d times.", open_count
        ) % {"count": open_count}
    if not ended:
        return saved
    lost = ngettext(
        "%(count)d request has no time left and ended; both of you are told.",
        "%(count)d requests have no time left and ended; all of you are told.",
        ended,
    )
    return f"{saved} {lost % {'count': ended}}"


CALENDAR_ERRORS = {
    "peer_denied": gettext_lazy("The other server does not let us read it."),
    "calendar_too_large": gettext_lazy("What stands there is no calendar that can be read."),
    "calendar_unreadable": gettext_lazy("What stands there is no calendar that can be read."),
}


def calendar_error(calendar: BusyCalendar | None) -> str:
    """Why one's own calendar could not be read, in one sentence; empty where it could."""
    if calendar is None or not calendar.error:
        return ""
    no_answer = _("The other server did not answer, or answered with an error.")
    return str(CALENDAR_ERRORS.get(calendar.error, no_answer))
