"""Six people of three constituencies who opened every slot, and a Run that suggests them to each other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import combinations

import pytest

from backend.booking.models.meetings import Meeting
from backend.booking.services.answers import accept_meeting
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import Person
from backend.programme.models import Plan, PlannedMeeting
from backend.programme.rules.options import PlanOptions
from backend.programme.services import drafting
from backend.programme.services.drafting import draft_plan
from backend.programme.services.editing import drop_planned, lock_planned, move_planned
from backend.programme.services.publishing import apply_publication, publish_plan, set_publishing, withdraw_plan
from backend.programme.services.solving import solve_plan
from backend.suggestions.models import Suggestion
from tests.backend.conftest import Forum, make_forum
from tests.factories import NOW, make_attendee, make_run

CONSTITUENCIES = ("government", "industry", "civil-society")


@dataclass
class Desk:
    """What an organiser can do at NOW, one method per service."""

    forum: Forum
    organiser: Attendee

    @property
    def event(self) -> Event:
        return self.forum.event

    @property
    def slots(self) -> list[Slot]:
        return self.forum.slots

    @property
    def tables(self) -> list[Table]:
        return self.forum.tables

    @property
    def people(self) -> list[Attendee]:
        return self.forum.people

    @property
    def by(self) -> Person:
        return self.organiser.person

    def join(self, count: int, constituency: str = "industry", **fields: object) -> list[Attendee]:
        return self.forum.join(count, constituency=constituency, sector=f"of-{constituency}", **fields)

    def suggest(self, *, scores: dict[tuple[Attendee, Attendee], float] | None = None) -> None:
        """A new Run in which everybody is suggested to everybody, at these scores or 0.5."""
        self.event.runs.all().delete()
        lists = {one: [other for other in self.people if other != one] for one in self.people}
        make_run(self.event, lists)
        Suggestion.objects.update(score=0.5)
        for (one, other), score in (scores or {}).items():
            Suggestion.objects.filter(attendee__in=[one, other], other__in=[one, other]).update(score=score)

    def order(self, **options: object) -> Plan:
        wanted = PlanOptions(**{"most": 3, "seconds": 1, **options})
        return draft_plan(event=self.event, options=wanted, by=self.by, now=NOW)

    def solve(self, plan: Plan) -> Plan:
        """What the worker does with the order."""
        plan.refresh_from_db()
        solve_plan(plan_id=plan.pk, round_number=plan.round, now=NOW, clock=time.monotonic)
        plan.refresh_from_db()
        return plan

    def plan(self, **options: object) -> Plan:
        return self.solve(self.order(**options))

    def replan(self, plan: Plan) -> Plan:
        return self.solve(drafting.replan(event=self.event, plan_id=plan.pk, by=self.by, now=NOW))

    def move(self, row: PlannedMeeting, slot: Slot, table: Table | None = None) -> PlannedMeeting:
        return move_planned(
            event=self.event,
            plan_id=row.plan_id,
            planned_id=row.pk,
            slot_id=slot.pk,
            table_id=table.pk if table else None,
            by=self.by,
            now=NOW,
        )

    def lock(self, row: PlannedMeeting, locked: bool = True) -> PlannedMeeting:
        return lock_planned(event=self.event, plan_id=row.plan_id, planned_id=row.pk, locked=locked, by=self.by)

    def drop(self, row: PlannedMeeting) -> None:
        drop_planned(event=self.event, plan_id=row.plan_id, planned_id=row.pk, by=self.by)

    def publish(self, plan: Plan) -> Plan:
        """Publish, and do what the worker does."""
        plan = publish_plan(event=self.event, plan_id=plan.pk, by=self.by, now=NOW)
        apply_publication(plan=plan, by=self.by, now=NOW)
        plan.refresh_from_db()
        return plan

    def withdraw(self, plan: Plan) -> Plan:
        plan = withdraw_plan(event=self.event, plan_id=plan.pk, by=self.by, now=NOW)
        apply_publication(plan=plan, by=self.by, now=NOW)
        plan.refresh_from_db()
        return plan

    def confirm_at_once(self) -> None:
        set_publishing(event=self.event, confirms=True, by=self.by)

    def accept(self, meeting: Meeting) -> Meeting:
        """Both say yes."""
        for seat in meeting.seats.select_related("attendee__person", "attendee__event"):
            meeting = accept_meeting(attendee=seat.attendee, meeting_id=meeting.pk, by=seat.attendee.person, now=NOW)
        return meeting


def make_desk(people: int = 6, tables: int = 2, slots: int = 6) -> Desk:
    forum = make_forum(people=0, tables=tables, slots=slots)
    organiser = make_attendee(forum.event, name="Olga", permission="organiser", visibility="hidden")
    desk = Desk(forum, organiser)
    for number in range(people):
        desk.join(1, CONSTITUENCIES[number % len(CONSTITUENCIES)], name=f"Person {'ABCDEFGHIJ'[number]}")
    desk.suggest()
    return desk


def seats_of(rows: list[PlannedMeeting]) -> list[tuple[int, int]]:
    return [(attendee, row.slot_id) for row in rows for attendee in (row.first_id, row.second_id)]


def places() -> set[tuple[int, int, int]]:
    """Where every agreed meeting is."""
    agreed = Meeting.objects.filter(state=Meeting.State.ACCEPTED)
    return set(agreed.values_list("pk", "slot", "table"))


def pairs_among(people: list[Attendee]) -> list[tuple[Attendee, Attendee]]:
    return list(combinations(people, 2))


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk()
