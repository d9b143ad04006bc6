"""Office hours: one slot for up to eight who asked the same; one accept for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from backend.booking.models.counter_offers import CounterOffer
from backend.booking.models.meetings import MAX_GUESTS, Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.rules import (
    TooLate,
    can_see_meeting,
    check_cancellable,
    check_open_request,
    clean_cancel_reason,
    seated_together,
)
from backend.booking.selectors.availability import common_slots
from backend.booking.selectors.meetings import seated_ids
from backend.booking.selectors.tables import free_tables
from backend.booking.services.booking import SEAT_CONSTRAINT, NoTableFree, SlotTaken, violates
from backend.booking.services.changes import announce_freed_times
from backend.booking.services.locks import lock_requests
from backend.booking.services.notices import notify
from backend.booking.services.requests import (
    BadTimes,
    KeyReused,
    UnknownTheme,
    check_key,
    check_known_slots,
    end_each,
    pass_freed_time_on,
    release_requests,
)
from backend.core.errors import NotFound, Refused
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Theme
from backend.events.rules.attendees import TextTooLong, check_own, clean_text
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_attendees
from backend.groups.selectors.office_hours import guest_ids, is_free_at, suits_guest
from backend.groups.services.places import cancel_locked_group, new_seat, save_at_table, take_first_place
from backend.outcomes.services.arrivals import store_arrival
from backend.people.models import Person

ABOUT_LIMIT = 120
FEWEST = 2  # guests to begin with: one alone is a meeting of two


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHourData:
    """What a host opens: the requests (meeting ids) that it answers, the slot, and what it is about.

    `theme` is a theme's key, or empty.
    """

    request_ids: tuple[int, ...]
    slot_id: int
    about: str
    theme: str = ""
    is_online: bool = False


@in_transaction
def open_office_hour(
    *, attendee: Attendee, data: OfficeHourData, key: str = "", by: Person, now: dt.datetime
) -> Meeting:
    """Answer up to eight requests at once: those who asked become guests of one meeting.

    A request stays as it is where its asker is not free at that time, or may not sit beside another of them:
    the host cannot tell the one from the other. With a `key`, opening again gives the first office hour.
    Refuses NotYours, NotInThisState, BadKey, KeyReused, `about_needed`, TextTooLong, UnknownTheme, BadTimes,
    `too_many_guests`, `too_few_guests`, SlotTaken and NoTableFree; nothing is stored then.
    """
    check_own(attendee, by, Activity.ASK)
    check_key(key)
    about = _clean_about(data.about)
    if not data.slot_id:
        raise BadTimes(_("Choose one of your free times."))
    check_known_slots(attendee.event_id, [data.slot_id])
    if len(data.request_ids) > MAX_GUESTS:
        raise Refused(
            "too_many_guests", _("An office hour has at most %(count)d guests.") % {"count": MAX_GUESTS}, status=400
        )
    askers = _askers(attendee, data.request_ids)
    lock_attendees([attendee.pk, *askers.values()])
    if key and (first := Meeting.objects.filter(asker=attendee.pk, key=key).first()):
        if first.kind != Meeting.Kind.OFFICE_HOURS:
            raise KeyReused(_("This key was used to ask somebody else; every request needs its own."))
        return first
    lock_requests([attendee.pk, *askers.values()], now)
    slot = Slot.objects.get(pk=data.slot_id)
    open_ids = Meeting.objects.requests().open_at(now).filter(pk__in=askers).order_by("asked_at", "pk")
    waiting = {askers[one.pk]: one for one in open_ids}
    if not is_free_at(attendee.pk, slot) or slot.starts_at <= now:
        raise SlotTaken(_("You are not free at this time any more. Please choose another one."))
    free = common_slots(attendee.pk, waiting, after=now)
    guests = seated_together(attendee, [pk for pk in waiting if slot in free[pk]])
    if len(guests) < FEWEST:
        raise Refused(
            "too_few_guests",
            _(
                "An office hour begins with two who asked you, and at this time fewer can come. Choose "
                "another time, or accept one of them alone."
            ),
        )
    requests = [waiting[pk] for pk in guests]
    at_table = not data.is_online
    meeting = Meeting(
        event_id=attendee.event_id,
        kind=Meeting.Kind.OFFICE_HOURS,
        state=Meeting.State.ACCEPTED,
        asker=attendee,
        key=key,
        message=about,
        theme=_theme(attendee.event_id, data.theme),
        is_online=data.is_online,
        needs_step_free=at_table and any(one.needs_step_free for one in requests),
        slot=slot,
        period=DateTimeTZRange(slot.starts_at, slot.ends_at),
        asked_at=now,
        changed_at=now,
        answered_at=now,
        expires_at=slot.starts_at,
    )
    everybody = [attendee.pk, *guests]
    _book(meeting, slot, guests)
    for request in requests:
        _gather(request, meeting, now)
    release_requests(attendee_ids=everybody, starts_at=slot.starts_at, ends_at=slot.ends_at, now=now)
    notify(meeting, Notice.Kind.OFFICE_HOUR, to=guests, now=now)
    return meeting


def _clean_about(about: str) -> str:
    if not (text := clean_text(about)):
        raise Refused("about_needed", _("Say in a few words what the office hour is about."), field="about", status=400)
    if len(text) > ABOUT_LIMIT:
        raise TextTooLong(_("Please keep it under %(limit)d characters.") % {"limit": ABOUT_LIMIT}, field="about")
    return text


def _theme(event_id: int, key: str) -> Theme | None:
    found = Theme.objects.filter(event=event_id, key=key).first() if key else None
    if key and found is None:
        raise UnknownTheme(
            _("This event has no theme “%(theme)s”. Choose one of its themes.") % {"theme": key[:60]}, theme=key
        )
    return found


def _askers(host: Attendee, request_ids: Iterable[int]) -> dict[int, int]:
    """Who (id) made each of these requests (ids) to the host; those to others are not there."""
    asked = Seat.objects.filter(
        attendee=host, part=Seat.Part.INVITED, kind=Meeting.Kind.ONE_TO_ONE, meeting__in=list(request_ids)
    )
    made = Meeting.objects.filter(pk__in=asked.values("meeting"), asker__isnull=False)
    return {pk: asker for pk, asker in made.values_list("pk", "asker_id") if asker is not None}


def _book(meeting: Meeting, slot: Slot, guests: Collection[int]) -> None:
    """Save the meeting at the first free table, and its seats; refuses SlotTaken and NoTableFree."""
    if not any(save_at_table(meeting, table) for table in free_tables(meeting, slot)):
        raise NoTableFree(_("No place of this kind is free at that time. Choose another time, or another kind."))
    places = {pk: place for place, pk in enumerate(guests, start=1)}
    seats = [
        new_seat(meeting, pk, Seat.Part.GUEST if pk in places else Seat.Part.HOST, places.get(pk), is_active=True)
        for pk in sorted({meeting.asker_id or 0, *guests})
    ]
    try:
        with transaction.atomic():
            Seat.objects.bulk_create(seats)
    except (IntegrityError, OperationalError) as error:
        if not violates(error, SEAT_CONSTRAINT):
            raise
        raise SlotTaken(
            _("You, or one of them, are not free at this time any more. Please choose another one.")
        ) from error


def _gather(request: Meeting, meeting: Meeting, now: dt.datetime) -> None:
    """End the locked request: it is answered with this office hour."""
    CounterOffer.objects.overtake(request)
    request.state, request.office_hour = Meeting.State.GATHERED, meeting
    request.answered_at = request.changed_at = now
    request.save(update_fields=["state", "office_hour", "answered_at", "changed_at"])
    WaitingListEntry.objects.end_between(seated_ids(request.pk))
    pass_freed_time_on(request)


@in_transaction
def add_guest(*, attendee: Attendee, meeting_id: int, request_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Answer one more request with an office hour of the host's that has a place left.

    Adding the same again changes nothing. Refuses NotYours, NotInThisState, NotFound, AlreadyAnswered,
    RequestExpired, TooLate, SlotTaken (the asker cannot come then, for whatever cause), NoTableFree (its
    table has steps, and they asked for one without) and `office_hour_full`.
    """
    check_own(attendee, by, Activity.ASK)
    asker_id = _askers(attendee, [request_id]).get(request_id)
    if asker_id is None:
        raise NotFound(_("There is no such request, or you cannot see it."))
    lock_attendees([attendee.pk, asker_id])
    lock_requests([attendee.pk, asker_id], now)
    meeting = _lock_hosted(attendee, meeting_id)
    if not can_see_meeting(attendee, {attendee.pk, asker_id}, now):
        raise NotFound(_("There is no such request, or you cannot see it."))
    request = Meeting.objects.get(pk=request_id)
    if request.office_hour_id == meeting.pk:
        return meeting
    check_cancellable(meeting, now)
    if meeting.period.lower <= now:
        raise TooLate(_("This office hour has begun, so nobody can be added any more."))
    check_open_request(request, now)
    seated = guest_ids(meeting)
    can_come = meeting.slot is not None and is_free_at(asker_id, meeting.slot)
    if not can_come or asker_id not in seated_together(attendee, [*seated, asker_id]):
        raise _cannot_come()
    if not suits_guest(meeting, needs_step_free=request.needs_step_free):
        raise NoTableFree(_("They asked for a table without steps, and this one has some."))
    place_guest(meeting, asker_id)
    _gather(request, meeting, now)
    meeting.needs_step_free |= request.needs_step_free and not meeting.is_online
    meeting.save_revision("needs_step_free", now=now)
    begin, end = meeting.period.lower, meeting.period.upper
    release_requests(attendee_ids=[asker_id], starts_at=begin, ends_at=end, now=now)
    notify(meeting, Notice.Kind.OFFICE_HOUR, to=[asker_id], now=now)
    return meeting


def _cannot_come() -> SlotTaken:
    """One sentence whatever the cause: it must not tell of a block between two guests."""
    return SlotTaken(_("They cannot come at this time any more. Their request stays open."))


def place_guest(meeting: Meeting, attendee_id: int) -> None:
    """Give the attendee (id) the first place that is free; refuses `office_hour_full` and SlotTaken."""
    left = Seat.objects.filter(meeting=meeting, attendee=attendee_id).first()
    seat = left or new_seat(meeting, attendee_id, Seat.Part.GUEST)
    seat.is_active, seat.period, seat.here_at = True, meeting.period, None
    try:
        has_place = take_first_place(meeting, seat, most=MAX_GUESTS)
    except (IntegrityError, OperationalError) as error:
        if not violates(error, SEAT_CONSTRAINT):
            raise
        raise _cannot_come() from error
    if not has_place:
        raise Refused("office_hour_full", _("All %(count)d places are taken.") % {"count": MAX_GUESTS})


@in_transaction
def leave_office_hour(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """As a guest, give one's place back: the host is told, and can give it to another who asked.

    With the last guest the office hour ends. Leaving again changes nothing. Refuses NotYours, NotFound,
    AlreadyAnswered and TooLate.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    meeting = _lock_own(attendee, meeting_id, Seat.Part.GUEST)
    seat = Seat.objects.get(meeting=meeting, attendee=attendee)
    if seat.place is None:
        return meeting
    check_cancellable(meeting, now)
    remove_guests(meeting, [attendee.pk], now, tell_host=True)
    return meeting


@in_transaction
def cancel_office_hour(*, attendee: Attendee, meeting_id: int, reason: str, by: Person, now: dt.datetime) -> Meeting:
    """As its host, cancel it; all guests read the reason. Cancelling again changes nothing.

    Refuses NotYours, NotFound, `reason_needed`, TextTooLong, AlreadyAnswered and TooLate (it is over).
    """
    check_own(attendee, by, Activity.TAKE_PART)
    meeting = _lock_hosted(attendee, meeting_id, with_guests=True)
    if meeting.state != Meeting.State.CANCELLED:
        check_cancellable(meeting, now)
        cancel_locked_group(meeting, clean_cancel_reason(reason), now, by=attendee)
    return meeting


@in_transaction
def arrive_at_office_hour(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Say that one is there; the others see it. Again it changes nothing.

    Refuses NotYours, NotFound, AlreadyAnswered, TooEarly and TooLate.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    meeting = _lock_own(attendee, meeting_id)
    store_arrival(meeting, attendee, now)
    return meeting


def remove_guests(meeting: Meeting, attendee_ids: Collection[int], now: dt.datetime, *, tell_host: bool) -> None:
    """Take the places of these guests (ids); with the last of them the locked office hour ends."""
    seats = Seat.objects.filter(meeting=meeting, attendee__in=attendee_ids)
    seats.update(is_active=False, place=None, here_at=None)
    meeting.save_revision(now=now)
    notify(meeting, Notice.Kind.CANCELLED, to=attendee_ids, now=now)
    announce_freed_times(meeting.event_id, attendee_ids)
    if not Seat.objects.filter(meeting=meeting, place__isnull=False).exists():
        cancel_locked_group(meeting, "", now)
    elif tell_host and meeting.asker_id is not None:
        notify(meeting, Notice.Kind.OFFICE_LEFT, to=[meeting.asker_id], now=now)


def end_refused_seats(*, now: dt.datetime) -> int:
    """End the places of guests whom the contact policy lets sit there no longer; their number. For a job.

    Selectors hide them already. Guest and host are told without the cause.
    """

    def end(meeting: Meeting) -> bool:
        if meeting.state != Meeting.State.ACCEPTED or meeting.period.upper <= now:
            return False
        seated = guest_ids(meeting)
        host = Attendee.objects.filter(pk=meeting.asker_id or 0).first()
        kept = seated_together(host, seated) if host else ()
        lost = [pk for pk in seated if pk not in kept]
        if lost:
            remove_guests(meeting, lost, now, tell_host=True)
        return bool(lost)

    return end_each("groups.end_refused_seats", Meeting.objects.office_hours().to_come(now), end)


def leave_office_hours(*, attendee_ids: Collection[int], now: dt.datetime) -> None:
    """End the office hours of hosts who leave the event, and the places of guests who do.

    The caller has locked everybody in them.
    """
    coming = Meeting.objects.office_hours().to_come(now).filter(seats__attendee__in=attendee_ids)
    meetings = Meeting.objects.filter(pk__in=coming.values("pk")).order_by("pk")
    for meeting in meetings.select_for_update(no_key=True):
        if meeting.asker_id in attendee_ids:
            cancel_locked_group(meeting, "", now)
        elif leaving := [pk for pk in guest_ids(meeting) if pk in attendee_ids]:
            remove_guests(meeting, leaving, now, tell_host=True)


def _lock_hosted(attendee: Attendee, meeting_id: int, *, with_guests: bool = False) -> Meeting:
    """The host's own office hour, locked; who gets a seat is locked by then. Refuses NotFound."""
    if with_guests:
        lock_attendees({attendee.pk, *seated_ids(meeting_id)})
    hosted = Meeting.objects.office_hours().filter(pk=meeting_id, asker=attendee.pk)
    return _locked_one(hosted.values_list("pk", flat=True).first())


def _lock_own(attendee: Attendee, meeting_id: int, part: str = "") -> Meeting:
    """An office hour in which the attendee has a seat, with that part or any; refuses NotFound."""
    lock_attendees([attendee.pk])
    mine = Seat.objects.filter(attendee=attendee, meeting=meeting_id, kind=Meeting.Kind.OFFICE_HOURS)
    if part:
        mine = mine.filter(part=part)
    return _locked_one(mine.values_list("meeting", flat=True).first())


def _locked_one(meeting_id: int | None) -> Meeting:
    if meeting_id is None:
        raise NotFound(_("There is no such office hour, or you cannot see it."))
    return Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
