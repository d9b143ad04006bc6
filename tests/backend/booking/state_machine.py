"""Set-up and helpers of the state machine of meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import icalendar
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from backend.agenda.selectors.calendar import feed_for
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.selectors.availability import common_slots
from backend.booking.services.notices import SEND_NOTICE
from backend.booking.services.requests import expire_requests
from backend.core.errors import BusinessError
from backend.events.models.agenda import Session, Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.rules.slot_grid import SlotGrid, periods_of
from backend.safeguarding.rules import may_contact
from tests.backend.conftest import Forum
from tests.factories import make_attendee, make_event

PEOPLE, SLOTS = 7, 14
READS = ("SELECT ", "SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO SAVEPOINT ", "SET CONSTRAINTS ")
# In the night of the second day clocks go back in Berlin and forward in Sydney.
ZONES = {"Europe/Berlin": dt.date(2026, 10, 24), "Australia/Sydney": dt.date(2026, 10, 3)}


class MeetingMachineBase(RuleBasedStateMachine):
    """An event over a change of clocks, with few slots and fewer tables, so that people compete for them."""

    zone: str

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.written = True
        self.asked_at: dt.datetime | None = None
        self.watching = connection.execute_wrapper(self._note_writes)
        self.watching.__enter__()
        first = ZONES[self.zone]
        days = (first, first + dt.timedelta(days=1))
        event = make_event(timezone=self.zone, starts_on=days[0], ends_on=days[1])
        windows = ((dt.time(1), dt.time(4)),)
        grids = [
            SlotGrid(days=days, windows=windows, length_minutes=30, break_minutes=30),
            SlotGrid(days=days, windows=windows, length_minutes=60),  # overlaps the other one
        ]
        periods = sorted({period for grid in grids for period in periods_of(grid, event.zone)})
        assert len(periods) >= SLOTS - 4
        self.forum = Forum(
            event=event,
            slots=[Slot.objects.create(event=event, starts_at=p.starts_at, ends_at=p.ends_at) for p in periods],
            tables=[
                Table.objects.create(event=event, label="T1"),
                Table.objects.create(event=event, label="T2", step_free=True),
                Table.objects.create(
                    event=event, label="On", is_online=True, room_link="https://meet.example.org/{meeting}"
                ),
            ],
            now=periods[0].starts_at - dt.timedelta(days=3),
        )
        self.forum.join(PEOPLE)
        self.session = Session.objects.create(
            event=event, title="Keynote", starts_at=periods[2].starts_at, ends_at=periods[3].ends_at
        )
        self.minor = make_attendee(event, age_class="minor")
        self.forum.open(self.minor, self.forum.slots)

    def teardown(self) -> None:
        try:
            self._feeds_show_what_is_agreed()
            self.forum.now += dt.timedelta(days=30)
            expire_requests(now=self.forum.now)
            assert not Meeting.objects.requests().exists()  # every quota has returned
        finally:
            self.watching.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    def _feeds_show_what_is_agreed(self) -> None:
        """Both calendar files, read back: each agreed meeting at its time, or off where contact ended."""
        agreed = Meeting.objects.filter(state__in=Meeting.CONFIRMED_STATES).prefetch_related("seats")
        seats = [(meeting, seat.attendee_id) for meeting in agreed for seat in meeting.seats.all()]
        readers = {who.pk: who for who in (*self.forum.people, self.minor)}
        feeds = {pk: self._entries(readers[pk]) for pk in {self.minor.pk, *(pk for _, pk in seats)}}
        assert feeds[self.minor.pk] == {}
        for meeting, pk in seats:
            first, second = (Attendee.objects.get(pk=seat.attendee_id) for seat in meeting.seats.all())
            shown = may_contact(first, second, "meeting", self.forum.now)
            status = "CONFIRMED" if shown else "CANCELLED"
            assert feeds[pk][str(meeting.uid)] == (status, meeting.period.lower, meeting.period.upper)

    def _entries(self, reader: Attendee) -> dict[str, tuple[str, dt.datetime, dt.datetime]]:
        """Status, beginning and end of each meeting in the reader's calendar file, by its UID."""
        reader = Attendee.objects.select_related("event", "person").get(pk=reader.pk)
        calendar = icalendar.Calendar.from_ical(feed_for(reader, self.forum.now, self.forum.now))
        meetings = {str(uid) for uid in Meeting.objects.values_list("uid", flat=True)}
        return {
            str(entry["uid"]): (
                str(entry["status"]),
                *(entry.decoded(edge).astimezone(dt.UTC) for edge in ("dtstart", "dtend")),
            )
            for entry in calendar.walk("vevent")
            if str(entry["uid"]) in meetings
        }

    def changed(self) -> bool:
        """Whether a row may have been written, or the clock moved, since this was asked last."""
        changed = self.written or self.asked_at != self.forum.now
        self.written, self.asked_at = False, self.forum.now
        return changed

    def _note_writes(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        self.written |= not sql.startswith(READS) or "procrastinate_defer" in sql
        return execute(sql, *rest)

    def _who(self, number: int) -> Attendee:
        return self.forum.people[number]

    def _slots(self, numbers: list[int]) -> list[Slot]:
        return [self.forum.slots[number] for number in dict.fromkeys(n % len(self.forum.slots) for n in numbers)]

    def _seated(self, meeting: Meeting) -> list[Attendee]:
        return list(Attendee.objects.filter(seats__meeting=meeting).order_by("pk"))

    def _with(self, state: str, number: int, by: str, change: Callable[[Attendee, Meeting], object]) -> None:
        """Let one side try a change of one of the meetings in this state."""
        meetings = list(Meeting.objects.filter(state=state).order_by("-pk"))
        if not meetings:
            return
        meeting = meetings[number % len(meetings)]
        seat = Seat.objects.select_related("attendee__person").get(meeting=meeting, part=by)
        self._try(lambda: change(seat.attendee, meeting))

    def _try(self, change: Callable[[], object]) -> str:
        """The refusal's code, or nothing; times a refusal proposes are free for both."""
        try:
            change()
        except BusinessError as refusal:
            for proposed in refusal.details.get("alternatives", []):
                slot = Slot.objects.get(pk=proposed["slot"])
                assert slot.starts_at > self.forum.now
                assert slot in {
                    free
                    for first in self.forum.people
                    for slots in common_slots(
                        first.pk, [other.pk for other in self.forum.people], after=self.forum.now
                    ).values()
                    for free in slots
                }
            return refusal.code
        return ""

    def _jobs(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [SEND_NOTICE])
            return cursor.fetchone()[0]


def run_machine(machine: type[MeetingMachineBase], *, examples: int, steps: int, same: bool = True) -> None:
    """So many sequences of so many steps, each time the same ones or each time new ones."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=same,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def machine_in(zone: str, machine: type[MeetingMachineBase]) -> type[MeetingMachineBase]:
    """The machine at an event in this zone."""
    return type(f"{machine.__name__}In" + zone.rpartition("/")[2], (machine,), {"zone": zone})
