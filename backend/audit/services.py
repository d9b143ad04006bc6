"""Records of what organisers do that changes no row."""

from __future__ import annotations

import datetime as dt

from backend.audit.models import Act
from backend.events.models import Event
from backend.people.models import Person


def record_act(*, event: Event, by: Person, kind: str, what: str = "", now: dt.datetime) -> None:
    """Write down that this organiser took a file (`what`: its name), or ordered new lists."""
    Act.objects.create(event=event, person=by, kind=kind, what=what[:120], done_at=now)
