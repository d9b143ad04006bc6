"""How far the demo is loaded, and the mail it kept, for its outbox pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.core.advisory_lock import is_advisory_lock_held
from backend.core.errors import NotFound
from backend.demo.models import OutgoingMail
from backend.events.models.events import Event
from backend.people.models import Person
from backend.suggestions.models import Run, SuggestionView

CURRENT, EARLIER = "demo-2026", "demo-2025"  # slugs of the two editions
LOADING = "demo"  # the advisory lock of whoever loads it


def is_demo_ready() -> bool:
    """Whether the demo is loaded, has lists, and its people viewed them: nothing is left for `load_demo`.

    `serve` asks, and keeps what it imports: so models alone, not the selectors that know the matching.
    """
    published = Run.objects.filter(event__slug=CURRENT, state=Run.State.CURRENT).select_related("event").first()
    return published is not None and has_read_lists(published.event)


@dataclass(frozen=True, slots=True)
class Preparation:
    """What there is of the demo: its people and sessions, their lists, and whom they asked."""

    has_forum: bool
    has_lists: bool
    has_requests: bool

    @property
    def done(self) -> int:
        """How many of the three steps."""
        return self.has_forum + self.has_lists + self.has_requests


def preparation() -> Preparation | None:
    """How far the demo is loaded, while a process loads it; else None. One query, while it is loaded four."""
    if not is_advisory_lock_held(LOADING):
        return None
    event = Event.objects.filter(slug=CURRENT).first()
    return Preparation(
        has_forum=event is not None,
        has_lists=Run.objects.filter(event=event, state=Run.State.CURRENT).exists(),
        has_requests=event is not None and has_read_lists(event),
    )


def is_anybody_real() -> bool:
    """Whether the database holds anybody who is not of the demo."""
    return Person.objects.filter(is_demo=False).exists()


def has_read_lists(event: Event) -> bool:
    """Whether people of the event viewed any of their lists; the demo's do all at once or not at all."""
    return SuggestionView.objects.filter(attendee__event=event).exists()


@dataclass(frozen=True, slots=True)
class KeptFile:
    """An attachment of a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail that demo mode kept; `html` is empty where it had text alone."""

    mail_id: int
    recipients: tuple[str, ...]
    subject: str
    body: str
    html: str
    files: tuple[KeptFile, ...]
    written_at: dt.datetime


def mails_sent() -> QuerySet[OutgoingMail]:
    """The mails that demo mode kept, newest first; `kept_mail` reads one."""
    return OutgoingMail.objects.all()


def mail_sent(mail_id: int) -> KeptMail:
    """One mail that demo mode kept; refuses NotFound."""
    found = OutgoingMail.objects.filter(pk=mail_id).first()
    if found is None:
        raise NotFound(_("There is no such mail in the outbox."))
    return kept_mail(found)


def kept_mail(mail: OutgoingMail) -> KeptMail:
    """A mail in its parts."""
    message = message_from_bytes(bytes(mail.source), policy=default)
    assert isinstance(message, EmailMessage)  # of this policy
    html = message.get_body(("html",))
    files = [(part.get_filename() or "file", part.get_payload(decode=True)) for part in message.iter_attachments()]
    return KeptMail(
        mail_id=mail.pk,
        recipients=tuple(mail.recipients),
        subject=mail.subject,
        body=mail.body,
        html=html.get_content() if html else "",
        files=tuple(KeptFile(name, content) for name, content in files if isinstance(content, bytes)),
        written_at=mail.written_at,
    )
