"""A notice as a mail: text, HTML, and the calendar entry where the calendar changes."""

from __future__ import annotations

import datetime as dt
from email.mime.text import MIMEText
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.backends.django import DjangoTemplates

from backend.events.models import Attendee
from backend.meetings.calendar import invitation_for, method_of
from backend.meetings.models import Meeting, Notice
from backend.meetings.notices.letters import letter_for, neutral_cancellation
from backend.meetings.notices.parts import Letter
from backend.meetings.selectors.rows import rows_for

SUBJECT_LIMIT = 150
CALENDAR_CHANGES = (
    Notice.Kind.ACCEPTED,
    Notice.Kind.ARRANGED,
    Notice.Kind.MOVED,
    Notice.Kind.CANCELLED,
)

_templates = DjangoTemplates(
    {
        "NAME": "meetings",
        "DIRS": [Path(__file__).parent.parent / "mail"],
        "APP_DIRS": False,
        "OPTIONS": {"libraries": {}},
    }
)


def mail_for(notice: Notice, now: dt.datetime) -> EmailMultiAlternatives | None:
    """The mail that carries the notice, or None where nobody is to be told (any more).

    The contact policy is asked now: of whom it hides nothing is said, but that a meeting is off. A closed
    account gets no mail at all.
    """
    reader = Attendee.objects.select_related("person", "event").get(pk=notice.attendee_id)
    if not reader.person.is_active:
        return None
    meeting = Meeting.objects.get(pk=notice.meeting_id)
    row = next(iter(rows_for(reader, Meeting.objects.filter(pk=meeting.pk), now)), None)
    if row is not None:
        letter = letter_for(notice, row, reader, now)
    elif notice.kind == Notice.Kind.CANCELLED:
        letter = neutral_cancellation(meeting, reader)
    else:
        letter = None
    if letter is None:
        return None
    mail = _laid_out(letter, notice, reader, now)
    if notice.kind in CALENDAR_CHANGES:
        entry = invitation_for(meeting, row, reader, now)
        mail.attach(_attached(entry.decode(), method_of(row)))
    return mail


def message_id(notice: Notice) -> str:
    """The same at every attempt, so that a mail that did arrive twice is one to whoever reads it."""
    host = urlsplit(settings.TITIAN_ADDRESS).hostname
    return f"<notice-{notice.pk}.{notice.meeting.uid}@{host}>"


def _laid_out(letter: Letter, notice: Notice, reader: Attendee, now: dt.datetime) -> EmailMultiAlternatives:
    context = {"letter": letter, "event": reader.event}
    subject = " ".join(letter.subject.split())
    mail = EmailMultiAlternatives(
        subject=subject if len(subject) <= SUBJECT_LIMIT else subject[: SUBJECT_LIMIT - 1] + "…",
        body=_templates.get_template("letter.txt").render(context),
        to=[reader.person.email],
        headers={
            "Message-ID": message_id(notice),
            "Date": format_datetime(now),
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(_templates.get_template("letter.html").render(context), "text/html")
    return mail


def _attached(entry: str, method: str) -> MIMEText:
    part = MIMEText(entry, "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename="meeting.ics")
    return part
