"""An event's mail texts, and mails as their readers have them."""

from __future__ import annotations

from dataclasses import dataclass
from email.header import decode_header, make_header
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from backend.core.local_names import local_text
from backend.core.texts import one_line
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.selectors import shown_name
from backend.mails.models import MailTexts
from backend.mails.rules import filled
from backend.people.models import Person


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the organisers put on a mail. `sender` and `reply_to` are headers; `reply_to` may be empty."""

    sender: str
    reply_to: str
    opening: str
    signature: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as its reader has it."""

    sender: str
    reply_to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class MailExample:
    """One kind of mail as a made-up reader has it."""

    kind: str
    label: str
    letter: Letter


def mail_texts_for(event: Event) -> MailTexts:
    """The event's texts: its row, or empty ones."""
    texts = MailTexts.objects.filter(event=event).first() or MailTexts(event=event)
    texts.event = event
    return texts


def default_opening() -> str:
    return _("Dear {name},")


def default_signature() -> str:
    return _("The organisers of {forum}")


def letterhead_for(reader: Attendee, texts: MailTexts | None = None) -> Letterhead:
    """What a mail to this attendee has; one query unless `texts` are given."""
    texts = texts or mail_texts_for(reader.event)
    forum = one_line(reader.event.local_name)
    words = {"name": one_line(shown_name(reader)), "forum": forum}
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return Letterhead(
        sender=formataddr((one_line(texts.sender_name) or forum, address), charset="utf-8"),
        reply_to=texts.reply_to,
        opening=filled(local_text(texts, "opening") or default_opening(), words),
        signature=filled(local_text(texts, "signature") or default_signature(), words),
    )


def example_reader(event: Event) -> Attendee:
    """Somebody made up, who is on no list."""
    return Attendee(event=event, name=_("Mali Example"), person=Person())


def letter_of(mail: EmailMessage) -> Letter:
    """What a mail shows its reader."""
    return Letter(
        sender=str(make_header(decode_header(mail.from_email))),
        reply_to=", ".join(mail.reply_to),
        subject=str(mail.subject),
        body=str(mail.body),
    )
