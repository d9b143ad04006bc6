"""A day goes wrong: organisers close a day, an hour or a room, and its meetings move or are cancelled."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

from django.db import transaction
from django.utils.translation import gettext as _

from backend.booking.models.closures import Closure, DisplacedMeeting
from backend.booking.models.meetings import Meeting
from backend.booking.rules import MIN_NOTICE, may_meet
from backend.booking.selectors.availability import common_slots
from backend.booking.selectors.closures import UNDO_WINDOW, meetings_to_displace, rooms_for
from backend.booking.selectors.meetings import present_ids, seated_ids
from backend.booking.selectors.tables import free_tables
from backend.booking.services.booking import NoTableFree, SlotTaken
from backend.booking.services.changes import announce_freed_times
from backend.booking.services.locks import lock_meeting
from backend.booking.services.meetings import cancel_locked_meeting
from backend.booking.services.moving import rebook
from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.isolation import for_each
from backend.core.period import Period, overlapping
from backend.core.queue import CLOCK, enqueue
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.events.models.agenda import SessionPart, Slot, Table
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser, clean_text
from backend.events.rules.states import Activity
from backend.groups.services.delegation_sessions import end_session_of
from backend.groups.services.places import cancel_locked_group
from backend.groups.services.round_tables import restore_table
from backend.people.models import Person

DISPLACE_MEETINGS = "setup.displace_meetings"
REASON_LENGTH = 200
MAX_TRIES = 12  # other times tried for a meeting before it is cancelled
Outcome = DisplacedMeeting.Outcome


class BadClosure(BusinessError):
    code = "bad_closure"
    status = 400


@in_transaction
def close_period(
    *, event: Event, period: Period, room: str = "", reason: str = "", by: Person, now: dt.datetime
) -> Closure:
    """Close the venue or one room in this period; a job moves its meetings, or cancels them.

    No request and no plan offers the time from now on. Refuses OrganisersOnly and BadClosure (over, outside
    the forum's days, an unknown room, a long reason).
    """
    check_organiser(by, event, Activity.EDIT)
    reason = one_line(clean_text(reason))
    if period.ends_at <= period.starts_at:
        raise BadClosure(_("The time to close ends after it starts. Correct its hours."))
    if period.starts_at.year == dt.MINYEAR or period.ends_at.year == dt.MAXYEAR:  # no time in some zone
        raise BadClosure(_("The forum is not on %(day)s. Choose one of its days.") % {"day": period.starts_at.date()})
    first = period.starts_at.astimezone(event.zone).date()
    last = (period.ends_at - dt.timedelta(microseconds=1)).astimezone(event.zone).date()
    if first < event.starts_on or last > event.ends_on:
        raise BadClosure(
            _("The forum is from %(first)s to %(last)s; choose a time within it.")
            % {"first": event.starts_on, "last": event.ends_on}
        )
    if period.ends_at <= now:
        raise BadClosure(_("This time is over. Choose a time to come."))
    if room and room not in rooms_for(event):
        raise BadClosure(
            _("There is no room or table “%(room)s” at this forum. Choose one of the list, or the whole venue.")
            % {"room": room[:60]}
        )
    if len(reason) > REASON_LENGTH:
        raise BadClosure(_("A reason has at most %(limit)s characters.") % {"limit": REASON_LENGTH})
    closure = Closure.objects.create(
        event=event, starts_at=period.starts_at, ends_at=period.ends_at, room=room, reason=reason, made_at=now
    )
    enqueue(DISPLACE_MEETINGS, lock=DISPLACE_MEETINGS, queue=CLOCK)
    return closure


def displace_meetings(*, now: dt.datetime) -> int:
    """Move every agreed meeting out of a closed time, or cancel it; the number of meetings. For a job.

    A meeting takes another table at its time where only its room is closed, else the nearest time at which
    both are free and a table is. Each is a transaction of its own: after a crash the job goes on.
    """
    waiting = meetings_to_displace(now)
    return len(for_each("setup.displace_meetings", waiting, lambda one: _displace(one[0], one[1], now)))


@in_transaction
def _displace(closure: Closure, meeting_id: int, now: dt.datetime) -> None:
    meeting = lock_meeting(meeting_id)
    if meeting.state != Meeting.State.ACCEPTED or meeting_id not in {pk for _one, pk in meetings_to_displace(now)}:
        return
    if meeting.kind == Meeting.Kind.GROUP:
        end_session_of(meeting, now)
        return
    slot, table = meeting.slot, meeting.table
    if slot is None or table is None:
        return
    is_of_two, is_table = meeting.kind == Meeting.Kind.ONE_TO_ONE, meeting.kind == Meeting.Kind.ROUND
    # A table of a group is one of those its organisers chose, at their times: it ends.
    outcome = Outcome.MOVED if not is_table and _move(meeting, slot, now) else Outcome.CANCELLED
    if outcome == Outcome.CANCELLED:
        reason = closure.reason or _("The organisers closed this time.")
        if is_of_two:
            cancel_locked_meeting(meeting, None, reason, now)
        else:
            cancel_locked_group(meeting, reason, now)
    DisplacedMeeting.objects.update_or_create(
        closure=closure,
        meeting=meeting,
        defaults={"slot": slot, "table": table, "sequence": meeting.sequence, "outcome": outcome},
    )


def _move(meeting: Meeting, slot: Slot, now: dt.datetime) -> bool:
    """Book a locked meeting again: at its own time, or at the nearest; False where none is left."""
    free: tuple[Slot, ...] = ()
    if meeting.kind == Meeting.Kind.ONE_TO_ONE:  # an office hour takes another table, and no other time
        first, second = seated_ids(meeting.pk)
        free = common_slots(first, [second], after=now + MIN_NOTICE)[second]
    nearest = sorted(free, key=lambda one: (abs(one.starts_at - slot.starts_at), one.starts_at))
    here = [slot] if slot.starts_at > now and free_tables(meeting, slot) else []
    return any(_rebook(meeting, one, None, now) for one in [*here, *nearest[:MAX_TRIES]])


def _rebook(meeting: Meeting, slot: Slot, table: Table | None, now: dt.datetime) -> bool:
    """Give a locked meeting this slot and the table, or another, and notify both; False where it is taken."""
    try:
        with transaction.atomic():
            rebook(meeting, slot, table, now)
    except (SlotTaken, NoTableFree):
        meeting.refresh_from_db()
        return False
    return True


@in_transaction
def reopen_period(*, event: Event, closure_id: int, by: Person, now: dt.datetime) -> Closure:
    """Open a closed time again; nothing moves back. Doing it again changes nothing.

    Refuses OrganisersOnly and NotFound.
    """
    check_organiser(by, event, Activity.EDIT)
    closure = Closure.objects.select_for_update(no_key=True).filter(event=event, pk=closure_id).first()
    if closure is None:
        raise NotFound(_("There is no such closed time at this forum. Load the page again."))
    if closure.reopened_at is None:
        closure.reopened_at = now
        closure.save(update_fields=["reopened_at"])
        announce_freed_times(event.pk)
    return closure


def undo_closure(*, event: Event, closure_id: int, by: Person, now: dt.datetime) -> int:
    """Open the time again and put its meetings back; the number that is back as before.

    A meeting changed since, or whose people or table have something else then, stays as it is. Refuses
    OrganisersOnly, NotFound, and `too_late_to_undo` ten minutes after the closing.
    """
    check_organiser(by, event, Activity.EDIT)
    closure = Closure.objects.filter(event=event, pk=closure_id).first()
    if closure is not None and now >= closure.made_at + UNDO_WINDOW:
        raise Refused(
            "too_late_to_undo",
            _(
                "It was closed more than ten minutes ago: you can open the time again, but its meetings stay "
                "as they are."
            ),
        )
    reopen_period(event=event, closure_id=closure_id, by=by, now=now)
    displaced = DisplacedMeeting.objects.filter(closure=closure_id).exclude(outcome=Outcome.RESTORED)
    return sum(_restore(one, now) for one in displaced.select_related("slot", "table").order_by("pk"))


@in_transaction
def _restore(displaced: DisplacedMeeting, now: dt.datetime) -> bool:
    meeting = lock_meeting(displaced.meeting_id)
    both, slot = present_ids(meeting.pk), displaced.slot
    in_session = SessionPart.objects.filter(overlapping(slot.starts_at, slot.ends_at, of="session"), attendee__in=both)
    if meeting.sequence != displaced.sequence or slot.starts_at <= now or in_session.exists():
        return False
    if meeting.kind == Meeting.Kind.ROUND:
        is_back = restore_table(meeting, now)
    else:
        may_all_meet = len(both) > 1 and all(may_meet(pair, now) for pair in combinations(both, 2))  # guests, too
        is_back = may_all_meet and _rebook(meeting, slot, displaced.table, now)
    if not is_back:
        return False
    displaced.outcome, displaced.sequence = Outcome.RESTORED, meeting.sequence
    displaced.save(update_fields=["outcome", "sequence"])
    return True
