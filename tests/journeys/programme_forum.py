"""A forum to plan: an organiser, people of five constituencies with open times, tables, and their lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import combinations

from backend.booking.models.availability import Availability
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.suggestions.models import LIST_SIZE, Suggestion
from tests.factories import in_two_weeks, make_attendee, make_event, make_run

ORGANISER = "The organiser"
CONSTITUENCIES = ("government", "industry", "civil-society", "intergovernmental", "academia")
FIRST = ("Mali", "Arif", "Linh", "Aung", "Grace", "Dara", "Nadia", "Paolo", "Budi", "Somsak", "Thida", "Hoa")
LAST = ("Wongsa", "Rahman")


@dataclass
class PlannedForum:
    event: Event
    organiser: Attendee
    slots: list[Slot]
    people: list[Attendee] = field(default_factory=list)

    def join(self, count: int, prefix: str = "") -> list[Attendee]:
        joined = []
        for number in range(len(self.people), len(self.people) + count):
            constituency = CONSTITUENCIES[number % len(CONSTITUENCIES)]
            name = f"{prefix}{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"
            joined.append(make_attendee(self.event, name=name, constituency=constituency, sector=f"of-{constituency}"))
        Availability.objects.bulk_create(
            Availability(event=self.event, attendee=person, slot=slot)
            for place, person in enumerate(joined)
            for number, slot in enumerate(self.slots)
            if (place + number) % 5
        )
        self.people += joined
        return joined

    def suggest(self) -> None:
        """New lists: the ten who joined next, in a circle, at scores that differ in a fixed way."""
        self.event.runs.all().delete()
        circle, length = self.people * 2, min(LIST_SIZE, len(self.people) - 1)
        lists = {one: circle[place : place + length] for place, one in enumerate(self.people, start=1)}
        make_run(self.event, lists)
        for number, (one, other) in enumerate(combinations(self.people, 2)):
            both = Suggestion.objects.filter(attendee__in=[one, other], other__in=[one, other])
            both.update(score=0.2 + number * 37 % 61 / 100)


def make_planned_forum(people: int = 16, tables: int = 5, slots: int = 8) -> PlannedForum:
    event = make_event("programme", **in_two_weeks(), venue="Convention Hall")
    starts_at = dt.datetime.combine(event.starts_on, dt.time(10), event.zone)
    half = dt.timedelta(minutes=30)
    times = [
        Slot.objects.create(event=event, starts_at=starts_at + n * half, ends_at=starts_at + (n + 1) * half)
        for n in range(slots)
    ]
    for number in range(1, tables + 1):
        Table.objects.create(event=event, label=f"T{number}", place="Gallery", step_free=number == tables)
    organiser = make_attendee(
        event, email="organiser@demo.example.org", name="Olga Tan", permission="organiser", visibility="hidden"
    )
    forum = PlannedForum(event, organiser, times)
    forum.join(people)
    forum.suggest()
    return forum
