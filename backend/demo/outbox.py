"""The demo's mail: kept in the database, where a page shows it, and never sent."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from backend.demo.models import OutgoingMail


class OutboxBackend(BaseEmailBackend):
    """Django mail backend of demo mode: keeps every mail as an `OutgoingMail`."""

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        kept = OutgoingMail.objects.bulk_create(
            OutgoingMail(
                sender=message.from_email,
                recipients=message.recipients(),
                subject=str(message.subject),
                body=str(message.body),
                source=message.message().as_bytes(),
            )
            for message in email_messages
        )
        return len(kept)
