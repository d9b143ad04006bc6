"""Audit entries of acts that change no traced row; triggers write those of changed rows (`backend.audit`)."""

from __future__ import annotations

import datetime as dt

import pghistory
from django.db.models import Model

from backend.core.models import Act


def record_act(*, event: Model, by: Model | None, kind: str, what: str = "", now: dt.datetime) -> None:
    """Record, in the caller's transaction, what somebody did; `kind` is one of Act.Kind.

    `by` is None for what a job did. `what` is the name of a file downloaded, the permission proposed or
    refused, the two groups parted, or the state that the event is in now.
    """
    Act.objects.create(event_id=event.pk, person_id=by.pk if by else None, kind=kind, what=what[:120], done_at=now)


def note_principal(attendee_id: int) -> None:
    """Have the traces of this request say for whom its person acts; without a request nothing is traced."""
    pghistory.context(acting_for=attendee_id)
