"""Notices in words, and for organisers what became of their mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.booking.models.notices import Notice
from backend.booking.selectors.acted_words import acted_notice_words
from backend.booking.selectors.meetings import MeetingRow
from backend.events.models.events import Event
from backend.groups.selectors.office_hours import OfficeHourRow
from backend.notifications.selectors.deliveries import DeliveryRow
from backend.notifications.selectors.notices import NoticeRow
from frontend.events.words.times import when

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
