"""The mail of the demo, for its outbox pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.demo.models import OutgoingMail


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What hung on a mail."""

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
    files = [
        (part.get_filename() or "file", part.get_payload(decode=True)) for part in message.iter_attachments()
    ]
    return KeptMail(
        mail_id=mail.pk,
        recipients=tuple(mail.recipients),
        subject=mail.subject,
        body=mail.body,
        html=html.get_content() if html else "",
        files=tuple(KeptFile(name, content) for name, content in files if isinstance(content, bytes)),
        written_at=mail.written_at,
    )
