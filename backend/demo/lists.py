"""The demo forum; its people look through their lists and ask each other, so that its desk can tell of it."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.demo.loading import DemoForum, load_forum
from backend.demo.meetings import ask_from_lists, load_meetings
from backend.demo.personas import personas
from backend.events.models import Attendee, Event
from backend.safeguarding.services import block_person
from backend.suggestions.models import Suggestion, SuggestionView
from backend.suggestions.selectors import current_run
from backend.suggestions.services import record_views

SEED = 2026
READERS = 0.7  # this share of people has looked so far
FEWEST, MOST = 3, 10


@transaction.atomic
def load_demo(*, now: dt.datetime, tell: Callable[[str], object]) -> DemoForum | None:
    """Load both editions with their blocks and meetings; None, and nothing changed, if they are there.

    `tell` hears of each step.
    """
    forum = load_forum(now=now, tell=tell)
    if forum is not None:
        for blocker, blocked in forum.blocks:
            block_person(blocked=blocked, by=blocker, now=now)
        tell("Meeting times, tables, and who asks whom")
        main = [persona.person for persona in personas()]
        load_meetings(event=forum.event, earlier=forum.earlier, main=main, now=now)
    return forum


def is_looked_through(event: Event) -> bool:
    """Whether people of the event have seen any of their lists; they look all at once or not at all."""
    return SuggestionView.objects.filter(attendee__event=event).exists()


@transaction.atomic
def look_through_lists(
    *, event: Event, now: dt.datetime, progress: Callable[[str, float], object] = lambda *_: None
) -> int:
    """Most people see the first few to all of their list, and some ask; gives how many looked.

    The same ones every time. `progress` hears what is being done and its share done, 0 to 1. Refuses NotFound
    before the first Run.
    """
    run = current_run(event)
    if run is None:
        raise NotFound(
            _("“%(slug)s” has no suggestions yet: run build_suggestions %(slug)s first.")
            % {"slug": event.slug}
        )
    lists: dict[int, list[int]] = defaultdict(list)
    for owner, other in (
        Suggestion.objects.filter(run=run).order_by("attendee", "rank").values_list("attendee", "other")
    ):
        lists[owner].append(other)
    people = Attendee.objects.of(event).select_related("person").in_bulk(list(lists))
    draw, seen = random.Random(SEED), {}  # noqa: S311
    for done, owner in enumerate(sorted(lists), start=1):
        first = lists[owner][: draw.randint(FEWEST, MOST)]
        if draw.random() < READERS:
            attendee = people[owner]
            record_views(attendee=attendee, other_ids=first, by=attendee.person, now=now)
            seen[owner] = first
        progress("Reading", done / len(lists))
    main = [persona.person for persona in personas()]
    asking = partial(progress, "Asking each other")
    ask_from_lists(event=event, seen=seen, main=main, now=now, progress=asking)
    return len(seen)
