"""Mails about assistants: somebody is asked to act for another, agrees, or it ends; and requests wait."""

from __future__ import annotations

import datetime as dt
import enum

from django.db.models import QuerySet

from backend.assistants.models import Assistant
from backend.core.compiled import CompiledRows
from backend.core.queue import MAIL, enqueue
from backend.people.rules import next_digest

SEND_ASSISTANT_MAIL = "notifications.send_assistant_mail"


class Change(enum.StrEnum):
    ASKED = "asked"  # to whoever has the address
    ACCEPTED = "accepted"  # to the principal
    WAITING = "waiting"  # to the assistant: requests to the principal
    ENDED_BY_PRINCIPAL = "ended-by-principal"
    ENDED_BY_ASSISTANT = "ended-by-assistant"


def mail_assistants(principal_id: int, now: dt.datetime) -> None:
    """Queue a mail to each assistant of the principal that requests wait; one that is queued tells of all.

    It leaves with the reader's next digest, where they have these, and names nobody but the principal.
    """
    for row in _of_principal.fetch(principal=principal_id):
        if row.attendee is not None:
            at = next_digest(row.attendee.person, row.attendee.event.zone, now)
            queue_assistant_mail(row, Change.WAITING, not_before=at)


def _in_force(principal: int) -> QuerySet[Assistant]:
    rows = Assistant.objects.in_force().filter(principal=principal)
    return rows.select_related("attendee__event", "attendee__person").order_by("pk")


_of_principal = CompiledRows(_in_force, principal=-1)


def queue_assistant_mail(row: Assistant, change: Change, *, not_before: dt.datetime | None = None) -> None:
    """Queue the mail, within the transaction of the change; whom it goes to is found when it is sent."""
    enqueue(
        SEND_ASSISTANT_MAIL,
        lock=f"assistant:{row.pk}:{change}",
        once=f"{SEND_ASSISTANT_MAIL}:{row.pk}" if change == Change.WAITING else "",
        queue=MAIL,
        not_before=not_before,
        assistant_id=row.pk,
        change=change.value,
    )
