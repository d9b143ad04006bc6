"""Places at tables of several: put forward, accepted, left, ended. The database decides who has one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import TooLate, check_cancellable
from backend.booking.selectors.tables import free_tables
from backend.booking.services.booking import SEAT_CONSTRAINT, TABLE_CONSTRAINT, SlotTaken, violates
from backend.booking.services.changes import announce_freed_times
from backend.booking.services.locks import lock_requests
from backend.booking.services.notices import notify
from backend.booking.services.requests import end_each, release_requests
from backend.core.errors import NotFound
from backend.core.isolation import for_each
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import check_own
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_attendees
from backend.groups.models import FEWEST, Rounds, RoundTable
from backend.groups.rules import kept_members, may_sit_with, those_talking
from backend.groups.selectors.rounds import answer_by, kept_at_tables, members_of
from backend.groups.services.places import cancel_locked_group, new_seat, save_at_tables, take_first_place
from backend.people.models import Person


@in_transaction
def accept_table(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Say yes to a place at a table; from then on the time is taken. Again it changes nothing.

    Refuses NotYours, NotInThisState, NotFound (also where the contact policy lets them sit there no longer),
    AlreadyAnswered, TooLate and SlotTaken.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    lock_attendees([attendee.pk])
    lock_requests([attendee.pk], now)
    meeting, seat = lock_own_place(attendee, meeting_id)
    check_cancellable(meeting, now)
    if seat.is_active:
        return meeting
    if now >= answer_by(meeting.round_table.rounds, meeting):
        raise TooLate(_("The time to answer is over, so this place goes to somebody else."))
    if not say_yes(meeting, attendee.pk, now):
        raise SlotTaken(_("You have something else at this time. Free it first, or leave this table."))
    return meeting


def say_yes(meeting: Meeting, attendee_id: int, now: dt.datetime) -> bool:
    """Take the time of a member (id), whose place and requests are locked; False where they have none then."""
    seat = Seat.objects.filter(meeting=meeting, attendee=attendee_id, place__isnull=False)
    try:
        with transaction.atomic():
            seat.update(is_active=True, answer=Seat.Answer.YES)
    except (IntegrityError, OperationalError) as error:
        if not violates(error, SEAT_CONSTRAINT):
            raise
        return False
    begin, end = meeting.period.lower, meeting.period.upper
    release_requests(attendee_ids=[attendee_id], starts_at=begin, ends_at=end, now=now)
    return True


@in_transaction
def leave_table(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Give a place back, accepted or not: the others no longer see one. Leaving again changes nothing.

    Refuses NotYours, NotInThisState, NotFound, AlreadyAnswered and TooLate.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    lock_attendees([attendee.pk])
    meeting = _lock_own(attendee, meeting_id)
    if attendee.pk in members_of([meeting])[meeting.pk]:
        check_cancellable(meeting, now)
        remove_members(meeting, [attendee.pk], now, tell=False)
    return meeting


def lock_own_place(attendee: Attendee, meeting_id: int) -> tuple[Meeting, Seat]:
    """A table, locked, and the place that the attendee, who is locked, keeps there; refuses NotFound."""
    meeting = _lock_own(attendee, meeting_id)
    members = members_of([meeting])[meeting.pk]
    seat = members.get(attendee.pk)
    if seat is None or attendee.pk not in kept_members(meeting.event_id, {0: list(members)})[0]:
        raise no_such_table()
    return meeting, seat


def _lock_own(attendee: Attendee, meeting_id: int) -> Meeting:
    own = Seat.objects.filter(attendee=attendee, part=Seat.Part.MEMBER, meeting=meeting_id)
    if not own.exists():
        raise no_such_table()
    tables = Meeting.objects.select_related("round_table__rounds").of_rounds()
    return tables.select_for_update(no_key=True, of=("self",)).get(pk=meeting_id)


def no_such_table() -> NotFound:
    return NotFound(_("There is no such table, or you have no place at it."))


@in_transaction
def open_tables(tables: Mapping[RoundTable, Sequence[int]], *, now: dt.datetime) -> dict[RoundTable, tuple[int, ...]]:
    """Make tables of one round meetings, with a place for each of these (ids); who has one at each (ids).

    The contact policy is asked again, as are their languages, once for all tables. Left out is a table that
    is taken by now, or with too few people left.
    """
    lock_attendees({pk for members in tables.values() for pk in members})
    meetings, members = [], {}
    for one, kept in _still_together(tables).items():
        rounds, slot = one.rounds, one.slot
        if len(kept) < rounds.fewest or slot.starts_at <= now or rounds.answer_by is None:
            continue
        meeting = Meeting(
            event_id=rounds.event_id,
            kind=Meeting.Kind.ROUND,
            state=Meeting.State.ACCEPTED,
            slot=slot,
            table=one.table,
            period=DateTimeTZRange(slot.starts_at, slot.ends_at),
            asked_at=now,
            changed_at=now,
            answered_at=now,
            expires_at=rounds.answer_by,
        )
        meetings.append(meeting)
        members[one.table_id] = one, kept
    opened = {}
    for meeting in save_at_tables(meetings):
        one, kept = members[meeting.table_id or 0]
        one.meeting, opened[one] = meeting, kept
    RoundTable.objects.bulk_update(opened, ["meeting"])
    Seat.objects.bulk_create(
        new_seat(one.meeting, pk, Seat.Part.MEMBER, place)
        for one, kept in opened.items()
        if one.meeting
        for place, pk in enumerate(kept, start=1)
    )
    return opened


def _still_together(tables: Mapping[RoundTable, Sequence[int]]) -> dict[RoundTable, tuple[int, ...]]:
    """Those (ids) who may sit at each of these tables of one order, as far as it has places."""
    event_id = next((one.event_id for one in tables), 0)
    kept = those_talking(event_id, kept_members(event_id, tables))
    return {one: found[: one.rounds.most] for one, found in kept.items()}


def open_table(one: RoundTable, members: Sequence[int], *, now: dt.datetime) -> tuple[int, ...]:
    """As `open_tables`, of one table; nobody where it is not opened."""
    return open_tables({one: members}, now=now).get(one, ())


@in_transaction
def give_place(meeting_id: int, attendee_id: int, *, most: int, now: dt.datetime) -> bool:
    """Give a latecomer (id) the first free place at a table; False where none is left or they cannot sit.

    One who left, or who was at the table before, is not put there again.
    """
    lock_attendees([attendee_id])
    meeting = Meeting.objects.get(pk=meeting_id)
    had_one = Seat.objects.filter(meeting=meeting, attendee=attendee_id).exists()
    if had_one or meeting.state != Meeting.State.ACCEPTED or meeting.period.lower <= now:
        return False
    return sit_at_table(meeting, new_seat(meeting, attendee_id, Seat.Part.MEMBER), most=most)


def sit_at_table(meeting: Meeting, seat: Seat, *, most: int) -> bool:
    """Save the seat, new or left before, at the first free place; False where none is left or they cannot sit."""

    def may_sit(others: Collection[int]) -> bool:
        return may_sit_with(meeting.event_id, seat.attendee_id, others)

    return take_first_place(meeting, seat, most=most, fits=may_sit)


def remove_members(meeting: Meeting, attendee_ids: Collection[int], now: dt.datetime, *, tell: bool) -> None:
    """Take the places of these members (ids) of a locked table; with too few left it is off.

    They are told where `tell` says so, and whose calendar has it is told in any case.
    """
    seats = Seat.objects.filter(meeting=meeting, attendee__in=attendee_ids)
    had_time = set(seats.filter(is_active=True).values_list("attendee_id", flat=True))
    seats.update(is_active=False, place=None, answer=Seat.Answer.NO, here_at=None)
    meeting.save_revision(now=now)
    notify(meeting, Notice.Kind.CANCELLED, to=attendee_ids if tell else had_time, now=now)
    announce_freed_times(meeting.event_id, had_time)
    if _is_off(meeting):
        cancel_locked_group(meeting, "", now)


def restore_table(meeting: Meeting, now: dt.datetime) -> bool:
    """Have a table that a closed time ended take place after all, with those who may still sit there.

    The caller has locked it and its people. False where it or one of those who said yes is taken by now, or
    too few are left.
    """
    one = RoundTable.objects.select_related("rounds").filter(meeting=meeting).first()
    if one is None or one.rounds.state != Rounds.State.PUBLISHED:
        return False
    kept = kept_at_tables(meeting.event_id, [meeting], members_of([meeting]))[meeting.pk]
    if len(kept) < one.rounds.fewest or meeting.table not in free_tables(meeting, one.slot):
        return False
    lock_requests(kept, now)
    seats = Seat.objects.filter(meeting=meeting, attendee__in=kept, answer=Seat.Answer.YES)
    try:
        with transaction.atomic():
            seats.update(is_active=True)
            meeting.state, meeting.ended_by, meeting.reason = Meeting.State.ACCEPTED, None, ""
            meeting.save_revision("state", "ended_by", "reason", now=now)
    except (IntegrityError, OperationalError) as error:
        if not violates(error, SEAT_CONSTRAINT, TABLE_CONSTRAINT):
            raise
        return False
    coming = list(seats.values_list("attendee_id", flat=True))
    begin, end = meeting.period.lower, meeting.period.upper
    release_requests(attendee_ids=coming, starts_at=begin, ends_at=end, now=now)
    notify(meeting, Notice.Kind.MOVED, to=kept, now=now, restored=1)
    return True


def _is_off(meeting: Meeting) -> bool:
    """Whether too few are left at a table, or the host of an open one left it."""
    here = set(Seat.objects.filter(meeting=meeting, place__isnull=False).values_list("attendee_id", flat=True))
    one = RoundTable.objects.select_related("rounds").filter(meeting=meeting).first()
    if one is None:
        return len(here) < FEWEST
    return len(here) < one.rounds.fewest or (one.rounds.is_open and one.host_id not in here)


def end_unanswered(*, now: dt.datetime) -> int:
    """End the places nobody answered in time, and tell who had them; their number of tables. For a job.

    At the hour set, and for those added later shortly before their table begins.
    """
    unanswered = Meeting.objects.of_rounds().filter(
        state=Meeting.State.ACCEPTED, seats__place__isnull=False, seats__answer=""
    )
    waiting = unanswered.select_related("round_table__rounds").distinct()
    over = [one.pk for one in waiting if hasattr(one, "round_table") and answer_by(one.round_table.rounds, one) <= now]
    due = Rounds.objects.filter(state=Rounds.State.PUBLISHED, closed_at=None, answer_by__lte=now)
    late = list(due.values_list("pk", flat=True))
    ended = end_each(
        "groups.end_unanswered", Meeting.objects.filter(pk__in=over), lambda one: _end_unanswered(one, now)
    )
    for_each("groups.end_unanswered", late, lambda pk: _close(pk, now))
    return ended


def _end_unanswered(meeting: Meeting, now: dt.datetime) -> bool:
    seats = Seat.objects.filter(meeting=meeting, place__isnull=False, answer="")
    lost = list(seats.values_list("attendee_id", flat=True))
    if lost and meeting.state == Meeting.State.ACCEPTED:
        remove_members(meeting, lost, now, tell=True)
    return bool(lost)


@in_transaction
def _close(rounds_id: int, now: dt.datetime) -> None:
    """From now on only latecomers have places without an answer; an open one that too few joined is off."""
    Rounds.objects.filter(pk=rounds_id, closed_at=None).update(closed_at=now)
    joined = Meeting.objects.filter(round_table__rounds=rounds_id, round_table__rounds__is_open=True)
    for meeting in joined.filter(state=Meeting.State.ACCEPTED).select_for_update(no_key=True, of=("self",)):
        if _is_off(meeting):
            cancel_locked_group(meeting, "", now)


def end_refused_places(*, now: dt.datetime) -> int:
    """End the places of those whom the contact policy lets sit there no longer; their number. For a job.

    Selectors hide them already. They are told without the cause, and the others see a leaving.
    """

    def end(meeting: Meeting) -> bool:
        if meeting.state != Meeting.State.ACCEPTED or meeting.period.upper <= now:
            return False
        members = list(members_of([meeting])[meeting.pk])
        kept = kept_members(meeting.event_id, {0: members})[0]
        lost = [pk for pk in members if pk not in kept]
        if lost:
            remove_members(meeting, lost, now, tell=True)
        return bool(lost)

    return end_each("groups.end_refused_places", Meeting.objects.of_rounds().to_come(now), end)


def leave_tables(*, attendee_ids: Collection[int], now: dt.datetime) -> None:
    """End the places to come of people who leave the event, and what they proposed; the caller has locked them."""
    proposed = Rounds.objects.filter(state=Rounds.State.PROPOSED, tables__host__in=attendee_ids)
    proposed.update(state=Rounds.State.CANCELLED, cancelled_at=now)
    coming = (
        Meeting.objects.of_rounds().to_come(now).filter(seats__attendee__in=attendee_ids, seats__place__isnull=False)
    )
    meetings = Meeting.objects.filter(pk__in=coming.values("pk")).order_by("pk")
    for meeting in meetings.select_for_update(no_key=True):
        leaving = [pk for pk in members_of([meeting])[meeting.pk] if pk in attendee_ids]
        remove_members(meeting, leaving, now, tell=True)
