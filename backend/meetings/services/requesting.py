"""Asking somebody to meet, and changing what was asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from backend.core.errors import BusinessError, NotFound, NotYours
from backend.events.models import Attendee, Slot, Theme
from backend.events.services import TextTooLong, clean_text
from backend.meetings.models import Availability, Meeting, Notice, RequestedTime, Seat
from backend.meetings.models.meeting import MOST_TIMES
from backend.meetings.notices import tell
from backend.meetings.rules import (
    ALTERNATIVES,
    LAST_MINUTE,
    common_slots,
    expiry_of,
    is_asker,
    may_see,
    places_of,
    rules_for,
)
from backend.meetings.services.answering import check_waiting
from backend.meetings.services.booking import SlotTaken, slots_said
from backend.meetings.services.locking import check_own, lock_attendees, lock_own_meeting, other_in
from backend.people.models import Person
from backend.safeguarding.rules import may_contact

MESSAGE_LIMIT = 1_000
KEY_LIMIT = 64


class BadTimes(BusinessError):
    code = "bad_times"
    status = 400


class UnknownTheme(BusinessError):
    code = "unknown_theme"
    status = 400


class BadKey(BusinessError):
    code = "bad_key"
    status = 400


class KeyReused(BusinessError):
    """The key was used for a request to somebody else: a mistake of the client, not a repetition."""

    code = "key_reused"


class NoOpenSlots(BusinessError):
    code = "no_open_slots"


class NoSuchPlace(BusinessError):
    """The forum has no place of the kind asked for at all, free or taken."""

    code = "no_such_place"


class CapReached(BusinessError):
    code = "cap_reached"


class AlreadyAsked(BusinessError):
    """One of the two has asked already, or they have agreed; `details["meeting"]` says where."""

    code = "already_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a request asks for. No slot means any time both are free; an empty theme means none."""

    slot_ids: tuple[int, ...] = ()
    message: str = ""
    theme: str = ""
    is_online: bool = False
    needs_step_free: bool = False


@transaction.atomic
def request_meeting(
    *, attendee: Attendee, other_id: int, wish: Wish, key: str = "", by: Person, now: dt.datetime
) -> Meeting:
    """Ask another attendee to meet one to one, at up to three times or any; nobody's time is blocked by it.

    With a `key`, asking again gives the meeting the first one made. Refuses NotYours, NotFound (nobody the
    contact policy allows), BadTimes, TextTooLong, UnknownTheme, NoSuchPlace, BadKey, KeyReused, AlreadyAsked,
    CapReached, NoOpenSlots and SlotTaken (a time that is not free for both).
    """
    meeting, is_new = open_request(attendee=attendee, other_id=other_id, wish=wish, key=key, by=by, now=now)
    if is_new:
        tell(meeting, Notice.Kind.REQUESTED, to=[other_id], now=now)
    return meeting


def open_request(
    *, attendee: Attendee, other_id: int, wish: Wish, key: str, by: Person, now: dt.datetime
) -> tuple[Meeting, bool]:
    """A request as `request_meeting` makes it, told to nobody yet, and whether it is new.

    Holds both diaries until the transaction ends; refuses what `request_meeting` refuses.
    """
    check_own(attendee, by)
    if len(key) > KEY_LIMIT or key != clean_text(key):
        raise BadKey(f"A key is at most {KEY_LIMIT} characters, without spaces around it.")
    lock_attendees([attendee.pk, other_id])
    if key and (first := Meeting.objects.filter(asker=attendee.pk, key=key).first()):
        if other_in(first, attendee) not in (other_id, 0):
            raise KeyReused("This key was used to ask somebody else; every request needs its own.")
        if not may_see(attendee, first, now):
            raise NotFound("There is no such person at this forum, or you cannot see them.")
        return first, False
    other = Attendee.objects.filter(pk=other_id, event=attendee.event_id).first()
    if other is None or not may_contact(attendee, other, "meeting", now):
        raise NotFound("There is no such person at this forum, or you cannot see them.")
    rules = rules_for(attendee.event_id)
    _check_pair(attendee, other, now)
    if Meeting.objects.open_at(now).filter(asker=attendee.pk).count() >= rules.open_requests:
        raise CapReached(
            f"You have {rules.open_requests} requests waiting for an answer, the most this forum allows. "
            "Withdraw one, or wait: every answer makes room for another.",
            cap=rules.open_requests,
        )
    last = _check_wish(attendee, other, wish, now)
    meeting = Meeting(event_id=attendee.event_id, asker=attendee, key=key, asked_at=now)
    _apply(meeting, wish, now)
    meeting.expires_at = expiry_of(
        asked_at=now, changed_at=now, last_starts_at=last.starts_at, hours=rules.expiry_hours
    )
    meeting.save()
    parts = {attendee.pk: Seat.Part.ASKER, other.pk: Seat.Part.INVITED}
    Seat.objects.bulk_create(
        Seat(event_id=meeting.event_id, meeting=meeting, attendee_id=pk, part=parts[pk])
        for pk in sorted(parts)
    )
    _offer(meeting, wish.slot_ids)
    return meeting, True


@transaction.atomic
def edit_request(*, attendee: Attendee, meeting_id: int, wish: Wish, by: Person, now: dt.datetime) -> Meeting:
    """Change times and words of one's own request until it is answered; the other is told of each change.

    The same again changes nothing and tells nobody. Refuses NotYours, NotFound, AlreadyAnswered,
    RequestExpired, BadTimes, TextTooLong, UnknownTheme, NoSuchPlace, NoOpenSlots and SlotTaken.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if not is_asker(attendee, meeting):
        raise NotYours("Only who asked can change a request.")
    check_waiting(meeting, now)
    before = _said(meeting)
    other = Attendee.objects.get(pk=other_in(meeting, attendee))
    last = _check_wish(attendee, other, wish, now)
    _apply(meeting, wish, now)
    _offer(meeting, wish.slot_ids)
    if _said(meeting) == before:
        return Meeting.objects.get(pk=meeting.pk)
    meeting.expires_at = expiry_of(
        asked_at=meeting.asked_at,
        changed_at=now,
        last_starts_at=last.starts_at,
        hours=rules_for(meeting.event_id).expiry_hours,
    )
    meeting.save()
    tell(meeting, Notice.Kind.CHANGED, to=[other.pk], now=now)
    return meeting


def _check_pair(attendee: Attendee, other: Attendee, now: dt.datetime) -> None:
    """Refuse AlreadyAsked while a request or a meeting to come is between the two."""
    between = Meeting.objects.of(attendee).filter(pk__in=Meeting.objects.of(other).values("pk"))
    if waiting := between.open_at(now).first():
        sentence = (
            "You have asked this person already; you can change that request until it is answered."
            if is_asker(attendee, waiting)
            else "This person has asked you already: answer that request."
        )
        raise AlreadyAsked(sentence, meeting=waiting.pk)
    if agreed := between.to_come(now).first():
        raise AlreadyAsked("You two have a meeting already.", meeting=agreed.pk)


def _check_wish(attendee: Attendee, other: Attendee, wish: Wish, now: dt.datetime) -> Slot:
    """The last slot the wish could come true in; refuses what it cannot be."""
    if len(wish.slot_ids) > MOST_TIMES or len(set(wish.slot_ids)) < len(wish.slot_ids):
        raise BadTimes(f"Offer one to {MOST_TIMES} different times, or any time.")
    if len(clean_text(wish.message)) > MESSAGE_LIMIT:
        raise TextTooLong(f"Please keep the message under {MESSAGE_LIMIT:,} characters.", field="message")
    if wish.theme and not Theme.objects.filter(event=attendee.event_id, key=wish.theme).exists():
        raise UnknownTheme(f"This event has no theme “{wish.theme[:60]}”.", theme=wish.theme)
    known = Slot.objects.filter(event=attendee.event_id, pk__in=wish.slot_ids).count()
    if known < len(wish.slot_ids):
        raise BadTimes("One of these times is not a meeting slot of this forum.")
    _check_place(attendee.event_id, wish)
    if not Availability.objects.filter(attendee=other, slot__starts_at__gt=now).exists():
        raise NoOpenSlots("This person has opened no time for meetings, so they cannot be asked yet.")
    free = common_slots(attendee.pk, [other.pk], after=now + LAST_MINUTE)[other.pk]
    wanted = [slot for slot in free if not wish.slot_ids or slot.pk in wish.slot_ids]
    if not wanted or len(wanted) < len(wish.slot_ids):
        sentence = (
            "One of these times is not free for you both. Please choose others."
            if wish.slot_ids
            else "There is no time for which you both are free. Open more times, and try again."
        )
        raise SlotTaken(sentence, alternatives=slots_said(free[:ALTERNATIVES]))
    return wanted[-1]


def _check_place(event_id: int, wish: Wish) -> None:
    """Refuse NoSuchPlace where the event has no place of the kind asked for; one that is taken may be free
    again, one that does not exist may not."""
    places = places_of(event_id)
    if not places.table and not places.online:
        raise NoSuchPlace("This forum has no tables or online rooms yet, so nobody can be asked to meet.")
    if wish.is_online and not places.online:
        raise NoSuchPlace("This forum has no online room. Please ask to meet at a table.")
    if not wish.is_online and not places.table:
        raise NoSuchPlace("This forum has online rooms only. Please ask to meet online.")
    if wish.needs_step_free and not wish.is_online and not places.step_free:
        raise NoSuchPlace(
            "This forum has no table without steps. Please tell its organisers that you need one."
        )


def _apply(meeting: Meeting, wish: Wish, now: dt.datetime) -> None:
    """Write the wish into the row, unsaved; the times are kept by `_offer`."""
    meeting.message = clean_text(wish.message)
    meeting.theme = (
        Theme.objects.filter(event=meeting.event_id, key=wish.theme).first() if wish.theme else None
    )
    meeting.any_time = not wish.slot_ids
    meeting.is_online, meeting.needs_step_free = wish.is_online, wish.needs_step_free
    meeting.changed_at = now


def _offer(meeting: Meeting, slot_ids: tuple[int, ...]) -> None:
    """Make the request offer exactly these slots, in this order."""
    RequestedTime.objects.filter(meeting=meeting).delete()
    RequestedTime.objects.bulk_create(
        RequestedTime(event_id=meeting.event_id, meeting=meeting, slot_id=slot_id, position=position)
        for position, slot_id in enumerate(slot_ids, start=1)
    )


def _said(meeting: Meeting) -> tuple[object, ...]:
    """All that a change can change."""
    times = RequestedTime.objects.filter(meeting=meeting).values_list("slot_id", flat=True)
    return (
        meeting.message,
        meeting.theme_id,
        meeting.any_time,
        meeting.is_online,
        meeting.needs_step_free,
        tuple(times),
    )
