"""What becomes of requests when a time is gone: they keep their others, get new ones, or end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q

from backend.core.period import overlapping
from backend.events.models import Slot
from backend.meetings.models import Meeting, Notice, RequestedTime
from backend.meetings.notices import tell
from backend.meetings.rules import ALTERNATIVES, LAST_MINUTE, common_slots, expiry_of, rules_for


def release_requests(
    *, attendee_ids: Collection[int], starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime
) -> None:
    """Look after these attendees' open requests now that they are not free in [starts_at, ends_at).

    A request that offered that time keeps its others, and who did not cause the change is told. With none
    left it offers the next times both are free; where there are none it ends; both are told then. One whose
    other side has left the forum is for `end_refused_meetings` to end. The caller holds the diaries of
    `attendee_ids`, and so every request of theirs.
    """
    gone = Slot.objects.filter(overlapping(starts_at, ends_at)).values("pk")
    for attendee_id in sorted(attendee_ids):
        touched = list(
            Meeting.objects.open_at(now)
            .filter(Q(any_time=True) | Q(times__slot__in=gone), seats__attendee=attendee_id)
            .distinct()
            .order_by("pk")
            .prefetch_related("seats", "times__slot")
        )
        others = {
            request.pk: seat.attendee_id
            for request in touched
            for seat in request.seats.all()
            if seat.attendee_id != attendee_id
        }
        free = common_slots(attendee_id, set(others.values()), after=now + LAST_MINUTE)
        for request in touched:
            if (other_id := others.get(request.pk)) is None:
                continue
            told = {other_id} - set(attendee_ids)
            _release(request, told, {attendee_id, other_id}, free[other_id], now)


def _release(
    request: Meeting, told: set[int], both: set[int], free: tuple[Slot, ...], now: dt.datetime
) -> None:
    open_ids = {slot.pk for slot in free}
    offered = list(request.times.all())
    lost = [time.pk for time in offered if time.slot_id not in open_ids]
    if request.any_time:
        kept = list(free)
    elif not lost:
        return
    else:
        kept = [time.slot for time in offered if time.slot_id in open_ids]
    RequestedTime.objects.filter(pk__in=lost).delete()
    are_new = not kept and bool(free)
    if are_new:
        kept, told = list(free[:ALTERNATIVES]), both
        RequestedTime.objects.bulk_create(
            RequestedTime(event_id=request.event_id, meeting=request, slot=slot, position=position)
            for position, slot in enumerate(kept, start=1)
        )
    if not kept:
        request.state = Meeting.State.EXPIRED
        request.answered_at = request.changed_at = now
        request.save(update_fields=["state", "answered_at", "changed_at"])
        tell(request, Notice.Kind.EXPIRED, to=both, now=now)
        return
    request.expires_at = expiry_of(
        asked_at=request.asked_at,
        changed_at=now,
        last_starts_at=kept[-1].starts_at if request.any_time else max(slot.starts_at for slot in kept),
        hours=rules_for(request.event_id).expiry_hours,
    )
    request.save(update_fields=["expires_at"])
    if lost:
        times = [slot.starts_at.isoformat() for slot in kept]
        tell(request, Notice.Kind.TIME_TAKEN, to=told, now=now, slots=times, are_new=are_new)
