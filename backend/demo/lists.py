"""The demo's lists: people view the suggestions they got, some ask, and the organisers propose meetings."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.demo.accounts import demo_accounts
from backend.demo.meetings import ask_from_lists, propose_from_lists
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.suggestions.models import Suggestion
from backend.suggestions.selectors.runs import current_run
from backend.suggestions.services.feedback import record_views

SEED = 2026
READERS = 0.7  # the share of people who view their list
MIN_VIEWED, MAX_VIEWED = 3, 10


@transaction.atomic
def read_lists(
    *, event: Event, now: dt.datetime, on_progress: Callable[[str, float], object] = lambda *_: None
) -> int:
    """Most people view some or all of their list, some ask, and meetings are proposed; gives how many viewed.

    The same ones every time. `on_progress` gets the step and its share done, 0 to 1. Refuses NotFound before
    the first Run.
    """
    run = current_run(event)
    if run is None:
        raise NotFound(
            _("“%(event)s” has no suggestions yet: run build_suggestions %(event)s first.")
            % {"event": event.slug}
        )
    lists: dict[int, list[int]] = defaultdict(list)
    for owner, other in (
        Suggestion.objects.proper()
        .filter(run=run)
        .order_by("attendee", "rank")
        .values_list("attendee", "other")
    ):
        lists[owner].append(other)
    people = Attendee.objects.of(event).select_related("person").in_bulk(list(lists))
    draw, viewed = random.Random(SEED), {}  # noqa: S311
    for done, owner in enumerate(sorted(lists), start=1):
        first = lists[owner][: draw.randint(MIN_VIEWED, MAX_VIEWED)]
        if draw.random() < READERS:
            attendee = people[owner]
            record_views(attendee=attendee, other_ids=first, by=attendee.person, now=now)
            viewed[owner] = first
        on_progress("Reading", done / len(lists))
    main = [account.person for account in demo_accounts()]
    asking = partial(on_progress, "Asking each other")
    ask_from_lists(event=event, viewed=viewed, main=main, now=now, on_progress=asking)
    propose_from_lists(event=event, listed=lists, main=main, now=now)
    return len(viewed)
