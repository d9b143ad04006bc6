"""Notices of tables of several in words: what the mail of each kind says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from backend.agenda.selectors.calendar import location_words, meeting_address, table_words
from backend.agenda.selectors.times import reader_words, short_words
from backend.booking.models.notices import Notice
from backend.events.models.attendees import Attendee
from backend.groups.models import Rounds
from backend.groups.selectors.open_roundtables import ProposedRoundtable
from backend.groups.selectors.rounds import TableRow
from backend.notifications.services.notice_words import Link, MailContent, agenda_link, stay_in_touch

Kind = Notice.Kind


def words_of_table(kind: Notice.Kind, facts: Mapping[str, Any], row: TableRow, reader: Attendee) -> MailContent:
    """What a notice of this kind says of the table as it is now."""
    if kind in (Kind.CONTACT_OFFERED, Kind.CONNECTED):
        return stay_in_touch(kind == Kind.CONNECTED, row.name_of(facts.get("other")), reader)
    named = {"title": row.title, "table": table_words(row), "time": short_words(row.starts_at, reader)}
    address = f"{meeting_address(reader)}rounds/{row.rounds_id}/"
    links = (Link(str(_("See your tables")), address, is_main=True), agenda_link(reader))
    subject, lines = _restored() if facts.get("restored") else _words(kind, row, reader)
    return MailContent(
        subject=subject % named,
        lines=tuple(line % named for line in lines),
        times=(reader_words(row.starts_at, row.ends_at, reader),),
        where=location_words(row.place, reader) if row.place else "",
        quote=row.reason if kind == Kind.CANCELLED else "",
        links=(agenda_link(reader),) if kind == Kind.CANCELLED else links,
    )


def words_of_declined(row: ProposedRoundtable, reader: Attendee) -> MailContent:
    """What the mail says of a roundtable that the reader proposed and an organiser declined."""
    return MailContent(
        subject=_("Your roundtable “%(title)s” was declined") % {"title": row.about},
        lines=(_("The organisers declined it, with this reason:"),),
        quote=row.reason,
        links=(Link(str(_("Propose a roundtable")), f"{meeting_address(reader)}roundtables/", is_main=True),),
    )


def _restored() -> tuple[str, tuple[str, ...]]:
    return _("It takes place after all: “%(title)s” on %(time)s"), (_("You have your place again: %(table)s."),)


def _words(kind: Notice.Kind, row: TableRow, reader: Attendee) -> tuple[str, tuple[str, ...]]:
    match kind:
        case Kind.ROUNDS_PROPOSED:
            until = {"until": " = ".join(reader_words(row.answer_by, None, reader))}
            return _("Places at tables for you: %(title)s"), (
                *_what(row),
                _("Say by %(until)s which tables you come to; after that your places go to others.") % until,
                _("Your first table:"),
            )
        case Kind.ROUNDTABLE_OPEN:
            return _("Your roundtable “%(title)s” is open"), (
                _("The organisers approved it. Others can join it until it is full."),
                _("At least three have to say yes, or it does not take place."),
            )
        case Kind.MOVED:
            return _("Another place: “%(title)s” on %(time)s"), (_("It takes place somewhere else: %(table)s."),)
        case Kind.REMINDER_DAY:
            return _("Reminder: “%(title)s” on %(time)s"), (
                _("You have a place: %(table)s."),
                _("If you cannot come, leave the table on its page now."),
            )
        case Kind.REMINDER_SOON:
            return _("In a few minutes: “%(title)s”"), (_("You have a place: %(table)s."),)
        case Kind.ATTEST:
            return _("Did your table of “%(title)s” take place?"), (
                _("Your answer tells the forum's organisers what came of it."),
            )
        case Kind.FOLLOW_UP:
            return _("You wanted to follow up on “%(title)s”"), (
                _("What you noted is on the meeting’s page. Say there whether it is done."),
            )
    return _("Off for you: “%(title)s” on %(time)s"), (
        _("You have no place there any more: %(table)s. The time is yours again."),
    )


def _what(row: TableRow) -> tuple[str, ...]:
    if row.kind == Rounds.Kind.ROUNDS:
        return (_("The organisers propose you places in “%(title)s”: people change tables each round."),)
    return (
        _("The organisers propose you places in “%(title)s”: some people at one table, around one topic."),
        *((row.topic_name.replace("%", "%%"),) if row.topic_name else ()),
        _("At least three have to say yes, or it does not take place."),
    )
