"""Offer a time that fell free to whoever waits for it, one after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from backend.assistants.services.assistant_mails import mail_assistants
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.rules import FREED_TIME_WAITS, MIN_NOTICE, GroupsApart, NotJoined, check_reachable
from backend.booking.selectors.availability import common_slots
from backend.booking.selectors.tables import slots_with_table
from backend.booking.services.booking import violates
from backend.booking.services.changes import OFFER_FREED_TIMES
from backend.booking.services.notices import notify
from backend.booking.services.requests import (
    AskedTooOften,
    MeetingRequestData,
    check_may_ask,
    check_place,
    write_request,
)
from backend.booking.services.waiting_list import TIME_CONSTRAINT, State
from backend.core.errors import BusinessError, NotFound
from backend.core.isolation import for_each
from backend.core.period import Period
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.locks import lock_attendees
from backend.people.rules import quiet_hours_end


class _Overtaken(Exception):
    """The entry became a request, or ended, while this one was written."""


def offer_freed_times(*, now: dt.datetime, event_id: int = 0, attendee_id: int = 0) -> int:
    """Give what is free to who waited longest, of all lists or of those of one event or attendee.

    Each becomes a request for exactly that time, which the other can answer for two hours; so long nobody
    else who waits is given it. Returns the number of requests. For a job; each is a transaction of its own.
    """
    waiting = WaitingListEntry.objects.waiting()
    if event_id:
        waiting = waiting.filter(event=event_id)
    if attendee_id:
        waiting = waiting.touching([attendee_id])
    wanted = waiting.order_by("other").values_list("other", flat=True).distinct()
    return sum(for_each(OFFER_FREED_TIMES, list(wanted), lambda pk: _offer_times_of(pk, now)))


def _offer_times_of(other_id: int, now: dt.datetime) -> int:
    """Go through the list of one attendee, the first who came first."""
    queue = list(WaitingListEntry.objects.waiting().filter(other=other_id).in_turn().values_list("pk", "attendee"))
    given = _given_times(other_id)
    free = common_slots(other_id, [attendee for _pk, attendee in queue], after=now + MIN_NOTICE)
    wanted = [pk for pk, attendee in queue if _not_given(free[attendee], given)]
    return sum(for_each(OFFER_FREED_TIMES, wanted, lambda pk: _offer_one(pk, now)))


@in_transaction
def _offer_one(entry_id: int, now: dt.datetime) -> bool:
    """Make the entry a request for the first free time that nobody before has; False where there is none."""
    found = WaitingListEntry.objects.filter(pk=entry_id).values_list("attendee", "other").first()
    if found is None:
        return False
    lock_attendees(found)
    locked = WaitingListEntry.objects.waiting().filter(pk=entry_id)
    entry = locked.select_related("attendee__event", "other__person", "theme").first()
    if entry is None or not _is_still_allowed(entry, now):
        return False
    free = common_slots(entry.attendee_id, [entry.other_id], after=now + MIN_NOTICE)[entry.other_id]
    slots = _not_given(free, _given_times(entry.other_id))
    wish = Meeting(event_id=entry.event_id, is_online=entry.is_online, needs_step_free=entry.needs_step_free)
    slot = next(iter(slots_with_table(wish, slots)), None)
    return slot is not None and _ask(entry, slot, now)


def _is_still_allowed(entry: WaitingListEntry, now: dt.datetime) -> bool:
    """Whether the two can be asked now as at the entry; what can never be again ends the entry."""
    try:
        check_allowed(entry.attendee.event, Activity.ASK)
        check_reachable(entry.attendee, entry.other_id, now)
        check_may_ask(entry.attendee, entry.other, now)
        check_place(entry.event_id, _wish_of(entry))
    except BusinessError as refusal:
        is_apart = isinstance(refusal, (NotFound, NotJoined, GroupsApart))
        if is_apart or (isinstance(refusal, AskedTooOften) and refusal.details.get("is_final")):
            WaitingListEntry.objects.filter(pk=entry.pk).update(state=State.ENDED)
        return False
    return True


def _ask(entry: WaitingListEntry, slot: Slot, now: dt.datetime) -> bool:
    """Write the request, and tell both; False where the time was given to somebody else meanwhile."""
    awake_at = quiet_hours_end(entry.other.person, entry.attendee.event.zone, now) or now
    until = min(awake_at + FREED_TIME_WAITS, slot.starts_at - MIN_NOTICE)
    try:
        with transaction.atomic():
            meeting = write_request(entry.attendee, entry.other, _wish_of(entry, slot), expires_at=until, now=now)
            given = {"meeting": meeting, "period": DateTimeTZRange(slot.starts_at, slot.ends_at)}
            if not WaitingListEntry.objects.waiting().filter(pk=entry.pk).update(state=State.ASKED, **given):
                raise _Overtaken
    except _Overtaken:
        return False
    except (IntegrityError, OperationalError) as error:
        if not violates(error, TIME_CONSTRAINT):
            raise
        return False
    notify(meeting, Notice.Kind.REQUESTED, to=[entry.other_id], now=now, waited=1)
    mail_assistants(entry.other_id, now)
    notify(meeting, Notice.Kind.TIME_FREED, to=[entry.attendee_id], now=now)
    return True


def _wish_of(entry: WaitingListEntry, slot: Slot | None = None) -> MeetingRequestData:
    return MeetingRequestData(
        slot_ids=(slot.pk,) if slot else (),
        message=entry.message,
        theme=entry.theme.key if entry.theme else "",
        is_online=entry.is_online,
        needs_step_free=entry.needs_step_free,
    )


def _given_times(other_id: int) -> list[Period]:
    """The times with this attendee that those who waited were given, and that are not answered."""
    asked = WaitingListEntry.objects.filter(other=other_id, state=State.ASKED)
    return [Period(one.lower, one.upper) for one in asked.values_list("period", flat=True) if one]


def _not_given(slots: Iterable[Slot], given: Collection[Period]) -> list[Slot]:
    return [slot for slot in slots if not any(period.overlaps(slot) for period in given)]
