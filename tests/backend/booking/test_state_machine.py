"""A stateful property test: any order of requests, answers and clock changes keeps the invariants."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import combinations

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from backend.agenda.services.bookmarks import bookmark_session
from backend.booking.models.counter_offers import CounterOffer
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.selectors.meetings import confirmed_meetings_for
from backend.booking.services.availability import close_slots, open_slots
from backend.booking.services.freed_times import offer_freed_times
from backend.booking.services.meetings import end_refused_meetings
from backend.booking.services.requests import expire_requests
from backend.booking.services.waiting_list import end_refused_waiting, leave_waiting_list
from backend.core.period import Period
from backend.events.models.attendees import Attendee
from backend.notifications.services.reminders import remind_people
from backend.outcomes.services.attestations import ask_whether_held, settle_unattested
from backend.safeguarding.rules import may_contact
from tests.backend.booking.state_machine import PEOPLE, SLOTS, ZONES, MeetingMachineBase, machine_in, run_machine
from tests.factories import block_contact, unblock_contact

pytestmark = pytest.mark.django_db


someone = st.integers(0, PEOPLE - 1)
two = st.lists(someone, min_size=2, max_size=2, unique=True)
some_slots = st.lists(st.integers(0, SLOTS - 1), max_size=3, unique=True)
any_meeting = st.integers(0, 40)
a_side = st.sampled_from(["asker", "invited"])
a_state = st.sampled_from([*Meeting.State.values])
sometimes = st.integers(0, 5).map(lambda number: number == 5)


class RolledBack(Exception):
    pass


class MeetingMachine(MeetingMachineBase):
    """Rules: what people and the clock do. Invariants: what always holds."""

    # --- what people do -------------------------------------------------------------------------------

    @rule(pair=two, slots=some_slots, online=sometimes, step_free=sometimes)
    def ask(self, pair: list[int], slots: list[int], online: bool, step_free: bool) -> None:
        asker, other = map(self._who, pair)
        self._try(
            lambda: self.forum.ask(asker, other, *self._slots(slots), is_online=online, needs_step_free=step_free)
        )

    @initialize(pairs=st.lists(two, min_size=4, max_size=8), slots=some_slots)
    def ask_all_for_the_same_times(self, pairs: list[list[int]], slots: list[int]) -> None:
        for pair in pairs:
            self.ask(pair, slots, False, False)

    @rule(a=someone, from_minor=st.booleans(), slots=some_slots, really=sometimes)
    def ask_across_the_age_line(self, a: int, from_minor: bool, slots: list[int], really: bool) -> None:
        pair = (self.minor, self._who(a)) if from_minor else (self._who(a), self.minor)
        if really:
            assert self._try(lambda: self.forum.ask(*pair, *self._slots(slots))) == "not_found"

    @rule(m=any_meeting, by=a_side, slots=some_slots)
    def edit(self, m: int, by: str, slots: list[int]) -> None:
        self._with("requested", m, by, lambda who, meeting: self.forum.edit(who, meeting, *self._slots(slots)))

    @rule(m=any_meeting, slot=st.none() | st.integers(0, SLOTS - 1))
    def accept(self, m: int, slot: int | None) -> None:
        def accept(who: Attendee, meeting: Meeting) -> None:
            self.forum.accept(who, meeting, self._slots([slot])[0] if slot is not None else None)
            ages = Attendee.objects.filter(seats__meeting=meeting).values_list("age_class", flat=True)
            assert set(ages) == {"adult"}

        self._with("requested", m, "invited", accept)

    @rule()
    def accept_all(self) -> None:
        for number in range(Meeting.objects.requests().count()):
            self._with("requested", number, "invited", self.forum.accept)

    @rule(m=any_meeting)
    def accept_and_roll_back(self, m: int) -> None:
        """A change that is undone tells nobody: neither the row nor the mail's job stays."""
        before = (Notice.objects.count(), self._jobs())

        def accept_in_vain(who: Attendee, meeting: Meeting) -> None:
            with transaction.atomic():
                self.forum.accept(who, meeting)
                raise RolledBack

        try:
            self._with("requested", m, "invited", accept_in_vain)
        except RolledBack:
            assert (Notice.objects.count(), self._jobs()) == before

    @rule(m=any_meeting, state=a_state, by=a_side, verb=st.sampled_from(["decline", "withdraw", "cancel", "accept"]))
    def say_anything(self, m: int, state: str, by: str, verb: str) -> None:
        self._with(state, m, by, getattr(self.forum, verb))

    @rule(pair=two, first=sometimes)
    def wait_for_a_time(self, pair: list[int], first: bool) -> None:
        """Often in vain, as they have times in common; sometimes the other closes all that is free."""
        waiter, other = map(self._who, pair)
        if first:
            to_come = [slot.pk for slot in self.forum.slots if slot.starts_at > self.forum.now]
            close_slots(attendee=other, slot_ids=to_come[1:], by=other.person, now=self.forum.now)
        self._try(lambda: self.forum.wait(waiter, other))

    @rule(number=any_meeting)
    def stop_waiting(self, number: int) -> None:
        entries = list(WaitingListEntry.objects.order_by("pk").select_related("attendee__person"))
        if entries:
            entry = entries[number % len(entries)]
            mine = {"attendee": entry.attendee, "entry_id": entry.pk, "by": entry.attendee.person}
            self._try(lambda: leave_waiting_list(**mine))

    @rule()
    def offer_what_fell_free(self) -> None:
        end_refused_waiting(now=self.forum.now)
        offer_freed_times(now=self.forum.now)

    @invariant()
    def what_was_given_to_who_waited_is_asked_for_then_and_nobody_waits_for_whom_they_meet(self) -> None:
        for entry in WaitingListEntry.objects.filter(state="asked").select_related("meeting"):
            assert entry.meeting.state == "requested"
            [time] = entry.meeting.times.select_related("slot")
            given = (entry.period.lower, entry.period.upper)
            assert given == (time.slot.starts_at, time.slot.ends_at)
        for entry in WaitingListEntry.objects.waiting():
            both = Meeting.objects.filter(seats__attendee=entry.attendee_id, state="accepted")
            both = both.filter(pk__in=Seat.objects.filter(attendee=entry.other_id).values("meeting"))
            assert not both.filter(answered_at__gte=entry.created_at).exists()

    @rule(m=any_meeting, state=st.sampled_from(["requested", "accepted"]), by=a_side, slots=some_slots)
    def counter(self, m: int, state: str, by: str, slots: list[int]) -> None:
        self._with(state, m, by, lambda who, meeting: self.forum.counter(who, meeting, *self._slots(slots)))

    @rule(m=any_meeting, state=st.sampled_from(["requested", "accepted"]), by=a_side, slot=st.integers(0, SLOTS - 1))
    def take_counter(self, m: int, state: str, by: str, slot: int) -> None:
        def take(who: Attendee, meeting: Meeting) -> None:
            offer = CounterOffer.objects.filter(meeting=meeting, state="open").first()
            offered = [time.slot for time in offer.times.all()] if offer else []
            self.forum.take_counter(who, meeting, offered[0] if offered else self._slots([slot])[0])
            assert offer is None or offer.made_by != who

        self._with(state, m, by, take)

    @rule(m=any_meeting, by=a_side)
    def cancel(self, m: int, by: str) -> None:
        self._with("accepted", m, by, self.forum.cancel)

    @rule(m=any_meeting, by=a_side, took_place=st.booleans())
    def attest(self, m: int, by: str, took_place: bool) -> None:
        self._with("accepted", m, by, lambda who, meeting: self.forum.attest(who, meeting, took_place))

    @rule(a=someone, slots=some_slots, opening=st.booleans())
    def change_slots(self, a: int, slots: list[int], opening: bool) -> None:
        change = open_slots if opening else close_slots
        who, ids = self._who(a), [slot.pk for slot in self._slots(slots)]
        self._try(lambda: change(attendee=who, slot_ids=ids, by=who.person, now=self.forum.now))

    @rule(a=someone, really=sometimes)
    def bookmark(self, a: int, really: bool) -> None:
        who = self._who(a)
        if not really:
            return
        self._try(lambda: bookmark_session(attendee=who, session_id=self.session.pk, by=who.person, now=self.forum.now))

    @rule(pair=two, how=st.sampled_from(["block", "report"]), lift=st.booleans(), really=sometimes)
    def part(self, pair: list[int], how: str, lift: bool, really: bool) -> None:
        change = unblock_contact if lift else block_contact
        by, other = map(self._who, pair)
        if really or lift:
            change(how, by, other, self.forum.now)

    @rule(a=someone, age_class=st.sampled_from(["adult", "minor", "unknown"]), really=sometimes)
    def set_age_class(self, a: int, age_class: str, really: bool) -> None:
        if really or age_class == "adult":
            Attendee.objects.filter(pk=self._who(a).pk).update(age_class=age_class)

    # --- what time does -------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 30, 90, 60 * 7, 60 * 25, 60 * 72]))
    def let_time_pass(self, minutes: int) -> None:
        self.forum.now += dt.timedelta(minutes=minutes)

    @rule()
    def run_the_jobs(self) -> None:
        now = self.forum.now
        end_refused_meetings(now=now)
        expire_requests(now=now)
        remind_people(now=now)
        ask_whether_held(now=now)
        settle_unattested(now=now)
        assert not Meeting.objects.requests().filter(expires_at__lte=now).exists()
        for meeting in Meeting.objects.to_come(now):
            first, second = self._seated(meeting)
            assert may_contact(first, second, "meeting", now)

    @rule()
    @precondition(lambda self: Notice.objects.exists())
    def remind_twice(self) -> None:
        remind_people(now=self.forum.now)
        assert remind_people(now=self.forum.now) == 0

    # --- what always holds ----------------------------------------------------------------------------

    @invariant()
    def invariants_hold(self) -> None:
        """All of it is a matter of the rows and the clock: where neither changed, it was seen to hold."""
        if self.changed():
            self.nobody_is_in_two_places_and_no_table_is_taken_twice()
            self.every_meeting_is_of_two_and_a_cap_is_a_cap()
            self.an_agreed_meeting_is_in_both_calendars_or_where_contact_ended_in_neither()
            self.every_notice_has_one_mail_job_and_the_database_agrees_with_all_of_it()

    def nobody_is_in_two_places_and_no_table_is_taken_twice(self) -> None:
        seats = Seat.objects.filter(is_active=True).select_related("meeting__table", "meeting__slot")
        by_person: dict[object, list[Period]] = {}
        by_table: dict[object, list[Period]] = {}
        for seat in seats:
            meeting = seat.meeting
            assert meeting.state in Meeting.CONFIRMED_STATES
            assert seat.period == meeting.period
            assert (meeting.period.lower, meeting.period.upper) == (meeting.slot.starts_at, meeting.slot.ends_at)
            assert meeting.table.is_online == meeting.is_online
            assert meeting.table.step_free or meeting.is_online or not meeting.needs_step_free
            period = Period(seat.period.lower, seat.period.upper)
            by_person.setdefault(seat.attendee_id, []).append(period)
            if seat.part == Seat.Part.ASKER and not meeting.is_online:
                by_table.setdefault(meeting.table_id, []).append(period)
        for periods in [*by_person.values(), *by_table.values()]:
            assert not any(a.overlaps(b) for a, b in combinations(periods, 2))

    def every_meeting_is_of_two_and_a_cap_is_a_cap(self) -> None:
        for meeting in Meeting.objects.prefetch_related("seats"):
            assert sorted(seat.part for seat in meeting.seats.all()) == ["asker", "invited"]
            active = {seat.is_active for seat in meeting.seats.all()}
            assert active == {meeting.state in Meeting.CONFIRMED_STATES}
        asked = Counter(Meeting.objects.open_at(self.forum.now).values_list("asker", flat=True))
        assert all(count <= 8 for count in asked.values())

    def an_agreed_meeting_is_in_both_calendars_or_where_contact_ended_in_neither(self) -> None:
        agreed = Meeting.objects.filter(state__in=Meeting.CONFIRMED_STATES).prefetch_related("seats__attendee__person")
        seated = {
            meeting.pk: [seat.attendee for seat in sorted(meeting.seats.all(), key=lambda seat: seat.part)]
            for meeting in agreed
        }
        shown = {
            who.pk: {row.meeting_id for row in confirmed_meetings_for(who, self.forum.now)}
            for who in {self.minor, *(who for both in seated.values() for who in both)}
        }
        assert shown[self.minor.pk] == set()
        for meeting, (first, second) in seated.items():
            expected = may_contact(first, second, "meeting", self.forum.now)
            assert [meeting in shown[who.pk] for who in (first, second)] == [expected, expected]

    def every_notice_has_one_mail_job_and_the_database_agrees_with_all_of_it(self) -> None:
        assert self._jobs() == Notice.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("zone", sorted(ZONES))
def test_whatever_people_do_over_a_change_of_clocks_no_rule_is_broken(zone):
    run_machine(machine_in(zone, MeetingMachine), examples=5, steps=40)
