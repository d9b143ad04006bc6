"""The demo forum's people look through their lists and ask each other, so that its desk can tell of it."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict

from backend.core.errors import NotFound
from backend.events.models import Attendee, Event
from backend.events.personas import personas
from backend.meetings.demo import ask_from_lists
from backend.suggestions.models import Suggestion
from backend.suggestions.selectors import current_run
from backend.suggestions.services import record_views

SEED = 2026
READERS = 0.7  # this share of people has looked so far
FEWEST, MOST = 3, 10


def look_through_lists(*, event: Event, now: dt.datetime) -> int:
    """Most people see the first few to all of their list, and some ask; gives how many looked.

    The same ones every time. Refuses NotFound before the first Run.
    """
    run = current_run(event)
    if run is None:
        raise NotFound(f"“{event.slug}” has no suggestions yet: run build_suggestions {event.slug} first.")
    lists: dict[int, list[int]] = defaultdict(list)
    for owner, other in (
        Suggestion.objects.filter(run=run).order_by("attendee", "rank").values_list("attendee", "other")
    ):
        lists[owner].append(other)
    people = Attendee.objects.of(event).select_related("person").in_bulk(list(lists))
    draw, seen = random.Random(SEED), {}  # noqa: S311
    for owner in sorted(lists):
        first = lists[owner][: draw.randint(FEWEST, MOST)]
        if draw.random() < READERS:
            attendee = people[owner]
            record_views(attendee=attendee, other_ids=first, by=attendee.person, now=now)
            seen[owner] = first
    ask_from_lists(event=event, seen=seen, main=[persona.person for persona in personas()], now=now)
    return len(seen)
