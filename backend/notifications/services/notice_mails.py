"""Notices as mails: which is still wanted, in which form, with an entry where the calendar changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from email.mime.text import MIMEText
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.template.backends.django import DjangoTemplates
from django.utils.translation import ngettext

from backend.agenda.selectors.calendar import invitation_for, method_of
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Delivery, Notice
from backend.booking.rules import LIMITS_WINDOW, OF_AN_OPEN_REQUEST, REQUEST_UPDATES
from backend.booking.selectors.meetings import MeetingRow, rows_for
from backend.events.models.attendees import Attendee
from backend.events.rules.aliases import appears_under_alias
from backend.groups.rules import may_sit_with
from backend.groups.selectors.office_hours import OfficeHourRow, office_rows_for
from backend.groups.selectors.open_roundtables import declined_for
from backend.groups.selectors.rounds import TableRow, table_rows_for
from backend.mails.selectors import Letterhead, letterhead_for
from backend.mails.services import mail_to
from backend.notifications.services.kinds import KINDS, words_of, words_of_office_hour
from backend.notifications.services.notice_words import MailContent, anonymous_cancellation, requested
from backend.notifications.services.table_words import words_of_declined, words_of_table
from backend.outcomes.selectors.connections import are_connected, waits_for_contact
from backend.people.rules import in_language_of

Kind = Notice.Kind
AnyRow = MeetingRow | OfficeHourRow | TableRow

_templates = DjangoTemplates(
    {
        "NAME": "meetings",
        "DIRS": [Path(__file__).parent.parent / "mail"],
        "APP_DIRS": False,
        "OPTIONS": {"libraries": {}},
    }
)


def mail_for(notice: Notice, now: dt.datetime) -> EmailMultiAlternatives | None:
    """The mail of the notice, or None where it is no longer wanted.

    The contact policy is asked now: of somebody it hides, the mail tells only that a meeting is cancelled. A
    closed account gets no mail.
    """
    reader = Attendee.objects.select_related("person", "event").get(pk=notice.attendee_id)
    with in_language_of(reader.person, reader.event):
        return _mail_to(reader, notice, now)


def _mail_to(reader: Attendee, notice: Notice, now: dt.datetime) -> EmailMultiAlternatives | None:
    meeting = notice.meeting
    row = _rows_of([meeting.pk], reader, now).get(meeting.pk) if meeting else None
    content = _content_of(notice, meeting, row, reader, now)
    if content is None:
        return None
    headers = {"Message-ID": message_id(notice), "Date": format_datetime(now)}
    mail = render_mail([content], reader, letterhead_for(reader), headers)
    if meeting and KINDS[Kind(notice.kind)].changes_calendar:
        entry = invitation_for(meeting, row, reader, now)
        mail.attach(_calendar_part(entry.decode(), method_of(row)))
    return mail


def _rows_of(meeting_ids: Sequence[int], reader: Attendee, now: dt.datetime) -> dict[int, AnyRow]:
    """These meetings (ids) of any kind as the contact policy shows them to the reader now."""
    meetings = Meeting.objects.filter(pk__in=meeting_ids)
    rows: tuple[AnyRow, ...] = (
        *rows_for(reader, meetings, now),
        *office_rows_for(reader, meetings, now),
        *table_rows_for(reader, meetings, now),
    )
    return {row.meeting_id: row for row in rows}


def _content_of(
    notice: Notice, meeting: Meeting | None, row: AnyRow | None, reader: Attendee, now: dt.datetime
) -> MailContent | None:
    """What the mail of the notice says now; None where it is no longer wanted."""
    if not reader.person.is_active or _takes_back_unmailed(notice):
        return None
    if _is_overtaken(notice) or _reached_daily_limit(notice, now):
        return None
    if meeting is None:
        return _declined_content(notice, reader)
    if isinstance(row, TableRow):
        if not _is_table_wanted(notice, row, now):
            return None
        return words_of_table(Kind(notice.kind), notice.facts, row, reader)
    if isinstance(row, OfficeHourRow):
        return words_of_office_hour(Kind(notice.kind), row, reader) if _is_wanted(notice, row, now) else None
    if row is not None:
        return content_for(notice, row, reader, now)
    return anonymous_cancellation(meeting, reader) if notice.kind == Kind.CANCELLED else None


def _declined_content(notice: Notice, reader: Attendee) -> MailContent | None:
    """Of a roundtable that was declined; nothing to somebody who could not hold one any more."""
    row = declined_for(reader, [notice.facts["rounds"]]).get(notice.facts["rounds"])
    return words_of_declined(row, reader) if row and may_sit_with(reader.event_id, reader.pk, ()) else None


def wanted_notices(notices: Sequence[Notice], now: dt.datetime) -> list[tuple[Notice, MailContent]]:
    """Those of one reader's notices whose mails are still wanted, with what each says, oldest first."""
    reader = Attendee.objects.select_related("person", "event").get(pk=notices[0].attendee_id)
    rows = _rows_of([notice.meeting_id for notice in notices if notice.meeting_id], reader, now)
    ordered = sorted(notices, key=lambda notice: notice.pk)
    found = (
        (notice, _content_of(notice, notice.meeting, rows.get(notice.meeting_id or 0), reader, now))
        for notice in ordered
    )
    return [(notice, content) for notice, content in found if content is not None]


def digest_of(wanted: Sequence[tuple[Notice, MailContent]], now: dt.datetime) -> EmailMultiAlternatives:
    """One mail with all of them."""
    reader = Attendee.objects.select_related("person", "event").get(pk=wanted[0][0].attendee_id)
    subject = ngettext(
        "%(count)s message about your meetings", "%(count)s messages about your meetings", len(wanted)
    ) % {"count": len(wanted)}
    headers = {"Message-ID": message_id(wanted[0][0]), "Date": format_datetime(now)}
    contents = [content for _notice, content in wanted]
    return render_mail(contents, reader, letterhead_for(reader), headers, subject=subject)


# Of a request that is still open, the later of these mails says what the earlier would have said.
_OVERTAKEN_BY = {
    Kind.REQUESTED: (Kind.CHANGED,),
    Kind.CHANGED: (Kind.CHANGED,),
    Kind.TIME_TAKEN: (Kind.CHANGED, Kind.TIME_TAKEN),
    Kind.COUNTERED: (Kind.COUNTERED,),
}


def _takes_back_unmailed(notice: Notice) -> bool:
    """Whether a request is withdrawn of which the reader was never mailed."""
    is_own = notice.facts.get("acted_for") == notice.attendee_id
    return notice.kind == Kind.WITHDRAWN and not is_own and not _was_mailed(notice)


def _is_overtaken(notice: Notice) -> bool:
    """Whether another mail says the same later."""
    later = Notice.objects.filter(meeting=notice.meeting_id, attendee=notice.attendee_id, pk__gt=notice.pk)
    return later.filter(kind__in=_OVERTAKEN_BY.get(Kind(notice.kind), ())).exists()


def _reached_daily_limit(notice: Notice, now: dt.datetime) -> bool:
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
    meeting = notice.meeting.uid if notice.meeting else "no-meeting"
    return f"<notice-{notice.pk}.{meeting}@{host}>"


def render_mail(
    contents: Sequence[MailContent],
    reader: Attendee,
    head: Letterhead,
    headers: Mapping[str, str] | None = None,
    *,
    subject: str = "",
) -> EmailMultiAlternatives:
    """A mail with these words to the reader; its subject is the first's unless another is given."""
    subject = subject or contents[0].subject
    context = {"subject": subject, "contents": contents, "event": reader.event, "head": head}
    return mail_to(
        reader,
        head,
        subject=subject,
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
    if not (_is_timely(notice, row, now) and _is_still_so(notice, row, reader)):
        return None
    if notice.kind == Kind.CHANGED and not _was_mailed(notice):
        return requested(row, reader)  # the first they read of it
    return words_of(Kind(notice.kind), notice.facts, row, reader)


def _is_wanted(notice: Notice, row: OfficeHourRow, now: dt.datetime) -> bool:
    """Whether the notice of an office hour is still true and needed."""
    is_on = row.state == Meeting.State.ACCEPTED
    match Kind(notice.kind):
        case Kind.CANCELLED:
            return not is_on
        case Kind.MOVED:
            return is_on and notice.sequence == row.sequence and row.ends_at > now
        case Kind.OFFICE_LEFT:
            return is_on and row.places_left > 0 and row.starts_at > now
        case Kind.OFFICE_HOUR | Kind.REMINDER_DAY | Kind.REMINDER_SOON:
            return is_on and row.starts_at > now
    return False


def _is_table_wanted(notice: Notice, row: TableRow, now: dt.datetime) -> bool:
    """Whether the notice of a table of a round is still true and needed."""
    match Kind(notice.kind):
        case Kind.CANCELLED:
            return row.state == Meeting.State.CANCELLED
        case Kind.ROUNDS_PROPOSED:
            return row.is_asked
        case Kind.MOVED:
            is_on = row.state == Meeting.State.ACCEPTED or bool(notice.facts.get("restored") and row.is_asked)
            return is_on and notice.sequence == row.sequence and row.ends_at > now
        case Kind.ATTEST:
            return "attest" in row.actions
        case Kind.CONTACT_OFFERED | Kind.CONNECTED:
            return bool(row.name_of(notice.facts.get("other")))
        case Kind.FOLLOW_UP:
            noted = row.follow_up
            return noted is not None and noted.kept is None and noted.due_on is not None
    return row.state == Meeting.State.ACCEPTED and row.starts_at > now


def _is_timely(notice: Notice, row: MeetingRow, now: dt.datetime) -> bool:
    """Whether the notice is still true and needed."""
    agreed = row.state == Meeting.State.ACCEPTED
    to_answer = row.state in Meeting.OPEN_STATES and not row.my_answer
    match Kind(notice.kind):
        case Kind.REQUESTED | Kind.PROPOSED | Kind.CHANGED | Kind.REPLY | Kind.REMINDER_HALF:
            return to_answer
        case Kind.QUESTION:
            return "answer_question" in row.actions
        case Kind.COUNTERED:
            return "take_counter" in row.actions
        case Kind.TIME_TAKEN:
            return to_answer or row.my_answer == Seat.Answer.YES
        case Kind.TIME_FREED:
            return row.state == Meeting.State.REQUESTED
        case Kind.ACCEPTED | Kind.ARRANGED:
            return row.state != Meeting.State.CANCELLED
        case Kind.MOVED:
            return agreed and notice.sequence == row.sequence and row.ends_at is not None and row.ends_at > now
        case Kind.REMINDER_DAY | Kind.REMINDER_SOON:
            return agreed and row.starts_at is not None and row.starts_at > now
        case Kind.TABLE_FREED:
            return agreed and row.is_table_freed and row.ends_at is not None and row.ends_at > now
        case Kind.ATTEST:
            return "attest" in row.actions and not row.my_word
        case Kind.FOLLOW_UP:
            return row.follow_up is not None and row.follow_up.kept is None and row.follow_up.due_on is not None
    return True


def _is_still_so(notice: Notice, row: MeetingRow, reader: Attendee) -> bool:
    """Whether what the notice tells of a connection still holds."""
    match Kind(notice.kind):
        case Kind.CONTACT_OFFERED:
            can_answer = not appears_under_alias(reader)
            return can_answer and waits_for_contact(reader, row.other.attendee_id)
        case Kind.CONNECTED:
            return are_connected(reader, row.other.attendee_id)
    return True
