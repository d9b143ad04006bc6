"""Waiting lists: join one, and leave it."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.rules import MAX_ALTERNATIVES, check_reachable
from backend.booking.services.booking import slot_details
from backend.booking.services.requests import MeetingRequestData, check_may_ask, check_wish
from backend.core.errors import NotFound, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Theme
from backend.events.rules.attendees import check_own, clean_text
from backend.events.rules.states import Activity, is_over
from backend.events.services.locks import lock_attendees
from backend.people.models import Person
from backend.safeguarding.rules import contactable_pairs

TIME_CONSTRAINT = "waiting_list_time_given_once"
State = WaitingListEntry.State


@in_transaction
def join_waiting_list(
    *, attendee: Attendee, other_id: int, data: MeetingRequestData, by: Person, now: dt.datetime
) -> WaitingListEntry:
    """Wait for a time with somebody with whom one has no free time in common; nobody is told.

    Doing it again changes what would be asked, and keeps one's place. `data` names no slots. Refuses
    NotYours, NotOpenYet, NotInThisState, NotFound, NotJoined, GroupsApart, AlreadyAsked, CapReached,
    AskedTooOften, TextTooLong, UnknownTheme, NoSuchPlace, NoOpenSlots and `times_free`.
    """
    check_own(attendee, by, Activity.ASK)
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
    check_own(attendee, by, Activity.TAKE_PART)
    lock_attendees([attendee.pk])
    mine = WaitingListEntry.objects.filter(attendee=attendee, pk=entry_id)
    if not mine.exists():
        raise NotFound(_("You do not wait for anybody by this number, or not any more."))
    mine.waiting().update(state=State.LEFT)


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
