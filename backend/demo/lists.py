"""The demo's lists: people view the suggestions they got, some ask, and the organisers propose meetings."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.demo.accounts import demo_accounts
from backend.demo.meetings import ask_from_lists, propose_from_lists
from backend.events.models.events import Event
from backend.suggestions.models import Suggestion, SuggestionView
from backend.suggestions.selectors.runs import current_run

SEED = 2026
READERS = 0.7  # the share of people who view their list
MIN_VIEWED, MAX_VIEWED = 3, 10


@transaction.atomic
def read_lists(*, event: Event, now: dt.datetime, on_progress: Callable[[str, float], object] = lambda *_: None) -> int:
    """Most people view some or all of their list, some ask, and meetings are proposed; gives how many viewed.

    The same ones every time. `on_progress` gets the step and its share done, 0 to 1. Refuses NotFound before
    the first Run.
    """
    run = current_run(event)
    if run is None:
        raise NotFound(
            _("“%(event)s” has no suggestions yet: run build_suggestions %(event)s first.") % {"event": event.slug}
        )
    lists: dict[int, list[Suggestion]] = defaultdict(list)
    for entry in Suggestion.objects.proper().filter(run=run).order_by("attendee", "rank").defer("reasons"):
        lists[entry.attendee_id].append(entry)
    draw, viewed = random.Random(SEED), {}  # noqa: S311
    for done, owner in enumerate(sorted(lists), start=1):
        first = lists[owner][: draw.randint(MIN_VIEWED, MAX_VIEWED)]
        if draw.random() < READERS:
            viewed[owner] = first
        on_progress("Reading", done / len(lists))
    # All at once: they read before anybody else can.
    SuggestionView.objects.bulk_create(
        (
            SuggestionView(
                attendee_id=owner, other_id=entry.other_id, rank=entry.rank, propensity=entry.propensity, viewed_at=now
            )
            for owner, first in viewed.items()
            for entry in sorted(first, key=lambda entry: entry.other_id)
        ),
        ignore_conflicts=True,
    )
    main = [account.person for account in demo_accounts()]
    asking = partial(on_progress, "Asking each other")
    ask_from_lists(event=event, viewed=_others(viewed), main=main, now=now, on_progress=asking)
    propose_from_lists(event=event, listed=_others(lists), main=main, now=now)
    return len(viewed)


def _others(lists: Mapping[int, Sequence[Suggestion]]) -> dict[int, list[int]]:
    """Whom each list holds, by attendee ids."""
    return {owner: [entry.other_id for entry in entries] for owner, entries in lists.items()}
