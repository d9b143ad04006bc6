"""Attendees' own calendars elsewhere: read again and again, for the times at which they are busy alone.

Known adults alone have one: whoever is not is met by nobody alone, and their calendar is nobody's business.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.utils.translation import gettext as _

from backend.agenda.selectors.calendar import own_uids
from backend.booking.models.availability import BusyCalendar
from backend.booking.services.availability import follow_calendar
from backend.core.errors import BusinessError, Refused
from backend.core.outgoing import PATIENCE, Patience, checked_url, fetch
from backend.core.queue import URGENT, WEBHOOKS, enqueue
from backend.core.sandbox import TooLarge, Unreadable
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import check_own
from backend.events.rules.states import Activity, is_over
from backend.events.services.locks import lock_attendees
from backend.integrations.selectors import can_have_busy_calendar, with_busy_calendar
from backend.integrations.services.busy_times import Times, busy_times
from backend.integrations.services.tokens import CALENDAR_ADDRESS, opened, sealed
from backend.people.models import Person

READ_CALENDAR = "integrations.read_calendar"
EVERY = dt.timedelta(minutes=50)  # the clock looks every hour
MAX_BYTES, SECONDS = 10_000_000, 30.0


@in_transaction
def set_busy_calendar(*, attendee: Attendee, address: str, by: Person, now: dt.datetime) -> BusyCalendar:
    """Follow the calendar at this address, instead of another before; it is read soon.

    Refuses NotYours, NotInThisState, AddressRefused, and `no_calendar_here` to whoever is no known adult.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    if not can_have_busy_calendar(attendee, now):
        raise Refused("no_calendar_here", _("Only adults who take part in the forum itself can add a calendar."))
    whole = address.strip()
    if whole.lower().startswith(("webcal://", "webcals://")):
        whole = "https" + whole[whole.index(":") :]
    checked_url(whole)
    lock_attendees([attendee.pk])
    kept = {"address": sealed(whole, now, CALENDAR_ADDRESS), "tried_at": None, "read_at": None, "error": ""}
    calendar, _is_new = BusyCalendar.objects.update_or_create(attendee=attendee, defaults=kept)
    enqueue(READ_CALENDAR, lock=f"calendar:{calendar.pk}", queue=WEBHOOKS, priority=URGENT, calendar_id=calendar.pk)
    return calendar


@in_transaction
def remove_busy_calendar(*, attendee: Attendee, by: Person, now: dt.datetime) -> None:
    """Forget the calendar, and open the times again that it alone had closed. Refuses NotYours."""
    check_own(attendee, by)
    for calendar in BusyCalendar.objects.filter(attendee=attendee):
        follow_calendar(calendar_id=calendar.pk, busy=(), now=now)
        calendar.delete()


def queue_due_calendars(*, now: dt.datetime) -> int:
    """Have every calendar read that was not of late, one after the other; gives their number.

    That of whoever is no known adult any more is forgotten.
    """
    with_busy_calendar(now, allowed=False).delete()
    due = with_busy_calendar(now).exclude(tried_at__gt=now - EVERY).select_related("attendee__event").order_by("pk")
    ids = [one.pk for one in due if not is_over(one.attendee.event, now)]
    for pk in ids:
        enqueue(READ_CALENDAR, lock="calendars", once=f"calendar:{pk}", queue=WEBHOOKS, calendar_id=pk)
    return len(ids)


def read_busy_calendar(*, calendar_id: int, now: dt.datetime, patience: Patience = PATIENCE) -> None:
    """Read one calendar, and close and open its attendee's times by it; what fails changes none of them."""
    calendar = with_busy_calendar(now).filter(pk=calendar_id).select_related("attendee__event").first()
    if calendar is None:
        return
    event = calendar.attendee.event
    slots = list(Slot.objects.filter(event=event, starts_at__gt=now).order_by("starts_at"))
    try:
        times = _times_of(calendar, slots, now, patience) if slots else []
    except BusinessError as refusal:
        _note(calendar, now, refusal.code)
        return
    ours = own_uids(event)
    others = [(starts_at, ends_at) for uid, starts_at, ends_at in times if uid.lower() not in ours]
    busy = [slot.pk for slot in slots if any(a < slot.ends_at and b > slot.starts_at for a, b in others)]
    if _note(calendar, now, ""):
        follow_calendar(calendar_id=calendar.pk, busy=busy, now=now)


def _times_of(calendar: BusyCalendar, slots: list[Slot], now: dt.datetime, patience: Patience) -> Times:
    address = opened(calendar.address, now, CALENDAR_ADDRESS)
    if not address:  # kept under another SECRET_KEY
        raise Refused("no_address", "")
    within = replace(patience, max_bytes=MAX_BYTES, total_seconds=min(SECONDS, patience.total_seconds))
    data = fetch(address, accept="text/calendar, */*;q=0.1", patience=within)
    zone, ends_at = calendar.attendee.event.timezone, max(one.ends_at for one in slots)
    try:
        return busy_times(data, starts_at=slots[0].starts_at, ends_at=ends_at, zone=zone)
    except TooLarge:
        raise Refused("calendar_too_large", "") from None
    except Unreadable:
        raise Refused("calendar_unreadable", "") from None


def _note(calendar: BusyCalendar, now: dt.datetime, error: str) -> bool:
    """Keep that it was tried, unless it has another address by now."""
    read = {} if error else {"read_at": now}
    same = BusyCalendar.objects.filter(pk=calendar.pk, address=calendar.address)
    return bool(same.update(tried_at=now, error=error, **read))
