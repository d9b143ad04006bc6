"""Meetings of two named people, put forward by hand: whom to choose, when, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.selectors.availability import times_of_two
from backend.core.errors import NotFound
from backend.core.texts import folded
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee, AttendeeQuerySet
from backend.events.models.events import Event
from backend.events.selectors import name_in_lists
from backend.people.models import Constituency
from backend.safeguarding.rules import matchable
from backend.suggestions.models import Run, Suggestion

MAX_ROWS = 100
MAX_LIKELY = 3
MAX_FOUND = 12


@dataclass(frozen=True, slots=True)
class Choosable:
    """Somebody whom an organiser can choose, as lists of organisers name them."""

    attendee_id: int
    name: str
    organisation: str
    title: str = ""
    constituency: str = Constituency.OTHER.value


@dataclass(frozen=True, slots=True)
class Found:
    """Those whose name or organisation has the words, by name; `more` are not among them."""

    people: tuple[Choosable, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class TimesOfTwo:
    """Two chosen people, and the times both have; none where the contact policy parts them, as anywhere."""

    first: Choosable
    second: Choosable
    times: tuple[Slot, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """A meeting put forward by hand. `state` is proposed, withdrawn, expired, or the meeting's once agreed.

    `slot` is the agreed time, else the first proposed one; None where none is left.
    """

    meeting_id: int
    people: tuple[Choosable, ...]
    state: str
    slot: Slot | None
    table: Table | None
    can_withdraw: bool
    can_move: bool


def people_to_choose(event: Event) -> tuple[Choosable, ...]:
    """Everybody who joined and whom matching may read, by name: whether two may meet is not asked here."""
    found = [_choosable(row) for row in _who_can_meet(event)]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.attendee_id)))


def find_to_choose(people: Iterable[Choosable], text: str) -> Found:
    """Those of them in whose name or organisation each word of the text occurs, without case and accents."""
    words = folded(text).split()
    if not words:
        return Found()
    found = [one for one in people if _has_words(one, words)]
    return Found(tuple(found[:MAX_FOUND]), max(len(found) - MAX_FOUND, 0))


def _has_words(one: Choosable, words: Sequence[str]) -> bool:
    text = folded(f"{one.name} {one.organisation}")
    return all(word in text for word in words)


def times_for(*, event: Event, first_id: int, second_id: int, now: dt.datetime) -> TimesOfTwo:
    """When these two can meet; refuses NotFound for anybody who has not joined this forum."""
    people = _who_can_meet(event).in_bulk([first_id, second_id])
    if len(people) < 2:
        raise NotFound(_("Choose two different people who have joined this forum."))
    tables = Table.objects.filter(event=event).order_by("is_online", "step_free", "pk")
    return TimesOfTwo(
        _choosable(people[first_id]),
        _choosable(people[second_id]),
        times_of_two((first_id, second_id), now),
        tuple(tables),
    )


def likely_partners(*, event: Event, attendee_id: int, now: dt.datetime) -> tuple[Choosable, ...]:
    """The first of an attendee's list whom an organiser can have them meet, the best first; at most three.

    Without the people they have a request, a proposal or a meeting with, or no time in common; two whom the
    contact policy parts have none.
    """
    listed = Suggestion.objects.filter(run__event=event, run__state=Run.State.CURRENT, attendee=attendee_id).order_by(
        "rank"
    )
    people = _who_can_meet(event).in_bulk([attendee_id, *listed.values_list("other_id", flat=True)])
    if attendee_id not in people:
        return ()
    underway = Meeting.objects.one_to_one().filter(
        event=event, state__in=(*Meeting.OPEN_STATES, *Meeting.CONFIRMED_STATES), seats__attendee=attendee_id
    )
    known = set(Seat.objects.filter(meeting__in=underway).values_list("attendee_id", flat=True))
    able = (
        people[other]
        for other in listed.values_list("other_id", flat=True)
        if other in people and other not in known and times_of_two((attendee_id, other), now)
    )
    return tuple(_choosable(other) for other in islice(able, MAX_LIKELY))


def put_forward_by_hand(event: Event, now: dt.datetime) -> tuple[ByHand, ...]:
    """What was proposed or arranged by hand, newest first; at most a hundred."""
    made = Meeting.objects.one_to_one().filter(event=event, asker=None, planned=None).order_by("-pk")
    rows = made.select_related("slot", "table", "preferred_table").prefetch_related(
        "times__slot", "seats__attendee__organisation__sector"
    )
    named = set(matchable(event).values_list("pk", flat=True))
    return tuple(_row(meeting, named, now) for meeting in rows[:MAX_ROWS])


def one_by_hand(meeting: Meeting, now: dt.datetime) -> ByHand:
    """One of them."""
    return _row(meeting, set(matchable(meeting.event).values_list("pk", flat=True)), now)


def _who_can_meet(event: Event) -> AttendeeQuerySet:
    return matchable(event).filter(agreed_at__isnull=False).select_related("organisation__sector")


def _row(meeting: Meeting, named: Collection[int], now: dt.datetime) -> ByHand:
    """`named`: the attendees (ids) whose names may be shown; others are somebody."""
    state = _state(meeting, now)
    times: Sequence[Slot] = [time.slot for time in meeting.times.all()]
    agreed_to_come = state == Meeting.State.ACCEPTED and meeting.period is not None and meeting.period.lower > now
    return ByHand(
        meeting_id=meeting.pk,
        people=tuple(
            _choosable(seat.attendee) if seat.attendee_id in named else Choosable(seat.attendee_id, _("Somebody"), "")
            for seat in meeting.seats.all()
        ),
        state=state,
        slot=meeting.slot or (times[0] if times else None),
        table=meeting.table or meeting.preferred_table,
        can_withdraw=state == Meeting.State.PROPOSED and meeting.state == Meeting.State.PROPOSED,
        can_move=agreed_to_come,
    )


def _state(meeting: Meeting, now: dt.datetime) -> str:
    """A proposal that ended early reads as proposed until it would have expired: why it ended is not told."""
    if meeting.withdrawn_at is not None:
        return Meeting.State.WITHDRAWN.value
    if meeting.state in (Meeting.State.PROPOSED, Meeting.State.EXPIRED):
        is_over = meeting.expires_at <= now
        return (Meeting.State.EXPIRED if is_over else Meeting.State.PROPOSED).value
    return meeting.state


def _choosable(row: Attendee) -> Choosable:
    house = row.organisation
    if house is None:
        return Choosable(row.pk, name_in_lists(row), "", row.title)
    return Choosable(row.pk, name_in_lists(row), house.name, row.title, house.sector.constituency)
