"""Audit entries of what changes no row; the database's triggers write those of what does."""

from __future__ import annotations

import datetime as dt

from django.db.models import Model

from backend.core.models import Act


def record_act(*, event: Model, by: Model, kind: str, what: str = "", now: dt.datetime) -> None:
    """Record that this organiser took a file (`what`: its name), or ordered new lists; in the caller's
    transaction."""
    Act.objects.create(event_id=event.pk, person_id=by.pk, kind=kind, what=what[:120], done_at=now)
