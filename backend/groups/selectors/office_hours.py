"""Office hours as their host and their guests see them; the contact policy is asked of every pair."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.db.models import OuterRef, prefetch_related_objects
from django.utils.translation import gettext as _

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import MAX_GUESTS, Meeting, MeetingQuerySet, Seat
from backend.booking.rules import ARRIVAL_MARGIN, MIN_NOTICE, seated_together
from backend.booking.selectors.availability import SlotChoice, busy_during, common_slots, slot_choice_of
from backend.booking.selectors.meetings import MeetingRow, OpenOfficeHour, requests_to_answer
from backend.booking.selectors.places import Place, place_of
from backend.core.compiled import CompiledRows
from backend.core.errors import NotFound
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import pair_of
from backend.safeguarding.rules import contactable_pairs
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_for


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHourRow:
    """An office hour as `viewer` may see it.

    `host` is None where it is the viewer. `guests` are the others with a place; nobody once the viewer has
    none: `state` is cancelled then, and `place` None. `about` are the host's words. `here`: who of the
    others (ids) said to be there. `actions` are what the viewer may do now: add, cancel, leave, arrive.
    """

    meeting_id: int
    uid: uuid.UUID
    sequence: int
    state: str
    host: PublicProfile | None
    guests: tuple[PublicProfile, ...]
    about: str
    theme_name: str
    is_online: bool
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: Place | None
    places_left: int
    reason: str
    i_am_here: bool
    here: tuple[int, ...]
    changed_at: dt.datetime
    actions: tuple[str, ...]

    @property
    def is_host(self) -> bool:
        return self.host is None


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """A time the host has; `free` are the askers (ids) who are free then, too."""

    time: SlotChoice
    free: frozenset[int]


def guest_ids(meeting: Meeting) -> list[int]:
    """The guests (ids) who have a place, in the order of the places."""
    seated = [seat for seat in meeting.seats.all() if seat.place is not None]
    return [seat.attendee_id for seat in sorted(seated, key=lambda seat: seat.place or 0)]


def office_rows_for(viewer: Attendee, meetings: MeetingQuerySet, now: dt.datetime) -> tuple[OfficeHourRow, ...]:
    """The viewer's office hours among these, in their order; a guest has none whose host the policy hides."""
    return _rows_of(viewer, list(_hours_among(meetings.of(viewer))), now)


def _hours_among(meetings: MeetingQuerySet) -> MeetingQuerySet:
    return meetings.office_hours().select_related("theme", "table", "asker")


def _rows_of(viewer: Attendee, found: list[Meeting], now: dt.datetime) -> tuple[OfficeHourRow, ...]:
    prefetch_related_objects(found, "seats")
    rows = [_row(viewer, meeting, now) for meeting in found]
    return tuple(row for row in rows if row is not None)


def _row(viewer: Attendee, meeting: Meeting, now: dt.datetime) -> OfficeHourRow | None:
    if meeting.asker is None or meeting.table is None:
        return None
    host_id = meeting.asker.pk
    is_host = host_id == viewer.pk
    kept = seated_together(meeting.asker, guest_ids(meeting))
    near = {host_id, *kept} - {viewer.pk}
    profiles = public_profiles_for(viewer=viewer, ids=near, channel="meeting", now=now)
    host = profiles.get(host_id)
    if host is None and not is_host:
        return None
    is_in_it = is_host or viewer.pk in kept
    state = meeting.state if is_in_it else Meeting.State.CANCELLED.value
    seats = {seat.attendee_id: seat for seat in meeting.seats.all()}
    shown = tuple(profiles[pk] for pk in kept if pk in profiles) if is_in_it else ()
    beside = [profile for profile in (host, *shown) if profile is not None]
    left = MAX_GUESTS - len(kept)  # of the places held, none is counted that its guest will lose
    return OfficeHourRow(
        meeting_id=meeting.pk,
        uid=meeting.uid,
        # As calendars have it: withheld early, it counts as cancelled with the next number.
        sequence=meeting.sequence + (not is_in_it and seats[viewer.pk].is_active),
        state=state,
        host=host,
        guests=shown,
        about=meeting.message,
        theme_name=meeting.theme.local_name if meeting.theme else "",
        is_online=meeting.is_online,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        place=place_of(meeting, viewer, now) if is_in_it else None,
        places_left=left,
        reason=meeting.reason if is_in_it else "",
        i_am_here=seats[viewer.pk].here_at is not None,
        here=tuple(one.attendee_id for one in beside if is_in_it and seats[one.attendee_id].here_at),
        changed_at=meeting.changed_at,
        actions=_actions(meeting, seats[viewer.pk], state, left, now),
    )


def _actions(meeting: Meeting, seat: Seat, state: str, left: int, now: dt.datetime) -> tuple[str, ...]:
    if state != Meeting.State.ACCEPTED or meeting.period.upper <= now:
        return ()
    can_arrive = seat.here_at is None and now >= meeting.period.lower - ARRIVAL_MARGIN
    arrive = ("arrive",) if can_arrive else ()
    if seat.part == Seat.Part.GUEST:
        return ("leave", *arrive)
    return ("cancel", *(("add",) if left and meeting.period.lower > now else ()), *arrive)


def office_hours_for(attendee: Attendee, now: dt.datetime) -> tuple[OfficeHourRow, ...]:
    """All the attendee's, by time."""
    return _rows_of(attendee, _own.fetch(attendee=attendee.pk), now)


def _hours_of(attendee: int) -> MeetingQuerySet:
    return _hours_among(Meeting.objects.filter(seats__attendee=attendee).order_by("period", "pk"))


_own = CompiledRows(_hours_of, attendee=-1)


def office_hour_for(attendee: Attendee, meeting_id: int, now: dt.datetime) -> OfficeHourRow:
    """One of the attendee's; refuses NotFound."""
    for row in office_rows_for(attendee, Meeting.objects.filter(pk=meeting_id), now):
        return row
    raise NotFound(_("There is no such office hour, or you cannot see it."))


def requests_to_gather(
    attendee: Attendee, now: dt.datetime, rows: Sequence[MeetingRow] | None = None
) -> tuple[MeetingRow, ...]:
    """The requests of others that wait for the attendee's answer, the first asked first.

    `rows`: what `requests_to_answer` gives, where it was read already.
    """
    rows = [
        row
        for row in (requests_to_answer(attendee, now) if rows is None else rows)
        if row.state == Meeting.State.REQUESTED and not row.asked_by_me
    ]
    return tuple(sorted(rows, key=lambda row: (row.asked_at, row.meeting_id)))


def those_together(host: Attendee, rows: Sequence[MeetingRow]) -> tuple[MeetingRow, ...]:
    """Of these requests, in their order, those whose askers may sit together."""
    kept = set(seated_together(host, [row.other.attendee_id for row in rows]))
    return tuple(row for row in rows if row.other.attendee_id in kept)


def office_times_for(host: Attendee, asker_ids: Sequence[int], now: dt.datetime) -> tuple[OfficeTime, ...]:
    """The host's free times at which two or more of these are free as well, earliest first."""
    free: dict[int, set[int]] = {}
    slots: dict[int, Slot] = {}
    for pk, common in common_slots(host.pk, asker_ids, after=now + MIN_NOTICE).items():
        for slot in common:
            slots[slot.pk] = slot
            free.setdefault(slot.pk, set()).add(pk)
    ordered = sorted(slots.values(), key=lambda slot: (slot.starts_at, slot.ends_at, slot.pk))
    return tuple(
        OfficeTime(slot_choice_of(slot), frozenset(free[slot.pk])) for slot in ordered if len(free[slot.pk]) > 1
    )


def is_free_at(attendee_id: int, slot: Slot) -> bool:
    """Whether the attendee (id) opened this slot and is not busy then."""
    opened = Availability.objects.filter(attendee=attendee_id, slot=slot)
    busy = Attendee.objects.filter(busy_during(attendee_id, slot.starts_at, slot.ends_at), pk=attendee_id)
    return opened.exists() and not busy.exists()


def with_office_hours(host: Attendee, rows: Sequence[MeetingRow], now: dt.datetime) -> tuple[MeetingRow, ...]:
    """These requests to the host, each with the office hours of theirs that its asker could join."""
    waiting = {row.meeting_id for row in rows if row.state == Meeting.State.REQUESTED and not row.asked_by_me}
    asking = {row.other.attendee_id for row in rows if row.meeting_id in waiting}
    meetings = _coming.fetch(host=host.pk, now=now) if asking else []
    prefetch_related_objects(meetings, "seats")
    seated = {meeting: [host.pk, *guest_ids(meeting)] for meeting in meetings}
    open_ones = {meeting: pks for meeting, pks in seated.items() if len(pks) <= MAX_GUESTS}
    free = {meeting: _free_at(asking, meeting.slot) for meeting in open_ones}
    pairs = {pair_of(one, other) for meeting, pks in open_ones.items() for one in free[meeting] for other in pks}
    allowed = contactable_pairs(host.event_id, pairs, "meeting") if pairs else pairs

    def places(row: MeetingRow) -> tuple[OpenOfficeHour, ...]:
        asker = row.other.attendee_id
        return tuple(
            OpenOfficeHour(meeting.pk, meeting.period.lower, meeting.period.upper)
            for meeting, pks in open_ones.items()
            if asker in free[meeting]
            and suits_guest(meeting, needs_step_free=row.needs_step_free)
            and all(pair_of(asker, pk) in allowed for pk in pks)
        )

    return tuple(replace(row, office_hours=places(row)) if row.meeting_id in waiting else row for row in rows)


def _hours_to_come(host: int, now: dt.datetime) -> MeetingQuerySet:
    hours = Meeting.objects.office_hours().filter(asker=host, state=Meeting.State.ACCEPTED, period__startswith__gt=now)
    return hours.select_related("slot", "table").order_by("period", "pk")


_coming = CompiledRows(_hours_to_come, host=-1, now=dt.datetime.min.replace(tzinfo=dt.UTC))


def _free_at(attendee_ids: Collection[int], slot: Slot | None) -> set[int]:
    """Those of these attendees (ids) who opened the slot and are not busy then; one query."""
    if slot is None:
        return set()
    busy = busy_during(OuterRef("attendee"), slot.starts_at, slot.ends_at)
    free = Availability.objects.filter(attendee__in=attendee_ids, slot=slot).exclude(busy)
    return set(free.values_list("attendee_id", flat=True))


def suits_guest(meeting: Meeting, *, needs_step_free: bool) -> bool:
    """Whether the place of an office hour is one for a guest with this need."""
    return meeting.is_online or not needs_step_free or (meeting.table is not None and meeting.table.step_free)
