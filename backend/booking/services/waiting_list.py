"""Waiting lists: join one, leave it, and what falls free offered to the first whose times fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from backend.assistants.services.assistant_mails import mail_assistants
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.rules import (
    FREED_TIME_WAITS,
    MAX_ALTERNATIVES,
    MIN_NOTICE,
    GroupsApart,
    NotJoined,
    check_reachable,
)
from backend.booking.selectors.availability import common_slots
from backend.booking.selectors.tables import slots_with_table
from backend.booking.services.booking import slot_details, violates
from backend.booking.services.freed_times import OFFER_FREED_TIMES
from backend.booking.services.notices import notify
from backend.booking.services.requests import (
    AskedTooOften,
    MeetingRequestData,
    check_may_ask,
    check_place,
    check_wish,
    write_request,
)
from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.isolation import for_each
from backend.core.period import Period
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Theme
from backend.events.rules.attendees import check_own, clean_text
from backend.events.rules.states import Doing, check_allowed, is_over
from backend.events.services.locks import lock_attendees
from backend.people.models import Person
from backend.people.rules import quiet_hours_end
from backend.safeguarding.rules import contactable_pairs

TIME_CONSTRAINT = "waiting_list_time_given_once"
State = WaitingListEntry.State


class _Overtaken(Exception):
    """The entry became a request, or ended, while this one was written."""


@in_transaction
def join_waiting_list(
    *, attendee: Attendee, other_id: int, data: MeetingRequestData, by: Person, now: dt.datetime
) -> WaitingListEntry:
    """Wait for a time with somebody with whom one has no free time in common; nobody is told.

    Doing it again changes what would be asked, and keeps one's place. `data` names no slots. Refuses
    NotYours, NotOpenYet, NotInThisState, NotFound, NotJoined, GroupsApart, AlreadyAsked, CapReached,
    AskedTooOften, TextTooLong, UnknownTheme, NoSuchPlace, NoOpenSlots and `times_free`.
    """
    check_own(attendee, by, Doing.ASK)
    lock_attendees([attendee.pk, other_id])
    check_reachable(attendee, other_id, now)
    other = Attendee.objects.get(pk=other_id)
    check_may_ask(attendee, other, now)
    if free := check_wish(attendee, other, data, now):
        raise Refused(
            "times_free",
            _("You two have a free time in common now: ask for it instead of waiting."),
            alternatives=slot_details(free[:MAX_ALTERNATIVES]),
            other=other.pk,
        )
    theme = Theme.objects.filter(event=attendee.event_id, key=data.theme).first() if data.theme else None
    entry, _is_new = WaitingListEntry.objects.update_or_create(
        event_id=attendee.event_id,
        attendee=attendee,
        other=other,
        state=State.WAITING,
        defaults={
            "message": clean_text(data.message),
            "theme": theme,
            "is_online": data.is_online,
            "needs_step_free": data.needs_step_free,
        },
        create_defaults={
            "message": clean_text(data.message),
            "theme": theme,
            "is_online": data.is_online,
            "needs_step_free": data.needs_step_free,
            "created_at": now,
        },
    )
    return entry


@in_transaction
def leave_waiting_list(*, attendee: Attendee, entry_id: int, by: Person) -> None:
    """Wait no longer; again it changes nothing. A request it became stays: withdraw that.

    Refuses NotYours and NotFound.
    """
    check_own(attendee, by, Doing.TAKE_PART)
    lock_attendees([attendee.pk])
    mine = WaitingListEntry.objects.filter(attendee=attendee, pk=entry_id)
    if not mine.exists():
        raise NotFound(_("You do not wait for anybody by this number, or not any more."))
    mine.waiting().update(state=State.LEFT)


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


def end_refused_waiting(*, now: dt.datetime) -> int:
    """End the entries of two whom the contact policy parts, and of events that are over. For a job."""
    waiting: dict[int, dict[int, tuple[int, int]]] = {}
    for entry in WaitingListEntry.objects.waiting():
        waiting.setdefault(entry.event_id, {})[entry.pk] = (entry.attendee_id, entry.other_id)
    ended: set[int] = set()
    for event in Event.objects.filter(pk__in=waiting):
        pairs = waiting[event.pk]
        allowed = set() if is_over(event, now) else contactable_pairs(event.pk, pairs.values(), "meeting")
        ended.update(pk for pk, pair in pairs.items() if pair not in allowed)
    return WaitingListEntry.objects.waiting().filter(pk__in=ended).update(state=State.ENDED)


def _offer_times_of(other_id: int, now: dt.datetime) -> int:
    """Go through the list of one attendee, the first who came first."""
    queue = list(
        WaitingListEntry.objects.waiting().filter(other=other_id).in_turn().values_list("pk", "attendee")
    )
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
        check_allowed(entry.attendee.event, Doing.ASK)
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
            meeting = write_request(
                entry.attendee, entry.other, _wish_of(entry, slot), expires_at=until, now=now
            )
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
