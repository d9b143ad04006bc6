"""Notices as mails: their words as text and HTML, with a calendar entry where the calendar changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from email.mime.text import MIMEText
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.template.backends.django import DjangoTemplates
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.events.models import Attendee
from backend.mails.selectors import Letterhead, letterhead_for
from backend.mails.services import mail_to
from backend.meetings.models import Delivery, Meeting, Notice, Seat
from backend.meetings.rules import LIMITS_WINDOW, OF_AN_OPEN_REQUEST, REQUEST_UPDATES
from backend.meetings.selectors.answer_links import Purpose, make_answer_link
from backend.meetings.selectors.availability import SlotChoice
from backend.meetings.selectors.calendar import invitation_for, location_words, meeting_address, method_of
from backend.meetings.selectors.meetings import MeetingRow, rows_for
from backend.meetings.selectors.times import reader_words, short_words

Kind = Notice.Kind
MAX_TIMES_SHOWN = 6
CALENDAR_CHANGES = (Kind.ACCEPTED, Kind.ARRANGED, Kind.MOVED, Kind.CANCELLED)

_templates = DjangoTemplates(
    {
        "NAME": "meetings",
        "DIRS": [Path(__file__).parent.parent / "mail"],
        "APP_DIRS": False,
        "OPTIONS": {"libraries": {}},
    }
)


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


def mail_for(notice: Notice, now: dt.datetime) -> EmailMultiAlternatives | None:
    """The mail of the notice, or None where it is no longer wanted.

    The contact policy is asked now: of somebody it hides, the mail tells only that a meeting is cancelled. A
    closed account gets no mail.
    """
    reader = Attendee.objects.select_related("person", "event").get(pk=notice.attendee_id)
    if not reader.person.is_active:
        return None
    if _is_overtaken(notice) or _is_one_too_many(notice, now):
        return None
    meeting = Meeting.objects.get(pk=notice.meeting_id)
    row = next(iter(rows_for(reader, Meeting.objects.filter(pk=meeting.pk), now)), None)
    if row is not None:
        content = content_for(notice, row, reader, now)
    elif notice.kind == Kind.CANCELLED:
        content = anonymous_cancellation(meeting, reader)
    else:
        content = None
    if content is None:
        return None
    headers = {"Message-ID": message_id(notice), "Date": format_datetime(now)}
    mail = render_mail(content, reader, letterhead_for(reader), headers)
    if notice.kind in CALENDAR_CHANGES:
        entry = invitation_for(meeting, row, reader, now)
        mail.attach(_calendar_part(entry.decode(), method_of(row)))
    return mail


# Of a request that is still open, the later of these mails says what the earlier would have said.
_OVERTAKEN_BY = {
    Kind.REQUESTED: (Kind.CHANGED,),
    Kind.CHANGED: (Kind.CHANGED,),
    Kind.TIME_TAKEN: (Kind.CHANGED, Kind.TIME_TAKEN),
    Kind.COUNTERED: (Kind.COUNTERED,),
}


def _is_overtaken(notice: Notice) -> bool:
    """Whether another mail says the same later, or this one takes back what the reader was never mailed."""
    if notice.kind == Kind.WITHDRAWN:
        return not _was_mailed(notice)
    later = Notice.objects.filter(meeting=notice.meeting_id, attendee=notice.attendee_id, pk__gt=notice.pk)
    return later.filter(kind__in=_OVERTAKEN_BY.get(Kind(notice.kind), ())).exists()


def _is_one_too_many(notice: Notice, now: dt.datetime) -> bool:
    """Whether the reader was mailed enough changes of this request for a day."""
    if notice.kind not in (Kind.CHANGED, Kind.TIME_TAKEN):
        return False
    updates = _sent_before(notice).filter(notice__kind__in=(Kind.CHANGED, Kind.TIME_TAKEN))
    return updates.filter(tried_at__gt=now - LIMITS_WINDOW).count() >= REQUEST_UPDATES


def _was_mailed(notice: Notice) -> bool:
    """Whether any mail told the reader of the open request that this notice is about."""
    return _sent_before(notice).filter(notice__kind__in=OF_AN_OPEN_REQUEST).exists()


def _sent_before(notice: Notice) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        notice__meeting=notice.meeting_id,
        notice__attendee=notice.attendee_id,
        notice__lt=notice.pk,
        state=Delivery.State.SENT,
    )


def message_id(notice: Notice) -> str:
    """The same at every attempt, so that mail programs recognise a mail that arrives twice."""
    host = urlsplit(settings.TITIAN_ADDRESS).hostname
    return f"<notice-{notice.pk}.{notice.meeting.uid}@{host}>"


def render_mail(
    content: MailContent, reader: Attendee, head: Letterhead, headers: Mapping[str, str] | None = None
) -> EmailMultiAlternatives:
    """A mail with these words to the reader."""
    context = {"content": content, "event": reader.event, "head": head}
    return mail_to(
        reader,
        head,
        subject=content.subject,
        body=_templates.get_template("notice.txt").render(context),
        html=_templates.get_template("notice.html").render(context),
        headers=headers,
    )


def _calendar_part(entry: str, method: str) -> MIMEText:
    part = MIMEText(entry, "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename="meeting.ics")
    return part


def content_for(notice: Notice, row: MeetingRow, reader: Attendee, now: dt.datetime) -> MailContent | None:
    """The words of the notice for its reader, or None where it is out of date.

    `row` is the meeting as the contact policy shows it to the reader now.
    """
    if not _is_timely(notice, row, now):
        return None
    writer = WRITERS[Kind(notice.kind)]
    if notice.facts.get("are_new"):
        writer = _times_lost
    elif notice.facts.get("by_agreement"):
        writer = _moved_by_agreement
    if notice.kind == Kind.CHANGED and not _was_mailed(notice):
        writer = _requested  # the first they read of it
    return writer(row, reader)


def anonymous_cancellation(meeting: Meeting, reader: Attendee) -> MailContent:
    """The text for a meeting the reader may no longer see: the time is free again, without a name."""
    starts_at, ends_at = meeting.period.lower, meeting.period.upper
    return MailContent(
        subject=_("Your meeting on %(time)s is cancelled") % {"time": short_words(starts_at, reader)},
        lines=(_("This meeting does not take place. The time is yours again."),),
        times=(reader_words(starts_at, ends_at, reader),),
        links=(_agenda_link(reader),),
    )


def _is_timely(notice: Notice, row: MeetingRow, now: dt.datetime) -> bool:
    """Whether the notice is still true and needed."""
    agreed = row.state == Meeting.State.ACCEPTED
    to_answer = row.state in Meeting.OPEN_STATES and not row.my_answer
    match Kind(notice.kind):
        case Kind.REQUESTED | Kind.PROPOSED | Kind.CHANGED | Kind.REMINDER_HALF:
            return to_answer
        case Kind.COUNTERED:
            return "take_counter" in row.actions
        case Kind.TIME_TAKEN:
            return to_answer or row.my_answer == Seat.Answer.YES
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


def _requested(row: MeetingRow, reader: Attendee) -> MailContent:
    return _ask(row, reader, _("%(name)s asks to meet you"), _("%(who)s asks to meet you, one to one."))


def _proposed(row: MeetingRow, reader: Attendee) -> MailContent:
    mail = _ask(
        row,
        reader,
        _("The organisers propose that you meet %(name)s"),
        _("The organisers propose that you and %(who)s meet, one to one, because: %(because)s")
        if row.message
        else _("The organisers propose that you and %(who)s meet, one to one."),
        _("Neither has asked the other."),
        _("It takes place if you both say yes. If not, neither is told what the other answered."),
    )
    return replace(mail, quote="")


def _changed(row: MeetingRow, reader: Attendee) -> MailContent:
    return _ask(
        row, reader, _("%(name)s changed a request to meet you"), _("%(who)s changed what they asked of you.")
    )


def _reminder_half(row: MeetingRow, reader: Attendee) -> MailContent:
    if row.by_organisers:
        return _ask(
            row,
            reader,
            _("Will you meet %(name)s? The organisers propose it"),
            _("The organisers proposed that you and %(who)s meet, and you have not answered yet."),
        )
    return _ask(
        row,
        reader,
        _("%(name)s waits for your answer"),
        _("%(who)s asked to meet you and waits for an answer."),
    )


def _confirmed_meeting(
    row: MeetingRow, reader: Attendee, *, subject: str, lines: tuple[str, ...]
) -> MailContent:
    """A confirmed meeting: when and where it is, with links to it and to the agenda."""
    return MailContent(
        subject=subject,
        lines=(*lines, *filter(None, [row.interpreter])),
        times=_period(row, reader),
        where=_where(row, reader),
        links=(_meeting_link(row, reader), _agenda_link(reader)),
    )


def _accepted(row: MeetingRow, reader: Attendee) -> MailContent:
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


def _arranged(row: MeetingRow, reader: Attendee) -> MailContent:
    return _confirmed_meeting(
        row,
        reader,
        subject=_("A meeting with %(name)s is arranged for you") % _names(row),
        lines=(
            _("The organisers arranged a meeting for you with %(who)s, at a time you both had opened.")
            % _names(row),
            *([_("They wrote why: %(because)s") % _names(row)] if row.message else []),
            _("There is nothing to answer. If you cannot come, cancel it: the other can replan."),
            _("The attached entry puts the meeting into your calendar."),
        ),
    )


def _moved(row: MeetingRow, reader: Attendee) -> MailContent:
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


def _moved_by_agreement(row: MeetingRow, reader: Attendee) -> MailContent:
    return _confirmed_meeting(
        row,
        reader,
        subject=_("Your meeting with %(name)s has another time") % _names(row),
        lines=(
            _("You and %(who)s agreed on another time: this holds now.") % _names(row),
            _("The attached entry changes it in your calendar."),
        ),
    )


def _countered(row: MeetingRow, reader: Attendee) -> MailContent:
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
            _agenda_link(reader),
        ),
    )


def _counter_refused(row: MeetingRow, reader: Attendee) -> MailContent:
    return MailContent(
        subject=_("The other times do not suit %(name)s") % _names(row),
        lines=(
            _("None of the times you offered suits %(who)s.") % _names(row),
            _("Your meeting stays as it was agreed.")
            if row.state == Meeting.State.ACCEPTED
            else _("The request still waits for your answer."),
        ),
        times=_period(row, reader),
        links=(_meeting_link(row, reader), _agenda_link(reader)),
    )


def _declined(row: MeetingRow, reader: Attendee) -> MailContent:
    return MailContent(
        subject=_("%(name)s declined your request to meet") % _names(row),
        lines=(
            _("%(who)s declined your request to meet.") % _names(row),
            _("You can ask somebody else now: every answer makes room for another request."),
        ),
        quote=row.reason,
        links=(_agenda_link(reader),),
    )


def _withdrawn(row: MeetingRow, reader: Attendee) -> MailContent:
    return MailContent(
        subject=_("%(name)s took back a request to meet you") % _names(row),
        lines=(_("%(who)s took back the request. There is nothing to answer.") % _names(row),),
        links=(_agenda_link(reader),),
    )


def _expired(row: MeetingRow, reader: Attendee) -> MailContent:
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
    return MailContent(
        subject=subject % _names(row), lines=(line % _names(row),), links=(_agenda_link(reader),)
    )


def _cancelled(row: MeetingRow, reader: Attendee) -> MailContent:
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
        links=(_agenda_link(reader),),
    )


def _time_taken(row: MeetingRow, reader: Attendee) -> MailContent:
    links = (_agenda_link(reader),) if row.asked_by_me else _answer_links(row, reader)
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


def _times_lost(row: MeetingRow, reader: Attendee) -> MailContent:
    if row.by_organisers:
        lost = _("The time that was proposed for you and %(who)s is no longer free for you both.")
        new = _("The organisers propose the next time you are both free; please answer again:")
        links: tuple[Link, ...] = _answer_links(row, reader)
    elif row.asked_by_me:
        lost = _("None of the times you offered %(who)s is free for you both any more.")
        new = _("The request now offers the next times you are both free; you can change them:")
        links = (_agenda_link(reader),)
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


def _reminder_day(row: MeetingRow, reader: Attendee) -> MailContent:
    return _confirmed_meeting(
        row,
        reader,
        subject=_("Reminder: meeting with %(name)s on %(time)s")
        % {**_names(row), "time": short_words(row.starts_at, reader) if row.starts_at else ""},
        lines=(
            _("You meet %(who)s.") % _names(row),
            _("If you cannot come, cancel now: the other can replan."),
        ),
    )


def _reminder_soon(row: MeetingRow, reader: Attendee) -> MailContent:
    return _confirmed_meeting(
        row,
        reader,
        subject=_("In a few minutes: meeting with %(name)s") % _names(row),
        lines=(_("You meet %(who)s in a few minutes.") % _names(row),),
    )


def _attest(row: MeetingRow, reader: Attendee) -> MailContent:
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
            _agenda_link(reader),
        ),
    )


WRITERS = {
    Kind.REQUESTED: _requested,
    Kind.PROPOSED: _proposed,
    Kind.CHANGED: _changed,
    Kind.ACCEPTED: _accepted,
    Kind.ARRANGED: _arranged,
    Kind.MOVED: _moved,
    Kind.DECLINED: _declined,
    Kind.WITHDRAWN: _withdrawn,
    Kind.EXPIRED: _expired,
    Kind.CANCELLED: _cancelled,
    Kind.TIME_TAKEN: _time_taken,
    Kind.COUNTERED: _countered,
    Kind.COUNTER_REFUSED: _counter_refused,
    Kind.REMINDER_HALF: _reminder_half,
    Kind.REMINDER_DAY: _reminder_day,
    Kind.REMINDER_SOON: _reminder_soon,
    Kind.ATTEST: _attest,
}


def _who(row: MeetingRow) -> str:
    organisation = row.other.organisation
    return f"{row.other.name} ({organisation})" if organisation else row.other.name


def _names(row: MeetingRow) -> dict[str, str]:
    return {"name": row.other.name, "who": _who(row), "because": " ".join(row.message.split())}


def _agenda_link(reader: Attendee) -> Link:
    return Link(_("See your meetings"), meeting_address(reader))


def _meeting_link(row: MeetingRow, reader: Attendee) -> Link:
    return Link(_("Open the meeting"), f"{meeting_address(reader)}{row.meeting_id}/", is_main=True)


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
            Link(
                _("Yes, I will meet them"), make_answer_link(row.meeting_id, reader, "accept"), is_main=True
            ),
            Link(_("No"), make_answer_link(row.meeting_id, reader, "decline")),
            _agenda_link(reader),
        )
    accept = _time_links(row, reader, row.times[:MAX_TIMES_SHOWN], "accept")
    counter = Link(_("Offer other times"), make_answer_link(row.meeting_id, reader, "counter"))
    decline = Link(_("Decline"), make_answer_link(row.meeting_id, reader, "decline"))
    return (*accept, *([counter] if "counter" in row.actions else []), decline, _agenda_link(reader))


def _time_links(
    row: MeetingRow, reader: Attendee, times: Iterable[SlotChoice], purpose: Purpose
) -> tuple[Link, ...]:
    return tuple(
        Link(
            _("Accept %(time)s") % {"time": short_words(time.starts_at, reader)},
            make_answer_link(row.meeting_id, reader, purpose, slot_id=time.slot_id),
            is_main=True,
        )
        for time in times
    )
