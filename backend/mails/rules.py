"""What organisers may write on an event's mails, lengths, placeholders, sender; and how many leave in a day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.core.models import MailDay
from backend.core.texts import one_line
from backend.events.models.events import Event
from backend.events.rules.attendees import TextTooLong, clean_text
from backend.people.services import check_email

PLACEHOLDER = re.compile(r"\{(\w*)\}")
SUBJECT_LIMIT = 150
SENDER_LIMIT = 80
OPENING_LIMIT = 300
SIGNATURE_LIMIT = 300
TESTS_A_DAY = 20  # of one organiser at one event


class BadMailText(BusinessError):
    code = "bad_mail_text"
    status = 400


def clean_sender_name(text: str) -> str:
    """The sender's name as it is stored; refuses TextTooLong and BadMailText (@, <, >, quotes)."""
    name = one_line(clean_text(text))
    check_length(name, SENDER_LIMIT, _("sender’s name"))
    if re.search(r"[@<>\"]", name):
        raise BadMailText(_("A sender’s name is without @, <, > and quotation marks."))
    return name


def clean_reply_to(text: str) -> str:
    """The address that answers go to; refuses BadEmail."""
    return check_email(text) if text.strip() else ""


def clean_opening(text: str) -> str:
    """The opening as it is stored; refuses TextTooLong and BadMailText."""
    return clean_passage(text, OPENING_LIMIT, ("name", "forum"), _("opening"))


def clean_signature(text: str) -> str:
    """The signature as it is stored; refuses TextTooLong and BadMailText."""
    return clean_passage(text, SIGNATURE_LIMIT, ("name", "forum"), _("signature"))


def clean_passage(text: str, limit: int, known: Collection[str], what: str) -> str:
    """Plain text of several lines with these placeholders; refuses TextTooLong and BadMailText."""
    passage = clean_text(text).replace("\r\n", "\n")
    check_length(passage, limit, what)
    check_placeholders(passage, known, what)
    return passage


def check_length(text: str, limit: int, what: str) -> None:
    if len(text) > limit:
        raise TextTooLong(
            _("The %(what)s has %(count)s characters; please keep it under %(limit)s.")
            % {"what": what, "count": f"{len(text):,}", "limit": f"{limit:,}"}
        )


def check_placeholders(text: str, known: Collection[str], what: str) -> None:
    for name in PLACEHOLDER.findall(text):
        if name not in known:
            raise BadMailText(
                _("The %(what)s has %(placeholder)s; it can have %(known)s.")
                % {"what": what, "placeholder": f"{{{name}}}", "known": ", ".join(f"{{{one}}}" for one in known)}
            )


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with each placeholder replaced once; what a name holds is not read again.

    >>> filled("Dear {name},", {"name": "Ana {forum}", "forum": "Forum"})
    'Dear Ana {forum},'
    """
    return PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


def mails_wait_until(event: Event, now: dt.datetime) -> dt.datetime | None:
    """The event's next midnight where it has sent the mails of its day; else None.

    Asked before a mail about invitations, meetings or sessions is sent. Codes to sign in, mails about
    safeguarding and about roles are neither counted nor held: a count of all would tell that there was a report.
    """
    day = now.astimezone(event.zone).date()
    if MailDay.objects.filter(event=event, day=day, sent__gte=event.max_mails_a_day).exists():
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), event.zone)
    return None
