"""A stateful property test: whatever hosts, guests and the clock do, an office hour keeps its rules."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from backend.agenda.services.bookmarks import bookmark_session
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.services.meetings import end_refused_meetings
from backend.booking.services.requests import expire_requests
from backend.core.period import Period
from backend.events.models.attendees import Attendee
from backend.groups.selectors.office_hours import office_hours_for
from backend.groups.services.leaving import end_everything_of
from backend.groups.services.office_hours import (
    OfficeHourData,
    add_guest,
    cancel_office_hour,
    end_refused_seats,
    leave_office_hour,
    open_office_hour,
)
from backend.notifications.services.reminders import remind_people
from backend.safeguarding.rules import may_contact
from tests.backend.booking.state_machine import SLOTS, MeetingMachineBase, run_machine
from tests.factories import block_contact, unblock_contact

pytestmark = pytest.mark.django_db

HOSTS, PEOPLE = 2, 11
host = st.integers(0, HOSTS - 1)
someone = st.integers(0, PEOPLE - 1)
one_slot = st.integers(0, SLOTS - 1)
many = st.lists(st.integers(0, 20), min_size=2, max_size=8, unique=True)
any_one = st.integers(0, 20)
rarely = st.integers(0, 5).map(lambda number: number == 5)


class OfficeHourMachine(MeetingMachineBase):
    """Two are asked by all others, and answer many at once, some alone, and some not at all."""

    zone = "Europe/Berlin"

    @initialize(slots=st.lists(one_slot, min_size=2, max_size=2), chosen=many)
    def all_ask_and_each_host_opens_one(self, slots: list[int], chosen: list[int]) -> None:
        self.forum.join(PEOPLE - len(self.forum.people))
        for number in range(HOSTS, PEOPLE):
            for h in range(HOSTS):
                self.ask(number, h, number)
        for h in range(HOSTS):
            self.open(h, chosen, slots[h], False)

    def teardown(self) -> None:
        self.forum.now += dt.timedelta(days=30)
        super().teardown()

    def _feeds_show_what_is_agreed(self) -> None:
        """Every calendar file has each office hour once, confirmed exactly where the page says so."""
        for who in self.forum.people:
            entries = self._entries(who)
            for row in office_hours_for(who, self.forum.now):
                expected = "CONFIRMED" if row.state == "accepted" else "CANCELLED"
                assert entries[str(row.uid)] == (expected, row.starts_at, row.ends_at)

    def _of(self, host: Attendee) -> list[Meeting]:
        return list(Meeting.objects.office_hours().filter(asker=host).order_by("-pk"))

    def _waiting(self, host: Attendee) -> list[Meeting]:
        return list(Meeting.objects.requests().filter(seats__attendee=host).exclude(asker=host).order_by("pk"))

    # --- what people do -------------------------------------------------------------------------------

    @rule(a=someone, h=host, slot=one_slot)
    def ask(self, a: int, h: int, slot: int) -> None:
        if a != h:
            self._try(lambda: self.forum.ask(self._who(a), self._who(h), *self._slots([slot])))

    @rule(h=host, chosen=many, slot=one_slot, online=rarely)
    def open(self, h: int, chosen: list[int], slot: int, online: bool) -> None:
        me = self._who(h)
        if not (waiting := self._waiting(me)):
            return
        ids = dict.fromkeys(waiting[number % len(waiting)].pk for number in chosen)
        data = OfficeHourData(
            request_ids=tuple(ids), slot_id=self._slots([slot])[0].pk, about="The same", is_online=online
        )
        self._try(lambda: open_office_hour(attendee=me, data=data, by=me.person, now=self.forum.now))

    @rule(h=host, which=any_one, request=any_one)
    def add(self, h: int, which: int, request: int) -> None:
        me = self._who(h)
        hours, waiting = self._of(me), self._waiting(me)
        if hours and waiting:
            target = {"meeting_id": hours[which % len(hours)].pk, "by": me.person, "now": self.forum.now}
            asked = waiting[request % len(waiting)].pk
            self._try(lambda: add_guest(attendee=me, request_id=asked, **target))

    @rule(a=someone, which=any_one)
    def leave(self, a: int, which: int) -> None:
        who = self._who(a)
        hours = list(Meeting.objects.office_hours().of(who).order_by("-pk"))
        if hours:
            target = {"meeting_id": hours[which % len(hours)].pk, "by": who.person, "now": self.forum.now}
            self._try(lambda: leave_office_hour(attendee=who, **target))

    @rule(h=host, which=any_one, really=rarely)
    def cancel(self, h: int, which: int, really: bool) -> None:
        me = self._who(h)
        hours = self._of(me)
        if hours and really:
            target = {"meeting_id": hours[which % len(hours)].pk, "by": me.person, "now": self.forum.now}
            self._try(lambda: cancel_office_hour(attendee=me, reason="Ill", **target))

    @rule(h=host, request=any_one, really=rarely)
    def accept_one_alone(self, h: int, request: int, really: bool) -> None:
        me = self._who(h)
        if really and (waiting := self._waiting(me)):
            self._try(lambda: self.forum.accept(me, waiting[request % len(waiting)]))

    @rule(a=someone, really=rarely)
    def bookmark(self, a: int, really: bool) -> None:
        who = self._who(a)
        mine = {"attendee": who, "session_id": self.session.pk, "by": who.person, "now": self.forum.now}
        if really:
            self._try(lambda: bookmark_session(**mine))

    @rule(a=someone, b=someone, how=st.sampled_from(["block", "report"]), lift=st.booleans(), really=rarely)
    def part(self, a: int, b: int, how: str, lift: bool, really: bool) -> None:
        if a != b and (really or lift):
            change = unblock_contact if lift else block_contact
            change(how, self._who(a), self._who(b), self.forum.now)

    @rule(a=someone, age_class=st.sampled_from(["adult", "minor", "unknown"]), really=rarely)
    def set_age_class(self, a: int, age_class: str, really: bool) -> None:
        if really or age_class == "adult":
            Attendee.objects.filter(pk=self._who(a).pk).update(age_class=age_class)

    @rule(a=someone, really=rarely)
    def leave_the_forum(self, a: int, really: bool) -> None:
        if really:
            end_everything_of(attendee_ids=[self._who(a).pk], now=self.forum.now)

    # --- what time does -------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 30, 60 * 7, 60 * 25]), really=rarely)
    def let_time_pass(self, minutes: int, really: bool) -> None:
        if really:
            self.forum.now += dt.timedelta(minutes=minutes)

    @rule()
    def run_the_jobs(self) -> None:
        now = self.forum.now
        end_refused_meetings(now=now)
        end_refused_seats(now=now)
        expire_requests(now=now)
        remind_people(now=now)
        for meeting in Meeting.objects.office_hours().to_come(now):
            people = [seat.attendee for seat in meeting.seats.filter(is_active=True)]
            assert all(may_contact(a, b, "meeting", now) for a, b in combinations(people, 2))

    # --- what always holds ----------------------------------------------------------------------------

    @invariant()
    def invariants_hold(self) -> None:
        if self.changed():
            self.nobody_is_in_two_places_and_no_table_is_taken_twice()
            self.an_office_hour_has_a_host_and_up_to_eight_in_places_of_their_own()
            self.who_reads_of_whom_may_meet_them_and_each_other()
            assert self._jobs() == Notice.objects.count()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def nobody_is_in_two_places_and_no_table_is_taken_twice(self) -> None:
        by_person: dict[int, list[Period]] = {}
        for seat in Seat.objects.filter(is_active=True):
            by_person.setdefault(seat.attendee_id, []).append(Period(seat.period.lower, seat.period.upper))
        by_table: dict[int, list[Period]] = {}
        for meeting in Meeting.objects.filter(state__in=Meeting.CONFIRMED_STATES, is_online=False):
            by_table.setdefault(meeting.table_id or 0, []).append(Period(meeting.period.lower, meeting.period.upper))
        for periods in [*by_person.values(), *by_table.values()]:
            assert not any(a.overlaps(b) for a, b in combinations(periods, 2))

    def an_office_hour_has_a_host_and_up_to_eight_in_places_of_their_own(self) -> None:
        for meeting in Meeting.objects.office_hours().prefetch_related("seats"):
            seats = list(meeting.seats.all())
            assert [seat.attendee_id for seat in seats if seat.part == "host"] == [meeting.asker_id]
            places = [seat.place for seat in seats if seat.place is not None]
            assert len(set(places)) == len(places) <= 8
            if meeting.state == Meeting.State.ACCEPTED:
                assert places
                assert all(seat.is_active == (seat.part == "host" or seat.place is not None) for seat in seats)
            else:
                assert not any(seat.is_active for seat in seats)
        for request in Meeting.objects.filter(state="gathered").select_related("office_hour"):
            assert Seat.objects.filter(meeting=request.office_hour, attendee=request.asker_id).exists()

    def who_reads_of_whom_may_meet_them_and_each_other(self) -> None:
        people = {who.pk: who for who in self.forum.people}
        for who in self.forum.people:
            for row in office_hours_for(who, self.forum.now):
                named = [people[one.attendee_id] for one in (row.host, *row.guests) if one is not None]
                assert all(may_contact(who, other, "meeting", self.forum.now) for other in named)
                if row.is_host:  # the same guests as each of them reads
                    pairs = combinations(named, 2)
                    assert all(may_contact(a, b, "meeting", self.forum.now) for a, b in pairs)


def test_whatever_hosts_and_guests_do_an_office_hour_keeps_its_rules():
    run_machine(OfficeHourMachine, examples=3, steps=30)
