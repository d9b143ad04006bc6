"""Meetings in words: a first line to ask with, notices, confirmations, and mails for organisers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.events.models.events import Event
from backend.events.selectors import Profile
from backend.booking.models.notices import Notice
from backend.booking.selectors.acted_words import acted_notice_words
from backend.booking.selectors.availability import SlotChoice
from backend.notifications.selectors.deliveries import DeliveryRow
from backend.booking.selectors.meetings import MeetingRow
from backend.notifications.selectors.notices import NoticeRow
from backend.groups.selectors.office_hours import OfficeHourRow
from backend.agenda.selectors.sessions import SessionRow
from backend.suggestions.selectors.lists import ReasonRow, SuggestionCard
from frontend.events.words.times import when

QUOTE_LIMIT = 180
Kind = Notice.Kind

MAIL_KINDS = {
    Kind.REQUESTED: gettext_lazy("A request to meet"),
    Kind.PROPOSED: gettext_lazy("A meeting proposed"),
    Kind.CHANGED: gettext_lazy("A changed request"),
    Kind.ACCEPTED: gettext_lazy("A request accepted"),
    Kind.ARRANGED: gettext_lazy("A meeting arranged"),
    Kind.MOVED: gettext_lazy("Another place for a meeting"),
    Kind.DECLINED: gettext_lazy("A request declined"),
    Kind.WITHDRAWN: gettext_lazy("A request taken back"),
    Kind.EXPIRED: gettext_lazy("A request expired"),
    Kind.CANCELLED: gettext_lazy("A meeting cancelled"),
    Kind.TIME_TAKEN: gettext_lazy("A time taken"),
    Kind.TIME_FREED: gettext_lazy("A time fell free"),
    Kind.COUNTERED: gettext_lazy("Other times offered"),
    Kind.COUNTER_REFUSED: gettext_lazy("Other times refused"),
    Kind.QUESTION: gettext_lazy("A question about a request"),
    Kind.REPLY: gettext_lazy("A question answered"),
    Kind.REMINDER_HALF: gettext_lazy("Reminder to answer"),
    Kind.REMINDER_DAY: gettext_lazy("Reminder, a day before"),
    Kind.REMINDER_SOON: gettext_lazy("Reminder, minutes before"),
    Kind.TABLE_FREED: gettext_lazy("A table given free"),
    Kind.ATTEST: gettext_lazy("Question whether it took place"),
    Kind.CONTACT_OFFERED: gettext_lazy("Somebody would like to stay in touch"),
    Kind.CONNECTED: gettext_lazy("A connection"),
    Kind.FOLLOW_UP: gettext_lazy("Reminder of a follow-up"),
    Kind.OFFICE_HOUR: gettext_lazy("An invitation to an office hour"),
    Kind.OFFICE_LEFT: gettext_lazy("A free place in an office hour"),
}
MAIL_ERRORS = {
    "timeout": gettext_lazy("The mail server did not answer in time."),
    "no_server": gettext_lazy("No mail server answers at the address the forum sends through."),
    "unknown_host": gettext_lazy("The mail server’s name is not known on the network."),
    "disconnected": gettext_lazy("The mail server hung up."),
    "network": gettext_lazy("The network failed on the way to the mail server."),
    "smtp": gettext_lazy("The mail server answered with something that is no mail protocol."),
}
LOGIN_REFUSED = ("530", "534", "535", "538")  # RFC 4954
ADDRESS_REFUSED = ("550", "551", "553")  # RFC 5321: the mailbox is unknown, moved, or its name cannot be
MAILBOX_FULL = ("452", "552")


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


def notice_words(notice: NoticeRow, event: Event) -> str:
    """A notice in one sentence, with its meeting as it may be seen now."""
    if notice.office_hour is not None:
        return office_notice_words(notice.kind, notice.office_hour, event)
    row = notice.meeting
    if row is None:
        return _("A meeting of yours is cancelled. Its time is yours again.")
    if acted := acted_notice_words(notice.kind, notice.facts, row):
        return acted
    kind = Kind(notice.kind)
    sentence = _BY_STATE[kind](row, notice.facts) if kind in _BY_STATE else _SENTENCES[kind]
    return sentence % {
        "name": row.other.name,
        "when": when(row.starts_at, row.ends_at, event) if row.starts_at and row.ends_at else "",
        "place": row.place.label if row.place else "",
    }


_SENTENCES = {
    Kind.TIME_FREED: gettext_lazy("A time with %(name)s fell free, and they are asked to meet you then."),
    Kind.PROPOSED: gettext_lazy("The organisers propose that you meet %(name)s."),
    Kind.CHANGED: gettext_lazy("%(name)s changed what they ask."),
    Kind.ARRANGED: gettext_lazy("The organisers arranged a meeting with %(name)s: %(when)s."),
    Kind.MOVED: gettext_lazy("The meeting with %(name)s is now %(when)s, %(place)s."),
    Kind.DECLINED: gettext_lazy("%(name)s declined."),
    Kind.WITHDRAWN: gettext_lazy("%(name)s took the request back."),
    Kind.COUNTERED: gettext_lazy("%(name)s offers other times to meet."),
    Kind.COUNTER_REFUSED: gettext_lazy("The other times you offered do not suit %(name)s."),
    Kind.QUESTION: gettext_lazy("%(name)s asks you something before you meet."),
    Kind.REPLY: gettext_lazy("%(name)s answered your question."),
    Kind.REMINDER_DAY: gettext_lazy("You meet %(name)s: %(when)s."),
    Kind.REMINDER_SOON: gettext_lazy("You meet %(name)s: %(when)s."),
    Kind.TABLE_FREED: gettext_lazy("Your table for %(name)s was given free. Say “I am here” to get one."),
    Kind.ATTEST: gettext_lazy("Did you meet %(name)s? Please say so."),
    Kind.CONTACT_OFFERED: gettext_lazy("%(name)s would like to stay in touch."),
    Kind.CONNECTED: gettext_lazy("You and %(name)s are connected."),
    Kind.FOLLOW_UP: gettext_lazy("You wanted to follow up with %(name)s. Is it done?"),
    Kind.OFFICE_HOUR: Kind.OFFICE_HOUR.label,
    Kind.OFFICE_LEFT: Kind.OFFICE_LEFT.label,
}


def _requested(_row: MeetingRow, facts: Mapping[str, Any]) -> str:
    if facts.get("waited"):
        return _("%(name)s waited for a free time with you, and asks to meet.")
    return _("%(name)s asks to meet you.")


def _accepted(row: MeetingRow, _facts: Mapping[str, Any]) -> str:
    if row.by_organisers:
        return _("You meet %(name)s: the organisers proposed it and you both said yes.")
    return _("%(name)s accepted.") if row.asked_by_me else _("You accepted %(name)s’s request.")


def _expired(row: MeetingRow, facts: Mapping[str, Any]) -> str:
    if row.by_organisers:
        return _("The meeting with %(name)s that the organisers proposed did not come about.")
    if row.asked_by_me and facts.get("waits_again"):
        return _("The time with %(name)s is taken. You have your old place in the waiting list.")
    if row.asked_by_me and facts.get("waited"):
        return _("%(name)s gave no answer in time. You can wait for another time.")
    return _("The request between you and %(name)s expired.")


def _cancelled(row: MeetingRow, _facts: Mapping[str, Any]) -> str:
    if row.ended_by_me:
        return _("You cancelled the meeting with %(name)s.")
    return _("The meeting with %(name)s is cancelled.")


def _time_taken(row: MeetingRow, facts: Mapping[str, Any]) -> str:
    match row.by_organisers, row.asked_by_me, bool(facts.get("are_new")):
        case True, _mine, True:
            return _("The time proposed for you and %(name)s is taken. Please answer for the next one.")
        case True, _mine, False:
            return _("A time proposed for you and %(name)s is taken; the proposal keeps the others.")
        case False, True, True:
            return _(
                "The times you offered %(name)s are taken. The next ones are offered; you can change them."
            )
        case False, False, True:
            return _("The times %(name)s offered are taken. The request now offers the next ones.")
        case False, True, False:
            return _("A time you offered %(name)s is taken; the request keeps the others.")
    return _("A time %(name)s offered is taken; the request keeps the others.")


def _reminder_half(row: MeetingRow, _facts: Mapping[str, Any]) -> str:
    if row.by_organisers:
        return _("Will you meet %(name)s? The organisers wait for your answer.")
    return _("%(name)s still waits for your answer.")


# What depends on the meeting's state or on the facts of its moment.
_BY_STATE = {
    Kind.REQUESTED: _requested,
    Kind.ACCEPTED: _accepted,
    Kind.EXPIRED: _expired,
    Kind.CANCELLED: _cancelled,
    Kind.TIME_TAKEN: _time_taken,
    Kind.REMINDER_HALF: _reminder_half,
}


def office_notice_words(kind: str, row: OfficeHourRow, event: Event) -> str:
    """A notice of an office hour in one sentence."""
    named = {
        "about": row.about,
        "host": row.host.name if row.host else "",
        "when": when(row.starts_at, row.ends_at, event),
        "place": row.place.label if row.place else "",
    }
    match kind:
        case Notice.Kind.OFFICE_HOUR:
            return _("%(host)s invites you to an office hour: “%(about)s”, %(when)s.") % named
        case Notice.Kind.OFFICE_LEFT:
            return _("A guest does not come to your office hour “%(about)s”: a place is free.") % named
        case Notice.Kind.MOVED:
            return _("The office hour “%(about)s” is now at %(place)s, %(when)s.") % named
        case Notice.Kind.CANCELLED:
            return _("The office hour “%(about)s” is off for you. Its time is yours again.") % named
    return _("Office hour “%(about)s”: %(when)s.") % named


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


def bookmark_words(row: SessionRow, added: bool) -> str:
    """The confirmation after a bookmark was added or removed, with its effect on one's open times."""
    if not row.times:
        text = _("“%(title)s” is in your agenda.") if added else _("“%(title)s” is out of your agenda.")
    elif added:
        text = ngettext(
            "“%(title)s” is in your agenda. Nobody can ask you for the one open time it takes.",
            "“%(title)s” is in your agenda. Nobody can ask you for the %(count)d open times it takes.",
            row.times,
        )
    else:
        text = ngettext(
            "“%(title)s” is out of your agenda. The time it took is open again.",
            "“%(title)s” is out of your agenda. The %(count)d times it took are open again.",
            row.times,
        )
    return text % {"title": row.title, "count": row.times}


def mail_kind_words(row: DeliveryRow) -> str:
    """What the mail is about, without a name."""
    return str(MAIL_KINDS.get(Kind(row.kind), row.kind))


def delivery_error_words(row: DeliveryRow) -> str:
    """The outcome of the last attempt, in one sentence."""
    if not row.error:
        return _("Not tried yet.") if not row.tried_at else _("To be tried again.")
    if row.error in MAIL_ERRORS:
        return str(MAIL_ERRORS[row.error])
    code = {"code": row.error}
    if row.error in LOGIN_REFUSED:
        return _("The mail server does not accept the forum’s name and password (%(code)s).") % code
    if row.error in ADDRESS_REFUSED:
        return _("The mail server does not accept this address (%(code)s).") % code
    if row.error in MAILBOX_FULL:
        return _("The mailbox is full, or the mail server out of room (%(code)s).") % code
    if row.error.startswith("4"):
        return _("The mail server asked to try again later (%(code)s).") % code
    return _("The mail server refused the mail (%(code)s).") % code
