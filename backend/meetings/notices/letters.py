"""The words of every notice, for mail: one letter, written once, laid out as text and as HTML."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.events.models import Attendee
from backend.meetings.calendar import location_words, meeting_address
from backend.meetings.links import make_answer_link
from backend.meetings.models import Meeting, Notice
from backend.meetings.selectors import MeetingRow
from backend.meetings.times import reader_words, short_words

MOST_TIMES_SHOWN = 6
Kind = Notice.Kind


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a letter; the main ones look like buttons."""

    label: str
    address: str
    is_main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says. `times` are periods in one or two zones; `quote` is what the other wrote."""

    subject: str
    lines: tuple[str, ...]
    times: tuple[tuple[str, ...], ...] = ()
    where: str = ""
    quote: str = ""
    links: tuple[Link, ...] = ()


def letter_for(notice: Notice, row: MeetingRow, reader: Attendee, now: dt.datetime) -> Letter | None:
    """The letter that tells the reader, or None where the notice is overtaken by what happened since.

    `row` is the meeting as the contact policy shows it to the reader now.
    """
    if not _is_timely(notice, row, now):
        return None
    return _WRITERS[Kind(notice.kind)](row, reader)


def neutral_cancellation(meeting: Meeting, reader: Attendee) -> Letter:
    """The letter for a meeting the reader may no longer see: the time is free again, and nobody is named."""
    starts_at, ends_at = meeting.period.lower, meeting.period.upper
    return Letter(
        subject=_("Your meeting on %(time)s is cancelled") % {"time": short_words(starts_at, reader)},
        lines=(_("This meeting does not take place. The time is yours again."),),
        times=(reader_words(starts_at, ends_at, reader),),
        links=(_agenda(reader),),
    )


def _is_timely(notice: Notice, row: MeetingRow, now: dt.datetime) -> bool:
    """Whether the notice still tells the reader something true that they need."""
    agreed = row.state == Meeting.State.ACCEPTED
    match Kind(notice.kind):
        case Kind.REQUESTED | Kind.CHANGED | Kind.TIME_TAKEN | Kind.REMINDER_HALF:
            return row.state == Meeting.State.REQUESTED
        case Kind.ACCEPTED:
            return row.state != Meeting.State.CANCELLED
        case Kind.REMINDER_DAY | Kind.REMINDER_SOON:
            return agreed and row.starts_at is not None and row.starts_at > now
        case Kind.ATTEST:
            return "attest" in row.actions and not row.my_word
    return True


def _who(row: MeetingRow) -> str:
    organisation = row.other.organisation
    return f"{row.other.name} ({organisation})" if organisation else row.other.name


def _said(row: MeetingRow) -> dict[str, Any]:
    return {"name": row.other.name, "who": _who(row)}


def _agenda(reader: Attendee) -> Link:
    return Link(_("See your meetings"), meeting_address(reader))


def _period(row: MeetingRow, reader: Attendee) -> tuple[tuple[str, ...], ...]:
    return (reader_words(row.starts_at, row.ends_at, reader),) if row.starts_at else ()


def _where(row: MeetingRow, reader: Attendee) -> str:
    return location_words(row.place, reader) if row.place else ""


def _offered(row: MeetingRow, reader: Attendee) -> tuple[tuple[str, ...], ...]:
    shown = row.times[:MOST_TIMES_SHOWN]
    return tuple(reader_words(time.starts_at, time.ends_at, reader) for time in shown)


def _answers(row: MeetingRow, reader: Attendee) -> tuple[Link, ...]:
    """One link per time, one to decline; each opens a page that asks to confirm."""
    accept = tuple(
        Link(
            _("Accept %(time)s") % {"time": short_words(time.starts_at, reader)},
            make_answer_link(row.meeting_id, reader, "accept", slot_id=time.slot_id),
            is_main=True,
        )
        for time in row.times[:MOST_TIMES_SHOWN]
    )
    decline = Link(_("Decline"), make_answer_link(row.meeting_id, reader, "decline"))
    return (*accept, decline, _agenda(reader))


def _ask(row: MeetingRow, reader: Attendee, subject: str, first: str) -> Letter:
    until = " = ".join(reader_words(row.expires_at, None, reader))
    choose = ngettext("One time would suit:", "Choose one of these times:", len(row.times))
    if len(row.times) > MOST_TIMES_SHOWN:
        choose = _("Choose one of these times, or sign in to see more:")
    return Letter(
        subject=subject % _said(row),
        lines=(
            first % _said(row),
            _("You can answer until %(until)s; then the request expires.") % {"until": until},
            choose if row.times else _("None of the times is free for you both now. Sign in to answer."),
        ),
        times=_offered(row, reader),
        quote=row.message,
        links=_answers(row, reader),
    )


def _requested(row: MeetingRow, reader: Attendee) -> Letter:
    return _ask(row, reader, _("%(name)s asks to meet you"), _("%(who)s asks to meet you, one to one."))


def _changed(row: MeetingRow, reader: Attendee) -> Letter:
    return _ask(
        row, reader, _("%(name)s changed a request to meet you"), _("%(who)s changed what they asked of you.")
    )


def _reminder_half(row: MeetingRow, reader: Attendee) -> Letter:
    return _ask(
        row,
        reader,
        _("%(name)s waits for your answer"),
        _("%(who)s asked to meet you and waits for an answer."),
    )


def _accepted(row: MeetingRow, reader: Attendee) -> Letter:
    first = _("%(who)s accepted your request.") if row.asked_by_me else _("You meet %(who)s.")
    return Letter(
        subject=_("Meeting with %(name)s on %(time)s")
        % {**_said(row), "time": short_words(row.starts_at, reader) if row.starts_at else ""},
        lines=(first % _said(row), _("The attached entry puts the meeting into your calendar.")),
        times=_period(row, reader),
        where=_where(row, reader),
        links=(_agenda(reader),),
    )


def _declined(row: MeetingRow, reader: Attendee) -> Letter:
    return Letter(
        subject=_("%(name)s declined your request to meet") % _said(row),
        lines=(
            _("%(who)s declined your request to meet.") % _said(row),
            _("You can ask somebody else now: every answer makes room for another request."),
        ),
        quote=row.reason,
        links=(_agenda(reader),),
    )


def _withdrawn(row: MeetingRow, reader: Attendee) -> Letter:
    return Letter(
        subject=_("%(name)s took back a request to meet you") % _said(row),
        lines=(_("%(who)s took back the request. There is nothing to answer.") % _said(row),),
        links=(_agenda(reader),),
    )


def _expired(row: MeetingRow, reader: Attendee) -> Letter:
    if row.asked_by_me:
        subject = _("Your request to meet %(name)s expired")
        line = _("%(who)s gave no answer in time. You can ask again, or ask somebody else.")
    else:
        subject = _("The request of %(name)s expired")
        line = _("The request of %(who)s expired without an answer. You can ask to meet them yourself.")
    return Letter(subject=subject % _said(row), lines=(line % _said(row),), links=(_agenda(reader),))


def _cancelled(row: MeetingRow, reader: Attendee) -> Letter:
    if row.ended_by_me:
        subject = _("You cancelled your meeting with %(name)s")
        line = _("You cancelled this meeting with %(who)s. The time is yours again.")
    elif row.reason:
        subject = _("%(name)s cancelled your meeting")
        line = _("%(who)s cancelled this meeting. The time is yours again.")
    else:
        subject = _("Your meeting with %(name)s is cancelled")
        line = _("This meeting with %(who)s does not take place. The time is yours again.")
    return Letter(
        subject=subject % _said(row),
        lines=(line % _said(row), _("The attached entry takes the meeting out of your calendar.")),
        times=_period(row, reader),
        quote="" if row.ended_by_me else row.reason,
        links=(_agenda(reader),),
    )


def _time_taken(row: MeetingRow, reader: Attendee) -> Letter:
    links = (_agenda(reader),) if row.asked_by_me else _answers(row, reader)
    return Letter(
        subject=_("A time to meet %(name)s was taken") % _said(row),
        lines=(
            _("A time of the request between you and %(who)s is taken.") % _said(row),
            _("The request stays open, with these times:"),
        ),
        times=_offered(row, reader),
        links=links,
    )


def _reminder_day(row: MeetingRow, reader: Attendee) -> Letter:
    return Letter(
        subject=_("Reminder: meeting with %(name)s on %(time)s")
        % {**_said(row), "time": short_words(row.starts_at, reader) if row.starts_at else ""},
        lines=(
            _("You meet %(who)s.") % _said(row),
            _("If you cannot come, cancel now: the other can replan."),
        ),
        times=_period(row, reader),
        where=_where(row, reader),
        links=(_agenda(reader),),
    )


def _reminder_soon(row: MeetingRow, reader: Attendee) -> Letter:
    return Letter(
        subject=_("In a few minutes: meeting with %(name)s") % _said(row),
        lines=(_("You meet %(who)s in a few minutes.") % _said(row),),
        times=_period(row, reader),
        where=_where(row, reader),
        links=(_agenda(reader),),
    )


def _attest(row: MeetingRow, reader: Attendee) -> Letter:
    return Letter(
        subject=_("Did your meeting with %(name)s take place?") % _said(row),
        lines=(
            _("You were to meet %(who)s.") % _said(row),
            _("Your answer tells the forum's organisers what came of it."),
        ),
        times=_period(row, reader),
        links=(
            Link(_("It took place"), make_answer_link(row.meeting_id, reader, "held"), is_main=True),
            Link(_("It did not take place"), make_answer_link(row.meeting_id, reader, "not_held")),
            _agenda(reader),
        ),
    )


_WRITERS = {
    Kind.REQUESTED: _requested,
    Kind.CHANGED: _changed,
    Kind.ACCEPTED: _accepted,
    Kind.DECLINED: _declined,
    Kind.WITHDRAWN: _withdrawn,
    Kind.EXPIRED: _expired,
    Kind.CANCELLED: _cancelled,
    Kind.TIME_TAKEN: _time_taken,
    Kind.REMINDER_HALF: _reminder_half,
    Kind.REMINDER_DAY: _reminder_day,
    Kind.REMINDER_SOON: _reminder_soon,
    Kind.ATTEST: _attest,
}
