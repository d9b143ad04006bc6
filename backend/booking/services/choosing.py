"""Which of the offered times an answer means."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, RequestedTime
from backend.booking.selectors.tables import slots_with_table
from backend.booking.services.booking import slot_taken
from backend.core.errors import Refused
from backend.events.models.agenda import Slot


def choose_slot(meeting: Meeting, slot_id: int | None, free: tuple[Slot, ...], now: dt.datetime) -> Slot:
    """The slot to book; refuses `not_offered`, and SlotTaken where it is not free for both."""
    offered = set(RequestedTime.objects.filter(meeting=meeting).values_list("slot_id", flat=True))
    wanted = [slot for slot in free if slot_id in (None, slot.pk)]
    is_known = slot_id is None or Slot.objects.filter(event=meeting.event_id, pk=slot_id).exists()
    kept = [slot for slot in wanted if meeting.any_time or slot.pk in offered]
    # A slot that is taken may have been offered until a moment ago, so only a free one is "not offered".
    if not is_known or (slot_id is not None and wanted and not kept):
        raise Refused(
            "not_offered",
            _("This time is not among those the request offers. Choose one that it offers."),
            slot=slot_id,
            status=400,
        )
    if not kept:
        raise slot_taken(meeting, now)
    return next(iter(slots_with_table(meeting, kept)), kept[0])
