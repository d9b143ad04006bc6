"""A meeting as one of its people sees it. Every row comes through the contact policy, or not at all."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from backend.events.models import Attendee, Slot, Table
from backend.meetings.models import Meeting, MeetingQuerySet, Seat
from backend.meetings.rules import common_slots, is_asker
from backend.safeguarding.selectors import PublicProfile, public_profiles_for


@dataclass(frozen=True, slots=True)
class Time:
    """A slot that can be chosen."""

    slot_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meeting takes place; `link` is set online only."""

    label: str
    place: str
    step_free: bool
    is_online: bool
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRow:
    """A meeting as `viewer` may see it.

    `times` are those of a request that are still free for both, in the asker's order; for any time, all that
    are. `state` is Meeting's, except that an unanswered request past its expiry is expired, and what the two
    tell differently is to each as they told it. `actions` are what the viewer may do now: accept, decline,
    edit, withdraw, cancel, attest.
    """

    meeting_id: int
    uid: uuid.UUID
    sequence: int
    state: str
    asked_by_me: bool
    other: PublicProfile
    message: str
    theme: str
    theme_name: str
    any_time: bool
    is_online: bool
    needs_step_free: bool
    times: tuple[Time, ...]
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    place: Place | None
    asked_at: dt.datetime
    changed_at: dt.datetime
    expires_at: dt.datetime
    reason: str
    ended_by_me: bool
    ended_by_organisers: bool
    my_word: str
    my_usefulness: int | None
    actions: tuple[str, ...]


def time_of(slot: Slot) -> Time:
    return Time(slot.pk, slot.starts_at, slot.ends_at)


def place_of(table: Table, uid: uuid.UUID) -> Place:
    """The table, or the online room that this meeting alone has."""
    link = table.room_link.replace(Table.MEETING_MARK, uid.hex)
    return Place(table.label, table.place, table.step_free, table.is_online, link)


def rows_for(viewer: Attendee, meetings: MeetingQuerySet, now: dt.datetime) -> tuple[MeetingRow, ...]:
    """The viewer's meetings among these, in their order, without those the contact policy hides.

    A constant number of queries.
    """
    found = list(
        meetings.of(viewer).select_related("theme", "slot", "table").prefetch_related("seats", "times__slot")
    )
    others = {meeting.pk: _other(meeting, viewer) for meeting in found}
    faces = public_profiles_for(viewer=viewer, ids=set(others.values()), channel="meeting", now=now)
    waiting = {others[meeting.pk] for meeting in found if meeting.state == Meeting.State.REQUESTED}
    free = common_slots(viewer.pk, waiting, after=now) if waiting else {}
    return tuple(
        _row(viewer, meeting, faces[others[meeting.pk]], free.get(others[meeting.pk], ()), now)
        for meeting in found
        if others[meeting.pk] in faces
    )


def _other(meeting: Meeting, viewer: Attendee) -> int:
    """The other one's id; 0, which is nobody, where they left."""
    return next((seat.attendee_id for seat in meeting.seats.all() if seat.attendee_id != viewer.pk), 0)


def _row(
    viewer: Attendee, meeting: Meeting, face: PublicProfile, free: Sequence[Slot], now: dt.datetime
) -> MeetingRow:
    mine = next(seat for seat in meeting.seats.all() if seat.attendee_id == viewer.pk)
    state = _shown_state(meeting, mine, now)
    return MeetingRow(
        meeting_id=meeting.pk,
        uid=meeting.uid,
        sequence=meeting.sequence,
        state=state,
        asked_by_me=is_asker(viewer, meeting),
        other=face,
        message=meeting.message,
        theme=meeting.theme.key if meeting.theme else "",
        theme_name=meeting.theme.name if meeting.theme else "",
        any_time=meeting.any_time,
        is_online=meeting.is_online,
        needs_step_free=meeting.needs_step_free,
        times=_times(meeting, free) if state == Meeting.State.REQUESTED else (),
        starts_at=meeting.period.lower if meeting.period else None,
        ends_at=meeting.period.upper if meeting.period else None,
        place=place_of(meeting.table, meeting.uid) if meeting.table else None,
        asked_at=meeting.asked_at,
        changed_at=meeting.changed_at,
        expires_at=meeting.expires_at,
        reason=meeting.reason,
        ended_by_me=meeting.ended_by_id == viewer.pk,
        ended_by_organisers=meeting.ended_by_id is None and bool(meeting.reason),  # a rule gives no reason
        my_word=mine.word,
        my_usefulness=mine.usefulness,
        actions=_actions(viewer, meeting, mine, state, now),
    )


def _shown_state(meeting: Meeting, mine: Seat, now: dt.datetime) -> str:
    if meeting.state == Meeting.State.REQUESTED and meeting.expires_at <= now:
        return Meeting.State.EXPIRED.value
    if meeting.state == Meeting.State.DISPUTED:
        return mine.word
    return meeting.state


def _times(meeting: Meeting, free: Sequence[Slot]) -> tuple[Time, ...]:
    if meeting.any_time:
        return tuple(time_of(slot) for slot in free)
    free_ids = {slot.pk for slot in free}
    return tuple(time_of(time.slot) for time in meeting.times.all() if time.slot_id in free_ids)


def _actions(viewer: Attendee, meeting: Meeting, mine: Seat, state: str, now: dt.datetime) -> tuple[str, ...]:
    if state == Meeting.State.REQUESTED:
        return ("edit", "withdraw") if is_asker(viewer, meeting) else ("accept", "decline")
    if meeting.state == Meeting.State.ACCEPTED and meeting.period.upper > now:
        return ("cancel",)
    if meeting.state == Meeting.State.ACCEPTED or (meeting.state in Meeting.SEATED and not mine.word):
        return ("attest",)
    return ()
