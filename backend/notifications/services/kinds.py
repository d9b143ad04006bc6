"""Every kind of notice: its name, what page and mail say of it, and what its example shows.

How long the mail of a kind may wait is told by `booking.rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.agenda.selectors.calendar import location_words
from backend.agenda.selectors.times import reader_words
from backend.booking.models.notices import Notice
from backend.booking.selectors.acted_words import acted_notice_words, is_done_here
from backend.booking.selectors.meetings import MeetingRow
from backend.events.models.attendees import Attendee
from backend.groups.selectors.office_hours import OfficeHourRow
from backend.notifications.services import notice_words as mail
from backend.notifications.services import office_words as office
from backend.notifications.services import page_words as page
from backend.notifications.services.notice_words import MailContent

Kind = Notice.Kind
TABLE_AT = _("Your table of “%(title)s”: %(when)s.")
OFFICE_HOUR_AT = _("Office hour “%(about)s”: %(when)s.")


def _nothing(*_given: object) -> NoReturn:
    raise LookupError("A notice of this kind says nothing of such a meeting.")


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind. What begins with `office_` is said of an office hour, with `table_` of a table of a round,
    the rest of a meeting of two.
    """

    name: Promise  # for organisers; it names nobody
    page: str | Promise | Callable[[MeetingRow, Mapping[str, Any]], str]
    mail: Callable[[MeetingRow, Attendee], MailContent] = _nothing
    office_page: Promise = OFFICE_HOUR_AT
    office_mail: Callable[[OfficeHourRow, Attendee], tuple[str, tuple[str, ...]]] = _nothing
    table_page: Promise = TABLE_AT
    changes_calendar: bool = False  # the mail brings an entry
    is_asked_by_reader: bool = False  # in the example the reader asked for the meeting


KINDS = {
    Kind.REQUESTED: NoticeKind(_("A request to meet"), page.requested, mail.requested),
    Kind.PROPOSED: NoticeKind(
        _("A meeting proposed"), _("The organisers propose that you meet %(name)s."), mail.proposed
    ),
    Kind.CHANGED: NoticeKind(_("A changed request"), _("%(name)s changed what they ask."), mail.changed),
    Kind.ACCEPTED: NoticeKind(
        _("A request accepted"), page.accepted, mail.accepted, changes_calendar=True, is_asked_by_reader=True
    ),
    Kind.ARRANGED: NoticeKind(
        _("A meeting arranged"),
        _("The organisers arranged a meeting with %(name)s: %(when)s."),
        mail.arranged,
        changes_calendar=True,
    ),
    Kind.MOVED: NoticeKind(
        _("Another place for a meeting"),
        _("The meeting with %(name)s is now %(when)s, %(place)s."),
        mail.moved,
        office_page=_("The office hour “%(about)s” is now at %(place)s, %(when)s."),
        table_page=_("Your table of “%(title)s” is now at %(place)s, %(when)s."),
        office_mail=office.moved,
        changes_calendar=True,
    ),
    Kind.DECLINED: NoticeKind(_("A request declined"), _("%(name)s declined."), mail.declined, is_asked_by_reader=True),
    Kind.WITHDRAWN: NoticeKind(_("A request taken back"), _("%(name)s took the request back."), mail.withdrawn),
    Kind.EXPIRED: NoticeKind(_("A request expired"), page.expired, mail.expired, is_asked_by_reader=True),
    Kind.CANCELLED: NoticeKind(
        _("A meeting cancelled"),
        page.cancelled,
        mail.cancelled,
        office_page=_("The office hour “%(about)s” is off for you. Its time is yours again."),
        table_page=_("A table of “%(title)s” is off for you: %(when)s. Its time is yours again."),
        changes_calendar=True,
    ),
    Kind.TIME_TAKEN: NoticeKind(_("A time taken"), page.time_taken, mail.time_taken),
    Kind.TIME_FREED: NoticeKind(
        _("A time fell free"),
        _("A time with %(name)s fell free, and they are asked to meet you then."),
        mail.time_freed,
        is_asked_by_reader=True,
    ),
    Kind.COUNTERED: NoticeKind(
        _("Other times offered"), _("%(name)s offers other times to meet."), mail.countered, is_asked_by_reader=True
    ),
    Kind.COUNTER_REFUSED: NoticeKind(
        _("Other times refused"), _("The other times you offered do not suit %(name)s."), mail.counter_refused
    ),
    Kind.QUESTION: NoticeKind(
        _("A question about a request"),
        _("%(name)s asks you something before you meet."),
        mail.question,
        is_asked_by_reader=True,
    ),
    Kind.REPLY: NoticeKind(_("A question answered"), _("%(name)s answered your question."), mail.reply),
    Kind.REMINDER_HALF: NoticeKind(_("Reminder to answer"), page.reminder_half, mail.reminder_half),
    Kind.REMINDER_DAY: NoticeKind(
        _("Reminder, a day before"), _("You meet %(name)s: %(when)s."), mail.reminder_day, office_mail=office.tomorrow
    ),
    Kind.REMINDER_SOON: NoticeKind(
        _("Reminder, minutes before"), _("You meet %(name)s: %(when)s."), mail.reminder_soon, office_mail=office.soon
    ),
    Kind.TABLE_FREED: NoticeKind(
        _("A table given free"),
        _("Your table for %(name)s was given free. Say “I am here” to get one."),
        mail.table_freed,
    ),
    Kind.ATTEST: NoticeKind(
        _("Question whether it took place"),
        _("Did you meet %(name)s? Please say so."),
        mail.attest,
        table_page=_("Did your table of “%(title)s” take place?"),
    ),
    Kind.CONTACT_OFFERED: NoticeKind(
        _("Somebody would like to stay in touch"),
        _("%(name)s would like to stay in touch."),
        mail.contact_offered,
        table_page=_("%(name)s would like to stay in touch."),
    ),
    Kind.CONNECTED: NoticeKind(
        _("A connection"),
        _("You and %(name)s are connected."),
        mail.connected,
        table_page=_("You and %(name)s are connected."),
    ),
    Kind.FOLLOW_UP: NoticeKind(
        _("Reminder of a follow-up"),
        _("You wanted to follow up with %(name)s. Is it done?"),
        mail.follow_up,
        table_page=_("You wanted to follow up on “%(title)s”"),
    ),
    Kind.OFFICE_HOUR: NoticeKind(
        _("An invitation to an office hour"),
        Kind.OFFICE_HOUR.label,
        office_page=_("%(host)s invites you to an office hour: “%(about)s”, %(when)s."),
        office_mail=office.invited,
        changes_calendar=True,
    ),
    Kind.OFFICE_LEFT: NoticeKind(
        _("A free place in an office hour"),
        Kind.OFFICE_LEFT.label,
        office_page=_("A guest does not come to your office hour “%(about)s”: a place is free."),
        office_mail=office.left,
    ),
    Kind.ROUNDS_PROPOSED: NoticeKind(
        _("Places at tables proposed"),
        Kind.ROUNDS_PROPOSED.label,
        table_page=_("The organisers propose you places at tables: “%(title)s”. Say which you come to."),
    ),
    Kind.ROUNDTABLE_OPEN: NoticeKind(
        Kind.ROUNDTABLE_OPEN.label,
        Kind.ROUNDTABLE_OPEN.label,
        table_page=_("Your roundtable “%(title)s” is open"),
        changes_calendar=True,
    ),
    Kind.ROUNDTABLE_DECLINED: NoticeKind(
        Kind.ROUNDTABLE_DECLINED.label,
        Kind.ROUNDTABLE_DECLINED.label,
        table_page=_("Your roundtable “%(title)s” was declined. The reason given: “%(reason)s”"),
    ),
}


def words_of(kind: Notice.Kind, facts: Mapping[str, Any], row: MeetingRow, reader: Attendee) -> MailContent:
    """What a notice of this kind, with these facts of its moment, says of the meeting as it is now."""
    if acted := acted_notice_words(kind, facts, row):
        return _acted(acted, kind, row, reader)
    if facts.get("are_new"):
        return mail.times_lost(row, reader)
    if facts.get("new_table"):
        return mail.another_table(row, reader)
    if facts.get("by_agreement"):
        return mail.moved_by_agreement(row, reader)
    if kind == Kind.REQUESTED and facts.get("waited"):
        return mail.waited(row, reader)
    if kind == Kind.EXPIRED and row.asked_by_me and (facts.get("waited") or facts.get("waits_again")):
        return mail.freed_time_lost(row, reader, waits_again=bool(facts.get("waits_again")))
    return KINDS[kind].mail(row, reader)


def _acted(acted: str, kind: Kind, row: MeetingRow, reader: Attendee) -> MailContent:
    """As if the principal had done it, but for the line that says who did."""
    content = KINDS[kind].mail(row, reader)
    if not is_done_here(kind, row):
        return replace(content, lines=(acted, *content.lines[1:]))
    more = content.lines[1:] if kind in (Kind.ACCEPTED, Kind.CANCELLED) else ()
    return replace(content, subject=acted.rstrip("."), lines=(acted, *more), quote=row.reason)


def words_of_office_hour(kind: Notice.Kind, row: OfficeHourRow, reader: Attendee) -> MailContent:
    """What a notice of this kind says of the office hour as it is now."""
    if kind == Kind.CANCELLED:
        return office.cancelled(row, reader)
    subject, lines = KINDS[kind].office_mail(row, reader)
    return MailContent(
        subject=subject,
        lines=lines,
        times=(reader_words(row.starts_at, row.ends_at, reader),),
        where=location_words(row.place, reader) if row.place else "",
        links=(
            mail.Link(str(_("Open the office hour")), office.office_hour_address(row, reader), is_main=True),
            mail.agenda_link(reader),
        ),
    )
