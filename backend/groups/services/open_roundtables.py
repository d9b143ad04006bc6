"""Roundtables that attendees propose, in their own words, and that others join by themselves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.rules import MIN_NOTICE
from backend.booking.selectors.tables import free_tables
from backend.booking.services.booking import SEAT_CONSTRAINT, NoTableFree, SlotTaken, violates
from backend.booking.services.locks import lock_requests
from backend.booking.services.requests import BadTimes, release_requests
from backend.core.errors import BusinessError, Refused
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Topic
from backend.events.rules.aliases import WRITTEN, check_tells_nothing
from backend.events.rules.attendees import check_own, normalise_text
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_attendees
from backend.groups.models import OPEN_SEATS, TRIO, Rounds, RoundTable
from backend.groups.rules import may_sit_with
from backend.groups.selectors.open_roundtables import is_busy_at, open_roundtable_for
from backend.groups.services.places import new_seat
from backend.groups.services.round_tables import no_such_table, sit_at_table
from backend.groups.services.rounds import TITLE_LIMIT
from backend.people.models import Person

MOST_OWN = 3


class RoundtableFull(BusinessError):
    code = "roundtable_full"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundtableData:
    """What a host proposes: what it is about, when, for how many with themself, and a topic (key) or none."""

    about: str
    slot_id: int
    seats: int
    topic: str = ""


@in_transaction
def propose_roundtable(*, attendee: Attendee, data: RoundtableData, by: Person, now: dt.datetime) -> Rounds:
    """Propose a roundtable, which nobody but organisers reads until one of them approves it.

    Refuses NotYours, NotInThisState, `cannot_host`, `bad_roundtable`, RealNameInText,
    `too_many_roundtables`, BadTimes, SlotTaken and NoTableFree.
    """
    check_own(attendee, by, Activity.ASK)
    lock_attendees([attendee.pk])
    own = RoundTable.objects.filter(host=attendee, rounds__is_open=True, slot__starts_at__gt=now)
    waiting = own.filter(rounds__state=Rounds.State.PROPOSED)
    if (waiting | own.filter(meeting__state=Meeting.State.ACCEPTED)).count() >= MOST_OWN:
        message = _("You have %(count)d roundtables to come, the most there can be. Take one back first.")
        raise Refused("too_many_roundtables", message % {"count": MOST_OWN})
    rounds = Rounds(
        event_id=attendee.event_id,
        kind=Rounds.Kind.ROUNDTABLES,
        is_open=True,
        state=Rounds.State.PROPOSED,
        work=Rounds.Work.READY,
        least=TRIO,
        made_by=by,
        made_at=now,
    )
    _write(attendee, rounds, RoundTable(event_id=attendee.event_id, host=attendee), data, now)
    return rounds


@in_transaction
def change_roundtable(
    *, attendee: Attendee, rounds_id: int, data: RoundtableData, by: Person, now: dt.datetime
) -> Rounds:
    """Change what one proposed while no organiser has answered; an answer to what it was before is refused.

    Refuses as `propose_roundtable` does but for their number, NotFound, `already_approved` and `not_proposed`.
    """
    check_own(attendee, by, Activity.ASK)
    rounds = _own_for_update(attendee, rounds_id)
    if rounds.state != Rounds.State.PROPOSED:
        raise Refused("not_proposed", _("This was answered or taken back. Propose another."))
    rounds.version += 1
    _write(attendee, rounds, rounds.tables.get(), data, now)
    return rounds


def _write(host: Attendee, rounds: Rounds, one: RoundTable, data: RoundtableData, now: dt.datetime) -> None:
    """Store what the host proposes, where it can be; the host is locked."""
    about = _clean_about(data)
    check_tells_nothing(host, dict.fromkeys(WRITTEN, "") | {"about": about})
    topic = Topic.objects.filter(event=host.event_id, key=data.topic).first() if data.topic else None
    if data.topic and topic is None:
        raise _bad("topic", _("Choose one of the forum’s topics."))
    if not may_sit_with(host.event_id, host.pk, ()):
        raise Refused("cannot_host", _("Only adults who are listed and have joined can hold a roundtable."))
    slot = Slot.objects.filter(event=host.event_id, pk=data.slot_id, starts_at__gt=now + MIN_NOTICE).first()
    if slot is None:
        raise BadTimes(_("Choose one of your free times."), field="slot")
    if is_busy_at(host.pk, slot):
        raise _time_taken()
    free = free_tables(Meeting(event_id=host.event_id), slot)
    if not free:
        raise NoTableFree(
            _("No place of this kind is free at that time. Choose another time, or another kind."), field="slot"
        )
    rounds.title, rounds.topic, rounds.most = about, topic, data.seats
    rounds.save()
    one.rounds, one.slot, one.topic = rounds, slot, topic
    if one.table_id not in {table.pk for table in free}:
        one.table = free[0]
    one.save()


def _clean_about(data: RoundtableData) -> str:
    about, (least, most) = normalise_text(data.about).strip(), OPEN_SEATS
    if not (about and len(about) <= TITLE_LIMIT and least <= data.seats <= most):
        message = _("Say in at most %(limit)d characters what it is about, and choose %(least)d to %(most)d seats.")
        raise _bad("about", message % {"limit": TITLE_LIMIT, "least": least, "most": most})
    return about


def _bad(field: str, message: str) -> Refused:
    return Refused("bad_roundtable", message, field=field, status=400)


def _time_taken() -> SlotTaken:
    return SlotTaken(_("You have something else at this time. Free it first."), field="slot")


@in_transaction
def withdraw_roundtable(*, attendee: Attendee, rounds_id: int, by: Person, now: dt.datetime) -> Rounds:
    """Take back what one proposed and no organiser answered. Again it changes nothing.

    Refuses NotYours, NotInThisState, NotFound and `already_approved`.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    rounds = _own_for_update(attendee, rounds_id)
    if rounds.state == Rounds.State.PROPOSED:
        rounds.state, rounds.cancelled_at = Rounds.State.CANCELLED, now
        rounds.save(update_fields=["state", "cancelled_at"])
    return rounds


def _own_for_update(attendee: Attendee, rounds_id: int) -> Rounds:
    """What the attendee proposed, both locked; refuses NotFound, and `already_approved`."""
    lock_attendees([attendee.pk])
    own = Rounds.objects.filter(is_open=True, tables__host=attendee, pk=rounds_id)
    rounds = own.select_for_update(no_key=True, of=("self",)).first()
    if rounds is None:
        raise no_such_table()
    if rounds.state == Rounds.State.PUBLISHED:
        raise Refused("already_approved", _("It is approved already. Leave it among your meetings."))
    return rounds


@in_transaction
def join_roundtable(*, attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """Take a place at an open roundtable, and its time; who has one keeps it. The database decides who is last.

    Refuses NotYours, NotInThisState, NotFound (also where the contact policy parts them from one of those
    there), SlotTaken, `no_common_language` and RoundtableFull.
    """
    check_own(attendee, by, Activity.ASK)
    row = open_roundtable_for(attendee, meeting_id, now)
    if row.is_mine:
        return Meeting.objects.get(pk=meeting_id)
    if not row.can_talk:
        message = _("You have no language in common with somebody at this roundtable. Choose another.")
        raise Refused("no_common_language", message)
    if not row.places_left:
        raise _full()
    lock_attendees([attendee.pk])
    lock_requests([attendee.pk], now)
    meeting = _lock_table(meeting_id)
    if meeting.state != Meeting.State.ACCEPTED:
        raise no_such_table()
    if meeting.slot is None or is_busy_at(attendee.pk, meeting.slot):
        raise _time_taken()
    left = Seat.objects.filter(meeting=meeting, attendee=attendee).first()
    seat = left or new_seat(meeting, attendee.pk, Seat.Part.MEMBER)
    seat.is_active, seat.answer, seat.period = True, Seat.Answer.YES, meeting.period
    try:
        has_place = sit_at_table(meeting, seat, most=row.seats)
    except (IntegrityError, OperationalError) as error:
        if not violates(error, SEAT_CONSTRAINT):
            raise
        raise _time_taken() from error
    if not has_place:
        raise _full()
    release_requests(attendee_ids=[attendee.pk], starts_at=row.starts_at, ends_at=row.ends_at, now=now)
    return meeting


def _full() -> RoundtableFull:
    """One sentence, also where somebody came meanwhile beside whom they cannot sit."""
    return RoundtableFull(_("All places are taken. Choose another roundtable, or look again later."))


def _lock_table(meeting_id: int) -> Meeting:
    return Meeting.objects.of_rounds().select_for_update(no_key=True).get(pk=meeting_id)
