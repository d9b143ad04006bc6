"""The words of every notice, for mail: one letter, written once, laid out as text and as HTML."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.events.models import Attendee
from backend.meetings.links import make_answer_link
from backend.meetings.models import Meeting, Notice
from backend.meetings.notices.parts import (
    MOST_TIMES_SHOWN,
    Letter,
    Link,
    agenda_link,
    answer_links,
    offered,
    open_link,
    period,
    said,
    where,
)
from backend.meetings.selectors import MeetingRow
from backend.meetings.times import reader_words, short_words

Kind = Notice.Kind


def letter_for(notice: Notice, row: MeetingRow, reader: Attendee, now: dt.datetime) -> Letter | None:
    """The letter that tells the reader, or None where the notice is overtaken by what happened since.

    `row` is the meeting as the contact policy shows it to the reader now.
    """
    if not _is_timely(notice, row, now):
        return None
    writer = _times_lost if notice.facts.get("are_new") else _WRITERS[Kind(notice.kind)]
    return writer(row, reader)


def neutral_cancellation(meeting: Meeting, reader: Attendee) -> Letter:
    """The letter for a meeting the reader may no longer see: the time is free again, and nobody is named."""
    starts_at, ends_at = meeting.period.lower, meeting.period.upper
    return Letter(
        subject=_("Your meeting on %(time)s is cancelled") % {"time": short_words(starts_at, reader)},
        lines=(_("This meeting does not take place. The time is yours again."),),
        times=(reader_words(starts_at, ends_at, reader),),
        links=(agenda_link(reader),),
    )


def _is_timely(notice: Notice, row: MeetingRow, now: dt.datetime) -> bool:
    """Whether the notice still tells the reader something true that they need."""
    agreed = row.state == Meeting.State.ACCEPTED
    match Kind(notice.kind):
        case Kind.REQUESTED | Kind.CHANGED | Kind.TIME_TAKEN | Kind.REMINDER_HALF:
            return row.state == Meeting.State.REQUESTED
        case Kind.ACCEPTED | Kind.ARRANGED:
            return row.state != Meeting.State.CANCELLED
        case Kind.MOVED:
            return (
                agreed and notice.sequence == row.sequence and row.ends_at is not None and row.ends_at > now
            )
        case Kind.REMINDER_DAY | Kind.REMINDER_SOON:
            return agreed and row.starts_at is not None and row.starts_at > now
        case Kind.ATTEST:
            return "attest" in row.actions and not row.my_word
    return True


def _ask(row: MeetingRow, reader: Attendee, subject: str, first: str) -> Letter:
    until = " = ".join(reader_words(row.expires_at, None, reader))
    choose = ngettext("One time would suit:", "Choose one of these times:", len(row.times))
    if len(row.times) > MOST_TIMES_SHOWN:
        choose = _("Choose one of these times, or sign in to see more:")
    return Letter(
        subject=subject % said(row),
        lines=(
            first % said(row),
            _("You can answer until %(until)s; then the request expires.") % {"until": until},
            choose if row.times else _("None of the times is free for you both now. Sign in to answer."),
        ),
        times=offered(row, reader),
        quote=row.message,
        links=answer_links(row, reader),
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


def _of_an_agreed_one(row: MeetingRow, reader: Attendee, *, subject: str, lines: tuple[str, ...]) -> Letter:
    """What tells of a meeting that stands: when and where it is, and the ways to it and to the agenda."""
    return Letter(
        subject=subject,
        lines=lines,
        times=period(row, reader),
        where=where(row, reader),
        links=(open_link(row, reader), agenda_link(reader)),
    )


def _accepted(row: MeetingRow, reader: Attendee) -> Letter:
    first = _("%(who)s accepted your request.") if row.asked_by_me else _("You meet %(who)s.")
    return _of_an_agreed_one(
        row,
        reader,
        subject=_("Meeting with %(name)s on %(time)s")
        % {**said(row), "time": short_words(row.starts_at, reader) if row.starts_at else ""},
        lines=(first % said(row), _("The attached entry puts the meeting into your calendar.")),
    )


def _arranged(row: MeetingRow, reader: Attendee) -> Letter:
    return _of_an_agreed_one(
        row,
        reader,
        subject=_("A meeting with %(name)s is arranged for you") % said(row),
        lines=(
            _("The organisers arranged a meeting for you with %(who)s, at a time you both had opened.")
            % said(row),
            _("There is nothing to answer. If you cannot come, cancel it: the other can replan."),
            _("The attached entry puts the meeting into your calendar."),
        ),
    )


def _moved(row: MeetingRow, reader: Attendee) -> Letter:
    return _of_an_agreed_one(
        row,
        reader,
        subject=_("Your meeting with %(name)s has another place") % said(row),
        lines=(
            _("The organisers changed where you meet %(who)s. The time stays.") % said(row),
            _("The attached entry changes it in your calendar."),
        ),
    )


def _declined(row: MeetingRow, reader: Attendee) -> Letter:
    return Letter(
        subject=_("%(name)s declined your request to meet") % said(row),
        lines=(
            _("%(who)s declined your request to meet.") % said(row),
            _("You can ask somebody else now: every answer makes room for another request."),
        ),
        quote=row.reason,
        links=(agenda_link(reader),),
    )


def _withdrawn(row: MeetingRow, reader: Attendee) -> Letter:
    return Letter(
        subject=_("%(name)s took back a request to meet you") % said(row),
        lines=(_("%(who)s took back the request. There is nothing to answer.") % said(row),),
        links=(agenda_link(reader),),
    )


def _expired(row: MeetingRow, reader: Attendee) -> Letter:
    if row.asked_by_me:
        subject = _("Your request to meet %(name)s expired")
        line = _("%(who)s gave no answer in time. You can ask again, or ask somebody else.")
    else:
        subject = _("The request of %(name)s expired")
        line = _("The request of %(who)s expired without an answer. You can ask to meet them yourself.")
    return Letter(subject=subject % said(row), lines=(line % said(row),), links=(agenda_link(reader),))


def _cancelled(row: MeetingRow, reader: Attendee) -> Letter:
    if row.ended_by_me:
        subject = _("You cancelled your meeting with %(name)s")
        line = _("You cancelled this meeting with %(who)s. The time is yours again.")
    elif row.ended_by_organisers:
        subject = _("Your meeting with %(name)s is cancelled")
        line = _("The organisers cancelled this meeting with %(who)s. The time is yours again.")
    elif row.reason:
        subject = _("%(name)s cancelled your meeting")
        line = _("%(who)s cancelled this meeting. The time is yours again.")
    else:
        subject = _("Your meeting with %(name)s is cancelled")
        line = _("This meeting with %(who)s does not take place. The time is yours again.")
    return Letter(
        subject=subject % said(row),
        lines=(line % said(row), _("The attached entry takes the meeting out of your calendar.")),
        times=period(row, reader),
        quote="" if row.ended_by_me else row.reason,
        links=(agenda_link(reader),),
    )


def _time_taken(row: MeetingRow, reader: Attendee) -> Letter:
    links = (agenda_link(reader),) if row.asked_by_me else answer_links(row, reader)
    return Letter(
        subject=_("A time to meet %(name)s was taken") % said(row),
        lines=(
            _("A time of the request between you and %(who)s is taken.") % said(row),
            _("The request stays open, with these times:"),
        ),
        times=offered(row, reader),
        links=links,
    )


def _times_lost(row: MeetingRow, reader: Attendee) -> Letter:
    if row.asked_by_me:
        lost = _("None of the times you offered %(who)s is free for you both any more.")
        new = _("The request now offers the next times you are both free; you can change them:")
        links: tuple[Link, ...] = (agenda_link(reader),)
    else:
        lost = _("None of the times %(who)s offered is free for you both any more.")
        new = _("The request now offers the next times you are both free:")
        links = answer_links(row, reader)
    return Letter(
        subject=_("New times to meet %(name)s") % said(row),
        lines=(lost % said(row), new),
        times=offered(row, reader),
        links=links,
    )


def _reminder_day(row: MeetingRow, reader: Attendee) -> Letter:
    return _of_an_agreed_one(
        row,
        reader,
        subject=_("Reminder: meeting with %(name)s on %(time)s")
        % {**said(row), "time": short_words(row.starts_at, reader) if row.starts_at else ""},
        lines=(
            _("You meet %(who)s.") % said(row),
            _("If you cannot come, cancel now: the other can replan."),
        ),
    )


def _reminder_soon(row: MeetingRow, reader: Attendee) -> Letter:
    return _of_an_agreed_one(
        row,
        reader,
        subject=_("In a few minutes: meeting with %(name)s") % said(row),
        lines=(_("You meet %(who)s in a few minutes.") % said(row),),
    )


def _attest(row: MeetingRow, reader: Attendee) -> Letter:
    return Letter(
        subject=_("Did your meeting with %(name)s take place?") % said(row),
        lines=(
            _("You were to meet %(who)s.") % said(row),
            _("Your answer tells the forum's organisers what came of it."),
        ),
        times=period(row, reader),
        links=(
            Link(_("It took place"), make_answer_link(row.meeting_id, reader, "held"), is_main=True),
            Link(_("It did not take place"), make_answer_link(row.meeting_id, reader, "not_held")),
            agenda_link(reader),
        ),
    )


_WRITERS = {
    Kind.REQUESTED: _requested,
    Kind.CHANGED: _changed,
    Kind.ACCEPTED: _accepted,
    Kind.ARRANGED: _arranged,
    Kind.MOVED: _moved,
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
