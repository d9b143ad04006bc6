"""The mail of the demo, for its outbox page."""

from __future__ import annotations

from django.db.models import QuerySet

from backend.core.models import OutgoingMail


def mails_sent(*, limit: int) -> QuerySet[OutgoingMail]:
    """The last mails that demo mode kept, newest first."""
    return OutgoingMail.objects.all()[:limit]
