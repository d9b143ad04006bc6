"""Other times instead: offered, taken, refused, withdrawn. Of a request, or to move an agreed meeting."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.counter_offers import CounterOffer, CounterOfferTime
from backend.booking.models.meetings import MAX_TIMES, Meeting, RequestedTime
from backend.booking.models.notices import Notice
from backend.booking.rules import (
    LIMITS_WINDOW,
    MAX_ALTERNATIVES,
    MIN_NOTICE,
    REQUEST_EDITS,
    AlreadyAnswered,
    TooLate,
    check_cancellable,
    check_open_request,
    is_asker,
)
from backend.booking.selectors.availability import common_slots
from backend.booking.selectors.meetings import other_id_in
from backend.booking.services.booking import SlotTaken, book_meeting, slot_details, slot_taken
from backend.booking.services.locks import lock_own_meeting
from backend.booking.services.moving import rebook
from backend.booking.services.notices import notify
from backend.booking.services.requests import AskedTooOften, BadTimes, check_known_slots, keep_open, release_requests
from backend.core.errors import NotYours, Refused
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.rules.states import Activity, check_allowed
from backend.people.models import Person


@in_transaction
def make_counter_offer(
    *, attendee: Attendee, meeting_id: int, slot_ids: tuple[int, ...], by: Person, now: dt.datetime
) -> Meeting:
    """Offer one to three other times: instead of those one was asked for, or of the time agreed.

    Nothing changes until the other takes one of them; a request stays open so long. A later offer replaces
    one's own earlier one, and the same again changes nothing. Refuses NotYours (who asked changes the request
    itself), NotFound, AlreadyAnswered, RequestExpired, TooLate, `counter_offer_waits`, BadTimes, SlotTaken
    and AskedTooOften.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    check_allowed(attendee.event, Activity.ASK)
    _check_can_counter(meeting, attendee, now)
    earlier = CounterOffer.objects.open_at(now).filter(meeting=meeting).first()
    if earlier is not None and earlier.made_by_id != attendee.pk:
        raise Refused(
            "counter_offer_waits", _("The other has offered times. Take one of them, or say that none suits.")
        )
    last = _check_times(meeting, attendee, slot_ids, now)
    if earlier is not None and {time.slot_id for time in earlier.times.all()} == set(slot_ids):
        return meeting
    _check_frequency(meeting, attendee, now)
    _close(earlier, CounterOffer.State.WITHDRAWN)
    CounterOffer.objects.overtake(meeting)  # one that ran out
    offer = CounterOffer.objects.create(event_id=meeting.event_id, meeting=meeting, made_by=attendee, made_at=now)
    CounterOfferTime.objects.bulk_create(
        CounterOfferTime(event_id=meeting.event_id, counter_offer=offer, slot_id=slot_id, position=position)
        for position, slot_id in enumerate(slot_ids, start=1)
    )
    if meeting.state == Meeting.State.REQUESTED:
        keep_open(meeting, now, last_starts_at=last.starts_at)
    notify(meeting, Notice.Kind.COUNTERED, to=[other_id_in(meeting, attendee)], now=now)
    return meeting


@in_transaction
def take_counter_offer(*, attendee: Attendee, meeting_id: int, slot_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Meet at one of the times the other offered: the request is agreed then, or the meeting moves.

    A meeting keeps its place where that is free, and its old time until the new one is taken. Taking the same
    again gives the same meeting. Refuses NotYours, NotFound, `no_counter_offer`, `not_offered`, SlotTaken and
    NoTableFree; nothing is stored then.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if meeting.state == Meeting.State.ACCEPTED and meeting.slot_id == slot_id:
        return meeting
    check_allowed(attendee.event, Activity.ASK)
    offer = _offer_to(attendee, meeting, now)
    if not any(time.slot_id == slot_id for time in offer.times.all()):
        raise Refused(
            "not_offered",
            _("This time is not among those that are offered. Choose one of them."),
            slot=slot_id,
            status=400,
        )
    other_id = other_id_in(meeting, attendee)
    slot = next((one for one in _common(attendee, other_id, now) if one.pk == slot_id), None)
    if slot is None:
        raise slot_taken(meeting, now)
    _close(offer, CounterOffer.State.TAKEN)
    if meeting.state == Meeting.State.ACCEPTED:
        rebook(meeting, slot, meeting.table, now, by_agreement=True)
        return meeting
    both = [attendee.pk, other_id]
    book_meeting(meeting=meeting, slot=slot, now=now)
    release_requests(attendee_ids=both, starts_at=slot.starts_at, ends_at=slot.ends_at, now=now)
    notify(meeting, Notice.Kind.ACCEPTED, to=both, now=now)
    return meeting


@in_transaction
def refuse_counter_offer(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Say that none of the times offered suits, which the other is told; the meeting stays as it was.

    Refuses NotYours, NotFound and `no_counter_offer`.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    _close(_offer_to(attendee, meeting, now), CounterOffer.State.REFUSED)
    notify(meeting, Notice.Kind.COUNTER_REFUSED, to=[other_id_in(meeting, attendee)], now=now)
    return meeting


@in_transaction
def withdraw_counter_offer(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Take back the times one offered; again it changes nothing. Refuses NotYours and NotFound."""
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    own = CounterOffer.objects.open_at(now).filter(meeting=meeting, made_by=attendee).first()
    _close(own, CounterOffer.State.WITHDRAWN)
    return meeting


def _check_can_counter(meeting: Meeting, attendee: Attendee, now: dt.datetime) -> None:
    if meeting.state == Meeting.State.ACCEPTED:
        check_cancellable(meeting, now)
        if meeting.period.lower <= now:
            raise TooLate(_("This meeting has begun, so it stays where it is."))
        return
    check_open_request(meeting, now)
    if meeting.state == Meeting.State.PROPOSED:
        raise AlreadyAnswered(
            _("The organisers proposed this meeting: say yes or no. Once it is agreed you can offer other times."),
            state=meeting.state,
        )
    if is_asker(attendee, meeting):
        raise NotYours(_("This request is yours: change its times instead."))


def _check_times(meeting: Meeting, attendee: Attendee, slot_ids: tuple[int, ...], now: dt.datetime) -> Slot:
    """The last of these slots; refuses BadTimes and SlotTaken."""
    if not 1 <= len(slot_ids) <= MAX_TIMES or len(set(slot_ids)) < len(slot_ids):
        raise BadTimes(_("Offer one to %(limit)d different times.") % {"limit": MAX_TIMES})
    check_known_slots(meeting.event_id, slot_ids)
    asked_for = RequestedTime.objects.filter(meeting=meeting, slot__in=slot_ids)
    if meeting.state == Meeting.State.REQUESTED and (meeting.any_time or asked_for.exists()):
        raise BadTimes(_("The request offers one of these times already: accept it instead."))
    free = _common(attendee, other_id_in(meeting, attendee), now)
    wanted = [slot for slot in free if slot.pk in slot_ids]
    if len(wanted) < len(slot_ids):
        raise SlotTaken(
            _("One of these times is not free for you both. Please choose others."),
            alternatives=slot_details(free[:MAX_ALTERNATIVES]),
        )
    return wanted[-1]


def _common(attendee: Attendee, other_id: int, now: dt.datetime) -> tuple[Slot, ...]:
    return common_slots(attendee.pk, [other_id], after=now + MIN_NOTICE)[other_id]


def _check_frequency(meeting: Meeting, attendee: Attendee, now: dt.datetime) -> None:
    made = CounterOffer.objects.filter(meeting=meeting, made_by=attendee, made_at__gt=now - LIMITS_WINDOW)
    if made.count() >= REQUEST_EDITS:
        raise AskedTooOften(
            _(
                "You have offered the other new times %(count)d times in 24 hours, the most one may. "
                "Please wait for the answer."
            )
            % {"count": REQUEST_EDITS}
        )


def _offer_to(attendee: Attendee, meeting: Meeting, now: dt.datetime) -> CounterOffer:
    """The open offer of the other; refuses `no_counter_offer`."""
    offers = CounterOffer.objects.open_at(now).filter(meeting=meeting).exclude(made_by=attendee)
    offer = offers.prefetch_related("times").first()
    if offer is None:
        raise Refused("no_counter_offer", _("No other times are offered here any more. The page shows how it stands."))
    return offer


def _close(offer: CounterOffer | None, state: CounterOffer.State) -> None:
    if offer is not None:
        offer.state = state
        offer.save(update_fields=["state"])
