"""Slots in which an attendee can be asked, opened and closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from backend.booking.models.availability import Availability, BusyCalendar
from backend.booking.models.meetings import Seat
from backend.booking.services.changes import announce_freed_times
from backend.booking.services.requests import release_requests
from backend.core.errors import Refused
from backend.core.period import overlapping_range
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import check_own
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_attendees
from backend.people.models import Person


@in_transaction
def open_slots(*, attendee: Attendee, slot_ids: Collection[int], by: Person, now: dt.datetime) -> int:
    """Open these slots for requests; returns the number newly opened. Refuses NotYours and `unknown_slot`."""
    check_own(attendee, by, Activity.TAKE_PART)
    lock_attendees([attendee.pk])
    known = _known_slots(attendee, slot_ids, now)
    _leave_to_attendee(attendee, known)
    return _open(attendee, known)


@in_transaction
def close_slots(*, attendee: Attendee, slot_ids: Collection[int], by: Person, now: dt.datetime) -> int:
    """Close these slots; returns the number newly closed. Confirmed meetings stay; requests lose the slot.

    Refuses NotYours and `unknown_slot`.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    lock_attendees([attendee.pk])
    known = _known_slots(attendee, slot_ids, now)
    _leave_to_attendee(attendee, known)
    return _close(attendee, known, now)


@in_transaction
def change_slots(
    *, attendee: Attendee, opening: Collection[int], closing: Collection[int], by: Person, now: dt.datetime
) -> None:
    """Open some slots and close others, all or none; refuses as `open_slots` and `close_slots` do."""
    open_slots(attendee=attendee, slot_ids=opening, by=by, now=now)
    close_slots(attendee=attendee, slot_ids=closing, by=by, now=now)


@in_transaction
def follow_calendar(*, calendar_id: int, busy: Collection[int], now: dt.datetime) -> BusyCalendar | None:
    """Close what the attendee's own calendar newly says is busy, and open again what it alone had closed.

    A slot with a meeting is left as it is, and so is one that the attendee opened or closed since. None where
    the calendar was removed meanwhile.
    """
    attendee = Attendee.objects.filter(busy_calendar=calendar_id).first()
    if attendee is None:
        return None
    lock_attendees([attendee.pk])
    calendar = BusyCalendar.objects.filter(pk=calendar_id).first()
    if calendar is None:
        return None
    said, known, closed = set(busy), set(calendar.busy), set(calendar.closed)
    slots = Slot.objects.filter(event=attendee.event_id, starts_at__gt=now)
    met = Seat.objects.filter(overlapping_range(OuterRef("starts_at"), OuterRef("ends_at")), attendee=attendee)
    taken = set(slots.filter(Exists(met.filter(is_active=True))).values_list("pk", flat=True))
    opened = set(slots.filter(availability__attendee=attendee).values_list("pk", flat=True))
    closing = (said - known - taken) & opened
    _close(attendee, closing, now)
    _open(attendee, (closed - said) & set(slots.values_list("pk", flat=True)))
    calendar.busy, calendar.closed = sorted(said & known | said - taken), sorted(closed & said | closing)
    calendar.save(update_fields=["busy", "closed"])
    return calendar


def _leave_to_attendee(attendee: Attendee, slot_ids: Collection[int]) -> None:
    """What the attendee opens or closes is no longer their calendar's to open again."""
    for calendar in BusyCalendar.objects.filter(attendee=attendee, closed__overlap=list(slot_ids)):
        calendar.closed = sorted(set(calendar.closed) - set(slot_ids))
        calendar.save(update_fields=["closed"])


def _open(attendee: Attendee, slot_ids: Collection[int]) -> int:
    rows = Availability.objects.filter(attendee=attendee, slot__in=slot_ids)
    closed = set(slot_ids) - set(rows.values_list("slot_id", flat=True))
    Availability.objects.bulk_create(
        Availability(event_id=attendee.event_id, attendee=attendee, slot_id=pk) for pk in sorted(closed)
    )
    if closed:
        announce_freed_times(attendee.event_id, [attendee.pk])
    return len(closed)


def _close(attendee: Attendee, slot_ids: Collection[int], now: dt.datetime) -> int:
    opened = Availability.objects.filter(attendee=attendee, slot__in=slot_ids)
    closing = list(opened.select_related("slot").order_by("slot__starts_at", "slot_id"))
    opened.delete()
    for row in closing:
        release_requests(attendee_ids=[attendee.pk], starts_at=row.slot.starts_at, ends_at=row.slot.ends_at, now=now)
    return len(closing)


def _known_slots(attendee: Attendee, slot_ids: Collection[int], now: dt.datetime) -> list[int]:
    """The ids, each once; refuses unknown_slot for any that is not a slot to come of the attendee's event."""
    wanted = set(slot_ids)
    known = set(
        Slot.objects.filter(event=attendee.event_id, pk__in=wanted, starts_at__gt=now).values_list("pk", flat=True)
    )
    if unknown := sorted(wanted - known):
        raise Refused(
            "unknown_slot",
            _("One of these is not a meeting slot to come of this forum. Load your times again."),
            slot=unknown[0],
            status=400,
        )
    return sorted(known)
