"""Notices in words: what the mail of each kind says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.agenda.selectors.calendar import location_words, meeting_address
from backend.agenda.selectors.times import reader_words, short_words
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.selectors.availability import SlotChoice
from backend.booking.selectors.meetings import MeetingRow
from backend.events.models.attendees import Attendee
from backend.notifications.selectors.answer_links import Purpose, make_answer_link

Kind = Notice.Kind
MAX_TIMES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a mail; the main ones look like buttons."""

    label: str
    address: str
    is_main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContent:
    """The words of a mail. `times` are periods in one or two zones; `quote` is what the other wrote."""

    subject: str
    lines: tuple[str, ...]
    times: tuple[tuple[str, ...], ...] = ()
    where: str = ""
    quote: str = ""
    links: tuple[Link, ...] = ()


def anonymous_cancellation(meeting: Meeting, reader: Attendee) -> MailContent:
    """The text for a meeting the reader may no longer see: the time is free again, without a name."""
    starts_at, ends_at = meeting.period.lower, meeting.period.upper
    return MailContent(
        subject=_("Your meeting on %(time)s is cancelled") % {"time": short_words(starts_at, reader)},
        lines=(_("This meeting does not take place. The time is yours again."),),
        times=(reader_words(starts_at, ends_at, reader),),
        links=(agenda_link(reader),),
    )


def _ask(row: MeetingRow, reader: Attendee, subject: str, *first: str) -> MailContent:
    until = " = ".join(reader_words(row.expires_at, None, reader))
    if row.by_organisers:
        choose = ngettext("It is proposed for:", "It is proposed for one of these times:", len(row.times))
    else:
        choose = ngettext("One time would suit:", "Choose one of these times:", len(row.times))
    if len(row.times) > MAX_TIMES_SHOWN:
        choose = _("Choose one of these times, or sign in to see more:")
    return MailContent(
        subject=subject % _names(row),
        lines=(
            *(line % _names(row) for line in first),
            *filter(None, [row.interpreter]),
            _("You can answer until %(until)s.") % {"until": until}
            if row.by_organisers
            else _("You can answer until %(until)s; then the request expires.") % {"until": until},
            choose if row.times else _("None of the times is free for you both now. Sign in to answer."),
        ),
        times=_times(row, reader),
        quote=row.message,
        links=_answer_links(row, reader),
    )


def requested(row: MeetingRow, reader: Attendee) -> MailContent:
    return _ask(row, reader, _("%(name)s asks to meet you"), _("%(who)s asks to meet you, one to one."))


def waited(row: MeetingRow, reader: Attendee) -> MailContent:
    return _ask(
        row,
        reader,
        _("%(name)s waited for a free time with you"),
        _("%(who)s waited for a free time with you. One fell free, so they ask to meet you then."),
    )


def time_freed(row: MeetingRow, reader: Attendee) -> MailContent:
    until = " = ".join(reader_words(row.expires_at, None, reader))
    return MailContent(
        subject=_("A time fell free: %(name)s is asked to meet you") % _names(row),
        lines=(
            _("You waited for a free time with %(who)s. One fell free: your request was sent.") % _names(row),
            _("It waits for an answer until %(until)s; then the time goes to the next who waits.") % {"until": until},
        ),
        times=_times(row, reader),
        quote=row.message,
        links=(agenda_link(reader),),
    )


def freed_time_lost(row: MeetingRow, reader: Attendee, *, waits_again: bool) -> MailContent:
    if waits_again:
        subject = _("The time with %(name)s is taken; you wait again")
        line = _(
            "You and %(who)s are not both free any more at the time that fell free. You have your old place again."
        )
    else:
        subject = _("The time with %(name)s passed without an answer")
        line = _("%(who)s gave no answer in time, so the time goes to the next who waits. You can wait again.")
    return MailContent(subject=subject % _names(row), lines=(line % _names(row),), links=(agenda_link(reader),))


def proposed(row: MeetingRow, reader: Attendee) -> MailContent:
    mail = _ask(
        row,
        reader,
        _("The organisers propose that you meet %(name)s"),
        _("The organisers propose that you and %(who)s meet, one to one, because: %(because)s")
        if row.message
        else _("The organisers propose that you and %(who)s meet, one to one."),
        _("Neither has asked the other."),
        _("It takes place if you both say yes. If not, neither learns what the other answered."),
    )
    return replace(mail, quote="")


def changed(row: MeetingRow, reader: Attendee) -> MailContent:
    return _ask(row, reader, _("%(name)s changed a request to meet you"), _("%(who)s changed what they asked of you."))


def reminder_half(row: MeetingRow, reader: Attendee) -> MailContent:
    if row.by_organisers:
        return _ask(
            row,
            reader,
            _("Will you meet %(name)s? The organisers propose it"),
            _("The organisers proposed that you and %(who)s meet, and you have not answered yet."),
        )
    return _ask(
        row, reader, _("%(name)s waits for your answer"), _("%(who)s asked to meet you and waits for an answer.")
    )


def _confirmed_meeting(row: MeetingRow, reader: Attendee, *, subject: str, lines: tuple[str, ...]) -> MailContent:
    """A confirmed meeting: when and where it is, with links to it and to the agenda."""
    return MailContent(
        subject=subject,
        lines=(*lines, *filter(None, [row.interpreter])),
        times=_period(row, reader),
        where=_where(row, reader),
        links=(_meeting_link(row, reader), agenda_link(reader)),
    )


def accepted(row: MeetingRow, reader: Attendee) -> MailContent:
    if row.by_organisers:
        first = _("You meet %(who)s. The organisers proposed it and you both said yes.")
    else:
        first = _("%(who)s accepted your request.") if row.asked_by_me else _("You meet %(who)s.")
    return _confirmed_meeting(
        row,
        reader,
        subject=_("Meeting with %(name)s on %(time)s")
        % {**_names(row), "time": short_words(row.starts_at, reader) if row.starts_at else ""},
        lines=(first % _names(row), _("The attached entry puts the meeting into your calendar.")),
    )


def arranged(row: MeetingRow, reader: Attendee) -> MailContent:
    return _confirmed_meeting(
        row,
        reader,
        subject=_("A meeting with %(name)s is arranged for you") % _names(row),
        lines=(
            _("The organisers arranged a meeting for you with %(who)s, at a time you both had opened.") % _names(row),
            *([_("They wrote why: %(because)s") % _names(row)] if row.message else []),
            _("There is nothing to answer. If you cannot come, cancel it: the other can replan."),
            _("The attached entry puts the meeting into your calendar."),
        ),
    )


def moved(row: MeetingRow, reader: Attendee) -> MailContent:
    return _confirmed_meeting(
        row,
        reader,
        subject=_("Your meeting with %(name)s has another time or place") % _names(row),
        lines=(
            _("The organisers changed when or where you meet %(who)s: this holds now.") % _names(row),
            _("If it does not suit you, cancel it: the other can replan."),
            _("The attached entry changes it in your calendar."),
        ),
    )


def moved_by_agreement(row: MeetingRow, reader: Attendee) -> MailContent:
    return _confirmed_meeting(
        row,
        reader,
        subject=_("Your meeting with %(name)s has another time") % _names(row),
        lines=(
            _("You and %(who)s agreed on another time: this holds now.") % _names(row),
            _("The attached entry changes it in your calendar."),
        ),
    )


def another_table(row: MeetingRow, reader: Attendee) -> MailContent:
    return _confirmed_meeting(
        row,
        reader,
        subject=_("Your meeting with %(name)s is at another table") % _names(row),
        lines=(
            _("Your table was given free. You have another one for your meeting with %(who)s now.") % _names(row),
            _("The attached entry changes it in your calendar."),
        ),
    )


def table_freed(row: MeetingRow, reader: Attendee) -> MailContent:
    return MailContent(
        subject=_("Your table for %(name)s was given free") % _names(row),
        lines=(
            _("Neither of you has said “I am here” for your meeting with %(who)s: others can have the table.")
            % _names(row),
            _("You still meet: press “I am here” on its page, and you two get a table that is free."),
        ),
        times=_period(row, reader),
        links=(_meeting_link(row, reader), agenda_link(reader)),
    )


def countered(row: MeetingRow, reader: Attendee) -> MailContent:
    offered = row.counter_offer.times if row.counter_offer else ()
    first = (
        _("%(who)s cannot meet at the times you offered, and offers others.")
        if row.asked_by_me and row.state == Meeting.State.REQUESTED
        else _("%(who)s asks to move your meeting. Until you agree it stays as it is.")
    )
    return MailContent(
        subject=_("%(name)s offers other times to meet") % _names(row),
        lines=(
            first % _names(row),
            ngettext("One time would suit:", "Choose one of these times:", len(offered))
            if offered
            else _("None of the times is free for you both now. Sign in to answer."),
        ),
        times=tuple(reader_words(time.starts_at, time.ends_at, reader) for time in offered),
        links=(
            *_time_links(row, reader, offered, "take_counter"),
            Link(_("None of them suits"), make_answer_link(row.meeting_id, reader, "refuse_counter")),
            agenda_link(reader),
        ),
    )


def counter_refused(row: MeetingRow, reader: Attendee) -> MailContent:
    return MailContent(
        subject=_("The other times do not suit %(name)s") % _names(row),
        lines=(
            _("None of the times you offered suits %(who)s.") % _names(row),
            _("Your meeting stays as it was agreed.")
            if row.state == Meeting.State.ACCEPTED
            else _("The request still waits for your answer."),
        ),
        times=_period(row, reader),
        links=(_meeting_link(row, reader), agenda_link(reader)),
    )


def question(row: MeetingRow, reader: Attendee) -> MailContent:
    until = " = ".join(reader_words(row.expires_at, None, reader))
    return MailContent(
        subject=_("%(name)s has a question before you meet") % _names(row),
        lines=(
            _("%(who)s would like to know something before answering your request.") % _names(row),
            _("You can answer once, on the request’s page, until %(until)s.") % {"until": until},
        ),
        quote=row.question.text if row.question else "",
        links=(_meeting_link(row, reader, _("Answer the question")), agenda_link(reader)),
    )


def reply(row: MeetingRow, reader: Attendee) -> MailContent:
    subject, line = _("%(name)s answered your question"), _("%(who)s answered your question:")
    return replace(_ask(row, reader, subject, line), quote=row.question.answer if row.question else "")


def declined(row: MeetingRow, reader: Attendee) -> MailContent:
    return MailContent(
        subject=_("%(name)s declined your request to meet") % _names(row),
        lines=(
            _("%(who)s declined your request to meet.") % _names(row),
            _("You can ask somebody else now: every answer makes room for another request."),
        ),
        quote=row.reason,
        links=(agenda_link(reader),),
    )


def withdrawn(row: MeetingRow, reader: Attendee) -> MailContent:
    return MailContent(
        subject=_("%(name)s took back a request to meet you") % _names(row),
        lines=(_("%(who)s took back the request. There is nothing to answer.") % _names(row),),
        links=(agenda_link(reader),),
    )


def expired(row: MeetingRow, reader: Attendee) -> MailContent:
    if row.by_organisers:
        subject = _("No meeting with %(name)s: it did not come about")
        line = _(
            "The organisers proposed that you and %(who)s meet. It did not come about. "
            "You can ask to meet them yourself."
        )
    elif row.asked_by_me:
        subject = _("Your request to meet %(name)s expired")
        line = _("%(who)s gave no answer in time. You can ask again, or ask somebody else.")
    else:
        subject = _("The request of %(name)s expired")
        line = _("The request of %(who)s expired without an answer. You can ask to meet them yourself.")
    return MailContent(subject=subject % _names(row), lines=(line % _names(row),), links=(agenda_link(reader),))


def cancelled(row: MeetingRow, reader: Attendee) -> MailContent:
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
    return MailContent(
        subject=subject % _names(row),
        lines=(line % _names(row), _("The attached entry takes the meeting out of your calendar.")),
        times=_period(row, reader),
        quote="" if row.ended_by_me else row.reason,
        links=(agenda_link(reader),),
    )


def time_taken(row: MeetingRow, reader: Attendee) -> MailContent:
    links = (agenda_link(reader),) if row.asked_by_me else _answer_links(row, reader)
    return MailContent(
        subject=_("A time to meet %(name)s was taken") % _names(row),
        lines=(
            _("A time that was proposed for you and %(who)s is taken.") % _names(row)
            if row.by_organisers
            else _("A time of the request between you and %(who)s is taken.") % _names(row),
            _("The proposal stays open, with these times:")
            if row.by_organisers
            else _("The request stays open, with these times:"),
        ),
        times=_times(row, reader),
        links=links,
    )


def times_lost(row: MeetingRow, reader: Attendee) -> MailContent:
    if row.by_organisers:
        lost = _("The time that was proposed for you and %(who)s is no longer free for you both.")
        new = _("The organisers propose the next time you are both free; please answer again:")
        links: tuple[Link, ...] = _answer_links(row, reader)
    elif row.asked_by_me:
        lost = _("None of the times you offered %(who)s is free for you both any more.")
        new = _("The request now offers the next times you are both free; you can change them:")
        links = (agenda_link(reader),)
    else:
        lost = _("None of the times %(who)s offered is free for you both any more.")
        new = _("The request now offers the next times you are both free:")
        links = _answer_links(row, reader)
    return MailContent(
        subject=_("New times to meet %(name)s") % _names(row),
        lines=(lost % _names(row), new),
        times=_times(row, reader),
        links=links,
    )


def reminder_day(row: MeetingRow, reader: Attendee) -> MailContent:
    return _confirmed_meeting(
        row,
        reader,
        subject=_("Reminder: meeting with %(name)s on %(time)s")
        % {**_names(row), "time": short_words(row.starts_at, reader) if row.starts_at else ""},
        lines=(_("You meet %(who)s.") % _names(row), _("If you cannot come, cancel now: the other can replan.")),
    )


def reminder_soon(row: MeetingRow, reader: Attendee) -> MailContent:
    return _confirmed_meeting(
        row,
        reader,
        subject=_("In a few minutes: meeting with %(name)s") % _names(row),
        lines=(_("You meet %(who)s in a few minutes.") % _names(row),),
    )


def attest(row: MeetingRow, reader: Attendee) -> MailContent:
    return MailContent(
        subject=_("Did your meeting with %(name)s take place?") % _names(row),
        lines=(
            _("You were to meet %(who)s.") % _names(row),
            _("Your answer tells the forum's organisers what came of it."),
        ),
        times=_period(row, reader),
        links=(
            Link(_("It took place"), make_answer_link(row.meeting_id, reader, "held"), is_main=True),
            Link(_("It did not take place"), make_answer_link(row.meeting_id, reader, "not_held")),
            agenda_link(reader),
        ),
    )


def contact_offered(row: MeetingRow, reader: Attendee) -> MailContent:
    return _in_touch(False, _names(row), reader)


def connected(row: MeetingRow, reader: Attendee) -> MailContent:
    return _in_touch(True, _names(row), reader)


def stay_in_touch(is_mutual: bool, name: str, reader: Attendee) -> MailContent:
    """Of somebody of this name at a table of several."""
    return _in_touch(is_mutual, {"name": name, "who": name}, reader)


def _in_touch(is_mutual: bool, names: Mapping[str, str], reader: Attendee) -> MailContent:
    if is_mutual:
        subject = _("You and %(name)s are connected")
        lines = (
            _("%(who)s shared contact details with you, as you did.") % names,
            _("They are on your page “Connections”; either of you can end it at any time."),
        )
    else:
        subject = _("%(name)s would like to stay in touch")
        lines = (
            _("%(who)s would like to stay in touch with you, and chose what to share.") % names,
            _("You read it once you share something, too. You need not answer."),
        )
    return MailContent(subject=subject % names, lines=lines, links=(_connections_link(reader),))


def follow_up(row: MeetingRow, reader: Attendee) -> MailContent:
    return MailContent(
        subject=_("You wanted to follow up with %(name)s") % _names(row),
        lines=(
            _("After your meeting with %(who)s you noted today as the day to follow it up.") % _names(row),
            _("What you noted is on the meeting’s page. Say there whether it is done."),
        ),
        links=(_meeting_link(row, reader),),
    )


def _who(row: MeetingRow) -> str:
    organisation = row.other.organisation
    return f"{row.other.name} ({organisation})" if organisation else row.other.name


def _names(row: MeetingRow) -> dict[str, str]:
    return {"name": row.other.name, "who": _who(row), "because": " ".join(row.message.split())}


def agenda_link(reader: Attendee) -> Link:
    return Link(_("See your meetings"), meeting_address(reader))


def _connections_link(reader: Attendee) -> Link:
    address = f"{settings.TITIAN_ADDRESS}/e/{reader.event.slug}/connections/"
    return Link(_("Open my connections"), address, is_main=True)


def _meeting_link(row: MeetingRow, reader: Attendee, label: str = "") -> Link:
    return Link(label or _("Open the meeting"), f"{meeting_address(reader)}{row.meeting_id}/", is_main=True)


def _period(row: MeetingRow, reader: Attendee) -> tuple[tuple[str, ...], ...]:
    return (reader_words(row.starts_at, row.ends_at, reader),) if row.starts_at else ()


def _where(row: MeetingRow, reader: Attendee) -> str:
    return location_words(row.place, reader) if row.place else ""


def _times(row: MeetingRow, reader: Attendee) -> tuple[tuple[str, ...], ...]:
    shown = row.times[:MAX_TIMES_SHOWN]
    return tuple(reader_words(time.starts_at, time.ends_at, reader) for time in shown)


def _answer_links(row: MeetingRow, reader: Attendee) -> tuple[Link, ...]:
    """One link per slot, one to decline; each opens a page that asks to confirm.

    To a proposal one says yes or no, at whichever of its times.
    """
    if row.by_organisers:
        return (
            Link(_("Yes, I will meet them"), make_answer_link(row.meeting_id, reader, "accept"), is_main=True),
            Link(_("No"), make_answer_link(row.meeting_id, reader, "decline")),
            agenda_link(reader),
        )
    accept = _time_links(row, reader, row.times[:MAX_TIMES_SHOWN], "accept")
    counter = Link(_("Offer other times"), make_answer_link(row.meeting_id, reader, "counter"))
    decline = Link(_("Decline"), make_answer_link(row.meeting_id, reader, "decline"))
    return (*accept, *([counter] if "counter" in row.actions else []), decline, agenda_link(reader))


def _time_links(row: MeetingRow, reader: Attendee, times: Iterable[SlotChoice], purpose: Purpose) -> tuple[Link, ...]:
    return tuple(
        Link(
            _("Accept %(time)s") % {"time": short_words(time.starts_at, reader)},
            make_answer_link(row.meeting_id, reader, purpose, slot_id=time.slot_id),
            is_main=True,
        )
        for time in times
    )
