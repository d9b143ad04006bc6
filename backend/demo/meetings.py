"""Meetings for the demo forum: times, tables, who opened what, and requests in every state."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import transaction
from django.db.models import Prefetch

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Delivery
from backend.booking.selectors.availability import SlotChoice, free_slots_between
from backend.booking.services.answers import accept_meeting, decline_meeting, withdraw_request
from backend.booking.services.meeting_rules import set_rules
from backend.booking.services.meetings import cancel_meeting
from backend.booking.services.requests import MeetingRequestData, expire_requests, request_meeting
from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.events import Event, Topic
from backend.events.rules.slot_grid import SlotGrid, periods_of
from backend.events.selectors import shown_name, slots_for
from backend.events.services.venue import TableData, add_slots, add_tables
from backend.outcomes.services.attestations import attest_meeting
from backend.outcomes.services.reports import report_meeting
from backend.people.models import Person
from backend.programme.services.by_hand import put_forward
from backend.safeguarding.rules import matchable

SEED = 2026
HOURS = ((dt.time(10), dt.time(12, 30)), (dt.time(13), dt.time(17)))
TABLES, WITHOUT_STEPS = 40, 10
CLOSED = 8  # one in so many opens nothing
ASKED_OVER, TO_ANSWER = 240.0, 12.0  # hours: over how many people ask, and how long most take to answer
WAITING_OVER, EXPIRY = 96.0, 168  # hours: over how many people asked what still waits, and how long it may
PROPOSED_OVER = 60.0  # hours: over how many the organisers proposed meetings
PROPOSED = 12  # between people without a demo account
ASKERS, ASKED = 0.7, 3  # this share of those who viewed their list asks so many of it
REPORTED = (
    "Since this request I got eleven messages on my private number from the same person, two of them at "
    "night. I have not answered. The last one says in which hotel I will stay."
)


@dataclass(frozen=True, slots=True)
class DemoMeetings:
    slots: int
    tables: int
    open_people: int
    meetings: int


@transaction.atomic
def load_meetings(*, event: Event, earlier: Event, main: Sequence[Person], now: dt.datetime) -> DemoMeetings:
    """Set both editions up and let people ask each other; `main` are the people of the demo accounts.

    The present edition gets open and answered requests, the earlier one what both reported afterwards.
    """
    opening = dt.datetime.combine(event.starts_on, dt.time(8), event.zone)
    before = min(now, opening - dt.timedelta(days=2))
    slots, tables, open_people = _set_up(event, main)
    requests = _Requests(event, main, before)
    requests.make_present()
    requests.make_report()
    last_year = dt.datetime.combine(earlier.starts_on, dt.time(8), earlier.zone) - dt.timedelta(days=2)
    _set_up(earlier, main)
    past = _Requests(earlier, main, last_year)
    past.make_past()
    _mail_from(now)
    return DemoMeetings(slots, tables, open_people, requests.count + past.count)


@transaction.atomic
def ask_from_lists(
    *,
    event: Event,
    viewed: Mapping[int, Sequence[int]],
    main: Sequence[Person],
    now: dt.datetime,
    on_progress: Callable[[float], object] = lambda _: None,
) -> int:
    """Let some of those who viewed their list ask the first of it; gives how many requests it made.

    viewed: whom each viewed, best first, by attendee's id. The same ones ask every time; no demo account asks
    or is asked. `on_progress` gets the share done, 0 to 1.
    """
    requests = _Requests(event, main, now)
    people = {attendee.pk: attendee for attendee in requests.rest}
    chance = random.Random(f"{SEED} lists {event.slug}")  # noqa: S311 - not a secret
    for done, asker in enumerate(people.values(), start=1):
        if chance.random() < ASKERS:
            for other in filter(None, map(people.get, viewed.get(asker.pk, ())[:ASKED])):
                requests.ask(asker, other, chance.random())
        on_progress(done / len(people))
    _mail_from(now)
    return requests.count


@transaction.atomic
def propose_from_lists(
    *, event: Event, listed: Mapping[int, Sequence[int]], main: Sequence[Person], now: dt.datetime
) -> int:
    """Let an organiser propose meetings from the lists, some answered; gives how many.

    listed: whom each has on their list, best first, by attendee's id. Each demo account has one to answer,
    one that the other said yes to, and one yes and one no of its own.
    """
    organiser = _organiser_of(event)
    if organiser is None:
        return 0
    requests = _Requests(event, main, now)
    people = {attendee.pk: attendee for attendee in (*requests.main, *requests.rest)}
    chance = random.Random(f"{SEED} proposals {event.slug}")  # noqa: S311 - not a secret
    count = 0

    def propose(one: Attendee, answers: Sequence[tuple[bool, bool | None]]) -> None:
        """One proposal for each of `answers`: whether it is of this person or the other; yes, no or none."""
        nonlocal count
        others = iter([people[pk] for pk in listed.get(one.pk, ()) if pk in people])
        for is_own, answer in answers:
            for other in others:
                proposed_at = now - dt.timedelta(hours=chance.uniform(1, PROPOSED_OVER))
                free = free_slots_between(one, other.pk, proposed_at)
                try:
                    with transaction.atomic():
                        meeting = put_forward(
                            event=event, pair=(one.pk, other.pk), slot_ids=_spread(free)[:1], by=organiser,
                            now=proposed_at,
                        )  # fmt: skip
                        if answer is not None:
                            _answer(meeting, one if is_own else other, answer, proposed_at, chance, now)
                except BusinessError:
                    continue
                count += 1
                break

    for attendee in requests.main:
        propose(attendee, ((True, None), (False, True), (True, True), (True, False)))
    for attendee, answer in zip(requests.rest, [None, True, False] * (PROPOSED // 3), strict=False):
        propose(attendee, ((True, answer),))
    _mail_from(now)
    return count


def _answer(
    meeting: Meeting,
    attendee: Attendee,
    answer: bool,
    proposed_at: dt.datetime,
    chance: random.Random,
    now: dt.datetime,
) -> None:
    """Say yes or no to a proposal some hours after it was made."""
    service = accept_meeting if answer else decline_meeting
    answered_at = min(now, proposed_at + dt.timedelta(hours=chance.expovariate(1 / TO_ANSWER)))
    service(attendee=attendee, meeting_id=meeting.pk, by=attendee.person, now=answered_at)


def _organiser_of(event: Event) -> Person | None:
    organisers = Attendee.objects.filter(event=event, permission=Attendee.Permission.ORGANISER)
    first = organisers.select_related("person").order_by("person_id").first()
    return first.person if first else None


def _mail_from(now: dt.datetime) -> None:
    """What was asked in the days before is mailed from now on, when the demo is loaded."""
    Delivery.objects.filter(state=Delivery.State.QUEUED, due_at__lt=now).update(due_at=now)


def _set_up(event: Event, main: Sequence[Person]) -> tuple[int, int, int]:
    """Times on every day, tables, an online room, and open times of most attendees."""
    organiser = _organiser_of(event)
    assert organiser is not None
    days = tuple(event.starts_on + dt.timedelta(days=n) for n in range((event.ends_on - event.starts_on).days + 1))
    grid = SlotGrid(days=days, windows=HOURS, length_minutes=25, break_minutes=5)
    slots = add_slots(event=event, periods=periods_of(grid, event.zone), by=organiser)
    first_level = TABLES - WITHOUT_STEPS
    tables = add_tables(
        event=event,
        tables=[
            TableData(
                label=f"T{number}",
                place="Gallery, first floor" if number <= first_level else "Garden foyer, ground floor",
                step_free=number > first_level,
            )
            for number in range(1, TABLES + 1)
        ]
        + [TableData(label="Online", is_online=True, room_link="https://meet.example.org/{meeting}")],
        by=organiser,
    )
    set_rules(event=event, open_requests=8, expiry_hours=EXPIRY, proposal_hours=EXPIRY, by=organiser)
    chance = random.Random(f"{SEED} open {event.slug}")  # noqa: S311 - not a secret
    ids = [slot.pk for slot in slots_for(event)]
    always = {person.pk for person in main}
    opened: dict[int, list[int]] = {}
    for attendee in matchable(event).select_related("person").order_by("person__email"):
        share = chance.uniform(0.5, 1.0)
        wanted = [pk for pk in ids if chance.random() < share or attendee.person_id in always]
        if (chance.randrange(CLOSED) and wanted) or attendee.person_id in always:
            opened[attendee.pk] = wanted
    Availability.objects.bulk_create(
        Availability(event=event, attendee_id=pk, slot_id=slot) for pk, wanted in opened.items() for slot in wanted
    )
    return slots, len(tables), len(opened)


class _Requests:
    """Requests between the edition's people, in a fixed order; each pair meets once."""

    def __init__(self, event: Event, main: Sequence[Person], now: dt.datetime) -> None:
        topics = Interest.objects.select_related("topic__theme").order_by("topic__position")
        interests = Prefetch("interests", topics)
        people = list(
            matchable(event).filter(availability__isnull=False).distinct()
            .select_related("person", "event").prefetch_related(interests).order_by("person__email")
        )  # fmt: skip
        emails = [person.email for person in main]
        self.main = sorted(
            (attendee for attendee in people if attendee.person.email in emails),
            key=lambda attendee: emails.index(attendee.person.email),
        )
        self.event, self.now, self.count = event, now, 0
        self.answered_at = now
        self._hours = random.Random(f"{SEED} hours {event.slug}")  # noqa: S311 - not a secret
        chance = random.Random(f"{SEED} meetings {event.slug}")  # noqa: S311 - not a secret
        self.rest = [attendee for attendee in people if attendee.person.email not in emails]
        chance.shuffle(self.rest)
        self._unasked = iter(self.rest)

    def make_present(self) -> None:
        """Give every demo account requests in and out, and meetings in every state."""
        for first, second in pairwise(self.main):
            self._between(first, second, self._accept)
        for attendee in self.main:
            for answer in (self._accept, self._accept, self._decline, self._withdraw):
                self._ask(attendee, answer, inbound=False)
            for answer in (self._accept, self._accept, self._cancel):
                self._ask(attendee, answer, inbound=True)
        for attendee in self.main:  # what waits comes last, so that no answer takes its times
            for inbound in (False, False, False, True, True):
                self._ask(attendee, None, inbound=inbound)

    def make_report(self) -> None:
        """An attendee without a demo account reports the sender of a request."""
        for asker, invited in pairwise(self._unasked):
            if self._between(asker, invited, self._report):
                return

    def make_past(self) -> None:
        """Meetings in every final state, and expired requests."""
        for attendee in self.main:
            self._ask(attendee, None, inbound=False)
            for both in ((True, True), (True, True), (True, False), (False, False)):
                self._ask(attendee, self._attested(both), inbound=both[1])
        expire_requests(now=dt.datetime.combine(self.event.ends_on, dt.time(23), self.event.zone))

    def ask(self, asker: Attendee, other: Attendee, luck: float) -> bool:
        """Send a request; `luck` in [0, 1] selects the outcome: accepted, declined or open."""
        answer = self._accept if luck < 0.5 else self._decline if luck < 0.7 else None
        return self._between(asker, other, answer)

    def _ask(self, attendee: Attendee, answer: Callable[[Meeting], object] | None, *, inbound: bool) -> None:
        for other in self._unasked:
            pair = (other, attendee) if inbound else (attendee, other)
            if self._between(*pair, answer):
                return

    def _between(self, asker: Attendee, other: Attendee, answer: Callable[[Meeting], object] | None) -> bool:
        """Let one ask the other; False, and nothing is kept, where the two cannot meet."""
        over = ASKED_OVER if answer else WAITING_OVER
        asked_at = self.now - dt.timedelta(hours=self._hours.uniform(0, over))
        took = dt.timedelta(hours=self._hours.expovariate(1 / TO_ANSWER))
        self.answered_at = min(self.now, asked_at + took)
        free = free_slots_between(asker, other.pk, asked_at)
        offered = next((row.topic for row in other.interests.all() if row.offers), None)
        wish = MeetingRequestData(
            slot_ids=_spread(free), message=first_message(other, offered), theme=offered.theme.key if offered else ""
        )
        try:
            with transaction.atomic():
                meeting = request_meeting(attendee=asker, other_id=other.pk, data=wish, by=asker.person, now=asked_at)
                if answer is not None:
                    answer(meeting)
        except BusinessError:
            return False
        self.count += 1
        return True

    def _accept(self, meeting: Meeting) -> Meeting:
        _, invited = self._people(meeting)
        return accept_meeting(attendee=invited, meeting_id=meeting.pk, by=invited.person, now=self.answered_at)

    def _decline(self, meeting: Meeting) -> None:
        _, invited = self._people(meeting)
        reason = "My days are full, but please write to my colleague at our stand."
        decline_meeting(attendee=invited, meeting_id=meeting.pk, reason=reason, by=invited.person, now=self.answered_at)

    def _withdraw(self, meeting: Meeting) -> None:
        asker, _ = self._people(meeting)
        withdraw_request(attendee=asker, meeting_id=meeting.pk, by=asker.person, now=self.answered_at)

    def _cancel(self, meeting: Meeting) -> None:
        asker, _ = self._people(self._accept(meeting))
        reason = "My flight leaves earlier than planned. I am sorry."
        cancel_meeting(attendee=asker, meeting_id=meeting.pk, reason=reason, by=asker.person, now=self.answered_at)

    def _report(self, meeting: Meeting) -> None:
        _, invited = self._people(meeting)
        report_meeting(
            attendee=invited,
            meeting_id=meeting.pk,
            category="harassment",
            words=REPORTED,
            by=invited.person,
            now=self.answered_at,
        )

    def _attested(self, took_place: tuple[bool, bool]) -> Callable[[Meeting], None]:
        def attest(meeting: Meeting) -> None:
            agreed = self._accept(meeting)
            for attendee, happened in zip(self._people(agreed), took_place, strict=True):
                attest_meeting(
                    attendee=attendee,
                    meeting_id=agreed.pk,
                    took_place=happened,
                    usefulness=4 + attendee.pk % 2 if happened else None,
                    by=attendee.person,
                    now=agreed.period.upper,
                )

        return attest

    def _people(self, meeting: Meeting) -> tuple[Attendee, Attendee]:
        seats = {seat.part: seat.attendee for seat in meeting.seats.select_related("attendee__person")}
        return seats["asker"], seats["invited"]


def _spread(free: Sequence[SlotChoice]) -> tuple[int, ...]:
    """Ids of up to three times over the whole of what is free."""
    step = max(1, len(free) // 3)
    return tuple(time.slot_id for time in free[::step][:3])


def first_message(other: Attendee, offered: Topic | None) -> str:
    """A first line that names what the other offers."""
    about = "I read your profile with interest."
    if offered:
        about = f"You name “{offered.name}” among the topics you can help with. I am looking for that."
    return f"Dear {shown_name(other)},\n{about} Could we meet for a few minutes?"
