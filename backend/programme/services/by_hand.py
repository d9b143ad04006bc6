"""Two named people, put forward by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from backend.booking.models.meetings import Meeting
from backend.booking.services.proposals import arrange_meeting, propose_meeting
from backend.events.models.events import Event
from backend.people.models import Person
from backend.programme.selectors.plans import confirms_at_once
from backend.suggestions.selectors.shared_reasons import shared_reason_for


def put_forward(
    *,
    event: Event,
    pair: tuple[int, int],
    slot_ids: Sequence[int],
    table_id: int | None = None,
    because: str = "",
    key: str = "",
    by: Person,
    now: dt.datetime,
) -> Meeting:
    """Propose a meeting to two attendees (ids), or arrange it where the event's plans are arranged at once.

    Arranged, it is at the first of these times. Without a `because` both read what suggests them to each
    other, if anything does. Refuses what `propose_meeting` and `arrange_meeting` refuse.
    """
    because = because or shared_reason_for(event, pair)
    service = arrange_meeting if confirms_at_once(event) else propose_meeting
    return service(
        event=event, pair=pair, slot_ids=slot_ids, table_id=table_id, because=because, key=key, by=by, now=now
    )
