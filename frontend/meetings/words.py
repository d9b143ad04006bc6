"""What is said around a meeting: a first line to ask with, and what each notice tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _

from backend.events.models import Event
from backend.events.selectors import Profile
from backend.meetings.models import Notice
from backend.meetings.selectors import MeetingRow, NoticeRow
from backend.suggestions.selectors import ReasonRow, SuggestionCard
from frontend.events.words.times import when

LONGEST_QUOTE = 180


def first_line(card: SuggestionCard | None, name: str, topic_names: Mapping[str, str]) -> str:
    """A message to begin with, quoting the strongest reason both may read; it can be changed or wiped."""
    reasons = card.reasons if card else ()
    because = next((said for reason in reasons if (said := _because(reason, topic_names))), "")
    opening = because or _("I would like to hear about your work, and to tell you about mine.")
    greeting = _("Dear %(name)s,") % {"name": name}
    return f"{greeting}\n{opening} " + _("Could we talk for a few minutes?")


def _because(reason: ReasonRow, topic_names: Mapping[str, str]) -> str:
    """The reason as one says it to the other; nothing for one that does not lead to a talk."""
    said = {
        key: _quote(str(reason.evidence.get(f"{key}_highlight") or value))
        for key, value in reason.evidence.items()
    }
    topic = {"topic": topic_names.get(said.get("topic", ""), "")}
    match reason.code:
        case "seeks_offers":
            return _("You offer “%(offer)s”, and I seek “%(seek)s”.") % said
        case "offers_seeks":
            return _("You seek “%(seek)s”, and I offer “%(offer)s”.") % said
        case "about_about":
            return _("You write “%(other)s”, and I work on “%(own)s”.") % said
        case "topic_offered" if topic["topic"]:
            return _("You offer “%(topic)s”, and that is what I seek.") % topic
        case "topic_sought" if topic["topic"]:
            return _("You seek “%(topic)s”, and that is what I offer.") % topic
        case "session":
            return _("We both follow the session “%(session)s”.") % said
    return ""


def _quote(text: str) -> str:
    text = text.strip().rstrip(".").rstrip()
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rstrip() + "…"


def theme_of(card: SuggestionCard | None, profile: Profile) -> str:
    """Key of the theme to preset: of the strongest reason with a topic, else the first both said; or none."""
    themes = {topic.key: theme.key for theme in profile.themes for topic in theme.topics}
    for reason in card.reasons if card else ():
        if (theme := themes.get(str(reason.evidence.get("topic", "")))) is not None:
            return theme
    own = {
        themes[topic.key] for theme in profile.themes for topic in theme.topics if topic.seeks or topic.offers
    }
    return next((theme for theme in (card.face.themes if card else ()) if theme in own), "")


def notice_words(notice: NoticeRow, event: Event) -> str:
    """What a notice tells, in one sentence, of the meeting as it may be seen now."""
    row = notice.meeting
    if row is None:
        return _("A meeting of yours is cancelled. Its time is yours again.")
    name = {"name": row.other.name}
    at = {"when": when(row.starts_at, row.ends_at, event)} if row.starts_at and row.ends_at else {"when": ""}
    match notice.kind:
        case Notice.Kind.REQUESTED:
            return _("%(name)s asks to meet you.") % name
        case Notice.Kind.CHANGED:
            return _("%(name)s changed what they ask.") % name
        case Notice.Kind.ACCEPTED if row.asked_by_me:
            return _("%(name)s accepted.") % name
        case Notice.Kind.ACCEPTED:
            return _("You accepted %(name)s’s request.") % name
        case Notice.Kind.ARRANGED:
            return _("The organisers arranged a meeting with %(name)s: %(when)s.") % (name | at)
        case Notice.Kind.MOVED:
            place = {"place": row.place.label if row.place else ""}
            return _("The meeting with %(name)s has another place: %(place)s.") % (name | place)
        case Notice.Kind.DECLINED:
            return _("%(name)s declined.") % name
        case Notice.Kind.WITHDRAWN:
            return _("%(name)s took the request back.") % name
        case Notice.Kind.EXPIRED:
            return _("The request between you and %(name)s expired.") % name
        case Notice.Kind.CANCELLED if row.ended_by_me:
            return _("You cancelled the meeting with %(name)s.") % name
        case Notice.Kind.CANCELLED:
            return _("The meeting with %(name)s is cancelled.") % name
        case Notice.Kind.TIME_TAKEN:
            return _times_taken(row.asked_by_me, bool(notice.facts.get("are_new"))) % name
        case Notice.Kind.REMINDER_HALF:
            return _("%(name)s still waits for your answer.") % name
        case Notice.Kind.REMINDER_DAY | Notice.Kind.REMINDER_SOON:
            return _("You meet %(name)s: %(when)s.") % (name | at)
        case Notice.Kind.ATTEST:
            return _("Did you meet %(name)s? Please say so.") % name
    return str(dict(Notice.Kind.choices).get(notice.kind, ""))


def _times_taken(asked_by_me: bool, are_new: bool) -> str:
    """What became of a request that lost some of its times, or all and got new ones."""
    match asked_by_me, are_new:
        case True, True:
            return _(
                "The times you offered %(name)s are taken. The next ones are offered; you can change them."
            )
        case False, True:
            return _("The times %(name)s offered are taken. The request now offers the next ones.")
        case True, False:
            return _("A time you offered %(name)s is taken; the request keeps the others.")
    return _("A time %(name)s offered is taken; the request keeps the others.")


def agreed_words(row: MeetingRow, event: Event) -> str:
    """What is said when a request has just been accepted."""
    said = {"name": row.other.name, "place": row.place.label if row.place else ""}
    said["when"] = when(row.starts_at, row.ends_at, event) if row.starts_at and row.ends_at else ""
    return _("You meet %(name)s: %(when)s, %(place)s.") % said


def day_in(event: Event, moment: dt.datetime) -> dt.date:
    """The date of a moment at the event."""
    return moment.astimezone(event.zone).date()
