"""Requests to meet: asked and changed; these and proposals: released from slots, and expired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.assistants.services.assistant_mails import mail_assistants
from backend.booking.models.availability import Availability
from backend.booking.models.counter_offers import CounterOffer
from backend.booking.models.meetings import MAX_TIMES, Meeting, MeetingQuerySet, RequestedTime, Seat
from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.rules import (
    ASKER_REQUESTS,
    KEY_LIMIT,
    LIMITS_WINDOW,
    MAX_ALTERNATIVES,
    MESSAGE_LIMIT,
    MIN_NOTICE,
    PAIR_INTERVAL,
    PAIR_REQUESTS,
    REQUEST_EDITS,
    can_see_meeting,
    check_open_request,
    check_reachable,
    expiry_of,
    is_asker,
)
from backend.booking.selectors.availability import common_slots, rules_for
from backend.booking.selectors.meetings import other_id_in, seated_ids
from backend.booking.selectors.tables import place_kinds_for
from backend.booking.services.booking import SlotTaken, slot_details
from backend.booking.services.changes import announce_freed_times
from backend.booking.services.locks import lock_meeting, lock_own_meeting, lock_requests
from backend.booking.services.notices import notify
from backend.core.compiled import CompiledRows
from backend.core.errors import BusinessError, NotFound, NotYours
from backend.core.isolation import for_each
from backend.core.period import overlapping
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Theme
from backend.events.rules.attendees import TextTooLong, check_own, clean_text
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.locks import lock_attendees
from backend.people.models import Person


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
    """The idempotency key was used for a request to somebody else: a mistake of the client."""

    code = "key_reused"


class NoOpenSlots(BusinessError):
    code = "no_open_slots"


class NoSuchPlace(BusinessError):
    """The event has no place of the kind asked for, free or taken."""

    code = "no_such_place"


class CapReached(BusinessError):
    code = "cap_reached"


class AskedTooOften(BusinessError):
    """One person asks, or changes a request, more often than another should have to read."""

    code = "asked_too_often"


class AlreadyAsked(BusinessError):
    """An open request or a meeting to come is between the two: `details["meeting"]`."""

    code = "already_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRequestData:
    """What a request asks for. No slot means any time both are free; an empty theme means none."""

    slot_ids: tuple[int, ...] = ()
    message: str = ""
    theme: str = ""
    is_online: bool = False
    needs_step_free: bool = False


@in_transaction
def request_meeting(
    *, attendee: Attendee, other_id: int, data: MeetingRequestData, key: str = "", by: Person, now: dt.datetime
) -> Meeting:
    """Ask another attendee to meet one to one, at up to three slots or any; no slot is blocked by it.

    With a `key`, asking again gives the first request. Refuses NotYours, NotOpenYet, NotInThisState,
    NotFound (nobody the contact policy allows), NotJoined, BadTimes, TextTooLong, UnknownTheme, NoSuchPlace,
    BadKey, KeyReused, AlreadyAsked, CapReached, AskedTooOften, NoOpenSlots and SlotTaken (a slot that is not
    free for both).
    """
    check_own(attendee, by, Activity.ASK)
    check_key(key)
    lock_attendees([attendee.pk, other_id])
    if key and (first := Meeting.objects.filter(asker=attendee.pk, key=key).first()):
        seated = seated_ids(first.pk)
        if first.kind != Meeting.Kind.ONE_TO_ONE or other_id_in(first, attendee) not in (other_id, 0):
            raise KeyReused(_("This key was used to ask somebody else; every request needs its own."))
        if not can_see_meeting(attendee, seated, now):
            raise NotFound(_("There is no such person at this forum, or you cannot see them."))
        return first
    check_reachable(attendee, other_id, now)
    other = Attendee.objects.get(pk=other_id)
    check_may_ask(attendee, other, now)
    last = _check_data(attendee, other, data, now)
    hours = rules_for(attendee.event_id).expiry_hours
    until = expiry_of(asked_at=now, changed_at=now, last_starts_at=last.starts_at, hours=hours)
    meeting = write_request(attendee, other, data, key=key, expires_at=until, now=now)
    waited = WaitingListEntry.objects.waiting().filter(attendee=attendee, other=other)
    waited.update(state=WaitingListEntry.State.ENDED)
    notify(meeting, Notice.Kind.REQUESTED, to=[other_id], now=now)
    mail_assistants(other_id, now)
    return meeting


def write_request(
    attendee: Attendee,
    other: Attendee,
    data: MeetingRequestData,
    *,
    key: str = "",
    expires_at: dt.datetime,
    now: dt.datetime,
) -> Meeting:
    """Store a checked request of two locked attendees."""
    meeting = Meeting(event_id=attendee.event_id, asker=attendee, key=key, asked_at=now, expires_at=expires_at)
    _apply(meeting, data, now)
    meeting.save()
    parts = {attendee.pk: Seat.Part.ASKER, other.pk: Seat.Part.INVITED}
    Seat.objects.bulk_create(
        Seat(event_id=meeting.event_id, meeting=meeting, attendee_id=pk, part=parts[pk]) for pk in sorted(parts)
    )
    offer_slots(meeting, data.slot_ids)
    return meeting


def check_key(key: str) -> None:
    """Refuse BadKey for a key that cannot be stored as it is."""
    if len(key) > KEY_LIMIT or key != clean_text(key):
        raise BadKey(_("A key is at most %(limit)d characters, without spaces around it.") % {"limit": KEY_LIMIT})


@in_transaction
def edit_request(
    *, attendee: Attendee, meeting_id: int, data: MeetingRequestData, by: Person, now: dt.datetime
) -> Meeting:
    """Change times and words of one's own request until it is answered; the other gets a notice.

    The same again changes nothing. Refuses NotYours, NotFound, AlreadyAnswered, RequestExpired, BadTimes,
    TextTooLong, UnknownTheme, NoSuchPlace, AskedTooOften, NoOpenSlots and SlotTaken.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if not is_asker(attendee, meeting):
        raise NotYours(_("Only who asked can change a request."))
    check_allowed(attendee.event, Activity.ASK)
    check_open_request(meeting, now)
    before = _editable_fields(meeting)
    other = Attendee.objects.get(pk=other_id_in(meeting, attendee))
    last = _check_data(attendee, other, data, now)
    _apply(meeting, data, now)
    offer_slots(meeting, data.slot_ids)
    if _editable_fields(meeting) == before:
        return Meeting.objects.get(pk=meeting.pk)
    _check_edits(meeting, now)
    CounterOffer.objects.overtake(meeting)
    pass_freed_time_on(meeting)
    meeting.expires_at = expiry_of(
        asked_at=meeting.asked_at,
        changed_at=now,
        last_starts_at=last.starts_at,
        hours=rules_for(meeting.event_id).expiry_hours,
    )
    meeting.save()
    notify(meeting, Notice.Kind.CHANGED, to=[other.pk], now=now)
    return meeting


def keep_open(meeting: Meeting, now: dt.datetime, *, last_starts_at: dt.datetime | None = None) -> None:
    """Let a locked request wait as long as one asked now; never shorter than before, and not in the way of
    who waits for its time.

    `last_starts_at`: of the last slot that is offered; by default of those the request offers itself.
    """
    if last_starts_at is None:
        last_starts_at = _last_offered(meeting, now)
    if last_starts_at is None:
        return
    hours = rules_for(meeting.event_id).expiry_hours
    until = expiry_of(asked_at=now, changed_at=now, last_starts_at=last_starts_at, hours=hours)
    meeting.expires_at = max(meeting.expires_at, until)
    pass_freed_time_on(meeting)
    meeting.save(update_fields=["expires_at"])


def _last_offered(meeting: Meeting, now: dt.datetime) -> dt.datetime | None:
    if not meeting.any_time:
        times = RequestedTime.objects.filter(meeting=meeting).select_related("slot")
        return max((time.slot.starts_at for time in times), default=None)
    first, second = seated_ids(meeting.pk)
    free = common_slots(first, [second], after=now + MIN_NOTICE)[second]
    return free[-1].starts_at if free else None


def release_requests(
    *, attendee_ids: Collection[int], starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime
) -> None:
    """Re-offer or end open requests and proposals after a slot closes for one of the two.

    The attendees are no longer free in [starts_at, ends_at). A request keeps its other slots, and the side
    that did not cause the change gets a notice. With none left it offers the next slots both are free (a
    proposal the next one, and who said yes is asked again), or expires where there are none; both get a
    notice then. Whoever said no to a proposal is not told of its times. Requests whose other side left the
    event are for `end_refused_meetings`. The caller has locked the attendees.
    """
    lock_requests(attendee_ids, now)
    closed = Slot.objects.filter(overlapping(starts_at, ends_at)).values("pk")
    for attendee_id in sorted(attendee_ids):
        affected = list(
            Meeting.objects.open_at(now)
            .filter(Q(any_time=True) | Q(times__slot__in=closed), seats__attendee=attendee_id)
            .distinct()
            .order_by("pk")
            .prefetch_related("seats", "times__slot")
        )
        others = {
            request.pk: seat.attendee_id
            for request in affected
            for seat in request.seats.all()
            if seat.attendee_id != attendee_id
        }
        free = common_slots(attendee_id, set(others.values()), after=now + MIN_NOTICE)
        for request in affected:
            if (other_id := others.get(request.pk)) is None:
                continue
            readers = {other_id} - set(attendee_ids)
            _release(request, readers, {attendee_id, other_id}, free[other_id], now)


def _release(request: Meeting, readers: set[int], both: set[int], free: tuple[Slot, ...], now: dt.datetime) -> None:
    free_ids = {slot.pk for slot in free}
    offered = list(request.times.all())
    lost = [time.pk for time in offered if time.slot_id not in free_ids]
    if request.any_time:
        kept = list(free)
    elif not lost:
        return
    else:
        kept = [time.slot for time in offered if time.slot_id in free_ids]
    RequestedTime.objects.filter(pk__in=lost).delete()
    are_new = not kept and bool(free)
    is_proposal = request.state == Meeting.State.PROPOSED
    if are_new:
        kept, readers = list(free[: 1 if is_proposal else MAX_ALTERNATIVES]), both
        request.seats.filter(answer=Seat.Answer.YES).update(answer="")
        RequestedTime.objects.bulk_create(
            RequestedTime(event_id=request.event_id, meeting=request, slot=slot, position=position)
            for position, slot in enumerate(kept, start=1)
        )
    if not kept:
        if _requests_without_result(request) >= PAIR_REQUESTS:  # they could not be asked again
            WaitingListEntry.objects.settle(request)
        again = WaitingListEntry.objects.wait_again(request)
        expire_request(request, now, **({"waits_again": 1} if again else {}))
        return
    if lost:
        WaitingListEntry.objects.settle(request)
    rules = rules_for(request.event_id)
    request.expires_at = expiry_of(
        asked_at=request.asked_at,
        changed_at=now,
        last_starts_at=kept[-1].starts_at if request.any_time else max(slot.starts_at for slot in kept),
        hours=rules.proposal_hours if is_proposal else rules.expiry_hours,
    )
    request.save(update_fields=["expires_at"])
    if lost:
        readers -= {seat.attendee_id for seat in request.seats.all() if seat.answer == Seat.Answer.NO}
        times = [slot.starts_at.isoformat() for slot in kept]
        notify(request, Notice.Kind.TIME_TAKEN, to=readers, now=now, slots=times, are_new=are_new)


def _requests_without_result(request: Meeting) -> int:
    """How often the asker has asked the same person without a result, with this request."""
    invited = Seat.objects.filter(meeting=request, part=Seat.Part.INVITED).values("attendee")
    asked = Meeting.objects.without_result().filter(event=request.event_id, asker=request.asker_id)
    return asked.filter(asker__isnull=False, seats__attendee__in=invited).count()


def expire_requests(*, now: dt.datetime) -> int:
    """Expire every request and proposal that is open at its deadline, notify both, return their number.

    A proposal that somebody said no to, or that was withdrawn, ends here as well. For a job.
    """

    def end(meeting: Meeting) -> bool:
        if meeting.state not in Meeting.OPEN_STATES or meeting.expires_at > now:
            return False
        expire_request(meeting, now)
        return True

    due = Meeting.objects.unsettled().filter(expires_at__lte=now)
    return end_each("booking.expire_requests", due, end)


def expire_request(meeting: Meeting, now: dt.datetime, **facts: int) -> None:
    """Expire one locked request or proposal, with a notice of these facts to both."""
    meeting.state = Meeting.State.EXPIRED
    meeting.answered_at = meeting.changed_at = now
    meeting.save(update_fields=["state", "answered_at", "changed_at"])
    if pass_freed_time_on(meeting):
        facts["waited"] = 1
    notify(meeting, Notice.Kind.EXPIRED, to=seated_ids(meeting.pk), now=now, **facts)


def pass_freed_time_on(meeting: Meeting) -> bool:
    """What was given to the one who waited longest is over, or no longer as given: the next one's turn.

    False where the request was never on a waiting list.
    """
    was_given = WaitingListEntry.objects.settle(meeting)
    announce_freed_times(meeting.event_id, seated_ids(meeting.pk))
    return was_given


def end_each(step: str, meetings: QuerySet[Meeting], end: Callable[[Meeting], bool]) -> int:
    """Lock these meetings one by one, each in its own transaction; `end` checks again and ends it.

    Gives the number of those ended. One that fails is counted under this step, and the others go on.
    """

    @in_transaction
    def end_one(meeting_id: int) -> bool:
        return end(lock_meeting(meeting_id))

    return sum(for_each(step, list(meetings.order_by("pk").values_list("pk", flat=True)), end_one))


def check_may_ask(attendee: Attendee, other: Attendee, now: dt.datetime) -> None:
    """Refuse AlreadyAsked, CapReached and AskedTooOften; a wait for a time counts in the cap."""
    _check_pair(attendee, other, now)
    cap = rules_for(attendee.event_id).open_requests
    waits_for = WaitingListEntry.objects.waiting().filter(attendee=attendee).exclude(other=other)
    if Meeting.objects.open_at(now).filter(asker=attendee.pk).count() + waits_for.count() >= cap:
        raise CapReached(
            ngettext(
                "You have %(count)d request waiting for an answer, the most this forum allows. "
                "Withdraw it, or wait: every answer makes room for another.",
                "You have %(count)d requests waiting for an answer, the most this forum allows. "
                "Withdraw one, or wait: every answer makes room for another.",
                cap,
            )
            % {"count": cap},
            cap=cap,
        )
    _check_frequency(attendee, other, max(ASKER_REQUESTS, 2 * cap), now)


def _check_pair(attendee: Attendee, other: Attendee, now: dt.datetime) -> None:
    """Refuse AlreadyAsked while an open request or a meeting to come is between the two."""
    between = meeting_between(attendee.pk, other.pk, now)
    if between is None:
        return
    if between.state == Meeting.State.PROPOSED:
        sentence = _("The organisers proposed that you two meet: answer there.")
    elif between.state != Meeting.State.REQUESTED:
        sentence = _("You two have a meeting already.")
    elif is_asker(attendee, between):
        sentence = _("You have asked this person already; you can change that request until it is answered.")
    else:
        sentence = _("This person has asked you already: answer that request.")
    raise AlreadyAsked(sentence, meeting=between.pk)


def meeting_between(attendee_id: int, other_id: int, now: dt.datetime) -> Meeting | None:
    """The open request or proposal between the two, or else their meeting to come."""
    for written in (_open_between, _agreed_between):
        for meeting in written.fetch(attendee=attendee_id, other=other_id, now=now):
            return meeting
    return None


def _of_both(attendee: int, other: int) -> MeetingQuerySet:
    both = Meeting.objects.exclude(kind__in=(Meeting.Kind.OFFICE_HOURS, Meeting.Kind.ROUND))
    of_other = Meeting.objects.filter(seats__attendee=other).values("pk")
    return both.filter(seats__attendee=attendee).filter(pk__in=of_other).order_by("pk")


def _open_of_both(attendee: int, other: int, now: dt.datetime) -> MeetingQuerySet:
    return _of_both(attendee, other).open_at(now)[:1]


def _agreed_of_both(attendee: int, other: int, now: dt.datetime) -> MeetingQuerySet:
    return _of_both(attendee, other).to_come(now)[:1]


_some_time = dt.datetime.min.replace(tzinfo=dt.UTC)
_open_between = CompiledRows(_open_of_both, attendee=-1, other=-2, now=_some_time)
_agreed_between = CompiledRows(_agreed_of_both, attendee=-1, other=-2, now=_some_time)


def _check_frequency(attendee: Attendee, other: Attendee, a_day: int, now: dt.datetime) -> None:
    """Refuse AskedTooOften where the other, or all others, were asked as often as one may ask in vain."""
    asked = Meeting.objects.without_result().filter(event=attendee.event_id, asker=attendee)
    of_other = asked.filter(seats__attendee=other)
    if of_other.count() >= PAIR_REQUESTS:
        raise AskedTooOften(
            _("You have asked this person %(count)d times, the most one may at a forum. They can still ask you.")
            % {"count": PAIR_REQUESTS},
            is_final=True,
        )
    if of_other.filter(asked_at__gt=now - PAIR_INTERVAL).exists():
        raise AskedTooOften(_("You asked this person less than an hour ago. Please wait an hour before you ask again."))
    if asked.filter(asked_at__gt=now - LIMITS_WINDOW).count() >= a_day:
        raise AskedTooOften(
            _("You have asked %(count)d times in 24 hours, the most one may. Please ask again tomorrow.")
            % {"count": a_day}
        )


def _check_edits(meeting: Meeting, now: dt.datetime) -> None:
    """Refuse AskedTooOften where the request was changed as often as it may be in a day."""
    changes = Notice.objects.filter(meeting=meeting, kind=Notice.Kind.CHANGED)
    if changes.filter(created_at__gt=now - LIMITS_WINDOW).count() >= REQUEST_EDITS:
        raise AskedTooOften(
            _(
                "You have changed this request %(count)d times in 24 hours, the most one may. "
                "Please wait for the answer, or withdraw it."
            )
            % {"count": REQUEST_EDITS}
        )


def _check_data(attendee: Attendee, other: Attendee, data: MeetingRequestData, now: dt.datetime) -> Slot:
    """The last slot in which the two could meet as asked; refuses what `request_meeting` refuses."""
    if len(data.slot_ids) > MAX_TIMES or len(set(data.slot_ids)) < len(data.slot_ids):
        raise BadTimes(_("Offer one to %(limit)d different times, or any time.") % {"limit": MAX_TIMES})
    check_known_slots(attendee.event_id, data.slot_ids)
    free = check_wish(attendee, other, data, now)
    wanted = [slot for slot in free if not data.slot_ids or slot.pk in data.slot_ids]
    if not wanted or len(wanted) < len(data.slot_ids):
        sentence = (
            _("One of these times is not free for you both. Please choose others.")
            if data.slot_ids
            else _("There is no time for which you both are free. Open more times, and try again.")
        )
        raise SlotTaken(
            sentence, alternatives=slot_details(free[:MAX_ALTERNATIVES]), **({} if free else {"can_wait": True})
        )
    return wanted[-1]


def check_wish(attendee: Attendee, other: Attendee, data: MeetingRequestData, now: dt.datetime) -> tuple[Slot, ...]:
    """The slots free for both; refuses TextTooLong, UnknownTheme, NoSuchPlace and NoOpenSlots."""
    if len(clean_text(data.message)) > MESSAGE_LIMIT:
        raise TextTooLong(
            _("Please keep the message under %(limit)s characters.") % {"limit": f"{MESSAGE_LIMIT:,}"}, field="message"
        )
    if data.theme and not Theme.objects.filter(event=attendee.event_id, key=data.theme).exists():
        raise UnknownTheme(
            _("This event has no theme “%(theme)s”. Choose one of its themes.") % {"theme": data.theme[:60]},
            theme=data.theme,
        )
    check_place(attendee.event_id, data)
    if not Availability.objects.filter(attendee=other, slot__starts_at__gt=now).exists():
        raise NoOpenSlots(
            _(
                "This person has opened no time for meetings, so they cannot be asked yet. Tell them on "
                "their page that you would like to meet."
            ),
            other=other.pk,
        )
    return common_slots(attendee.pk, [other.pk], after=now + MIN_NOTICE)[other.pk]


def check_known_slots(event_id: int, slot_ids: Collection[int]) -> None:
    """Refuse BadTimes where one of these is no slot of the event."""
    if Slot.objects.filter(event=event_id, pk__in=slot_ids).count() < len(slot_ids):
        raise BadTimes(
            _("One of these times is not a meeting slot of this forum. Load the page again and choose others.")
        )


def check_place(event_id: int, data: MeetingRequestData) -> None:
    """Refuse NoSuchPlace where the event has no place of the kind asked for, free or taken."""
    kinds = place_kinds_for(event_id)
    if not kinds.table and not kinds.online:
        raise NoSuchPlace(_("This forum has no tables or online rooms yet, so nobody can be asked to meet."))
    if data.is_online and not kinds.online:
        raise NoSuchPlace(_("This forum has no online room. Please ask to meet at a table."))
    if not data.is_online and not kinds.table:
        raise NoSuchPlace(_("This forum has online rooms only. Please ask to meet online."))
    if data.needs_step_free and not data.is_online and not kinds.step_free:
        raise NoSuchPlace(_("This forum has no table without steps. Please tell its organisers that you need one."))


def _apply(meeting: Meeting, data: MeetingRequestData, now: dt.datetime) -> None:
    """Set the meeting's fields, unsaved; the slots are stored by `offer_slots`."""
    meeting.message = clean_text(data.message)
    meeting.theme = Theme.objects.filter(event=meeting.event_id, key=data.theme).first() if data.theme else None
    meeting.any_time = not data.slot_ids
    meeting.is_online, meeting.needs_step_free = data.is_online, data.needs_step_free
    meeting.changed_at = now


def offer_slots(meeting: Meeting, slot_ids: tuple[int, ...]) -> None:
    """Make the request offer exactly these slots, in this order."""
    RequestedTime.objects.filter(meeting=meeting).delete()
    RequestedTime.objects.bulk_create(
        RequestedTime(event_id=meeting.event_id, meeting=meeting, slot_id=slot_id, position=position)
        for position, slot_id in enumerate(slot_ids, start=1)
    )


def _editable_fields(meeting: Meeting) -> tuple[object, ...]:
    """All that `edit_request` can change."""
    times = RequestedTime.objects.filter(meeting=meeting).values_list("slot_id", flat=True)
    return (
        meeting.message,
        meeting.theme_id,
        meeting.any_time,
        meeting.is_online,
        meeting.needs_step_free,
        tuple(times),
    )
