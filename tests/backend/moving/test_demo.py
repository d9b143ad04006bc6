"""The demo's two editions move: lists, scores, figures and calendars are the same there."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from time_machine import travel

from backend.agenda.selectors.calendar import feed_for
from backend.audit.selectors import audit_entries_for
from backend.booking.models.meetings import Meeting
from backend.demo.loading import load_demo
from backend.demo.selectors import CURRENT, EARLIER
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Tie
from backend.events.rules.roles import leads_of
from backend.moving.services.approving import approve_move
from backend.moving.services.exporting import export_forum
from backend.moving.services.importing import import_forum
from backend.people.models import Person
from backend.safeguarding.rules import matchable
from backend.stats.selectors.event_stats import event_stats
from backend.suggestions.models import Suggestion
from tests.backend.moving.test_moving import LATER, NOW, Elsewhere, administrator, draw_numbers, silent
from tests.factories import appoint, make_run

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def named(said: Any, names: dict[int, str]) -> Any:
    """The same, with the addresses of attendees in place of their numbers, which are beyond any count."""
    if isinstance(said, dict):
        return {named(key, names): named(value, names) for key, value in said.items()}
    if isinstance(said, (list, tuple, set, frozenset)):
        return [named(one, names) for one in said]
    return names.get(said, said) if isinstance(said, int) else said


def calendar(attendee: Attendee) -> list[str]:
    """The lines of their calendar; a session's entry is known by its number, which is another."""
    meetings = {str(one) for one in Meeting.objects.filter(event=attendee.event_id).values_list("uid", flat=True)}
    lines = feed_for(attendee, NOW, NOW).decode().split("\r\n")
    return [one for one in lines if not one.startswith("UID:") or one[4:] in meetings]


def picture() -> dict[str, Any]:
    """What people and organisers read of the current edition."""
    event = Event.objects.get(slug=CURRENT)
    lists = Suggestion.objects.filter(run__event=event, run__state="current").order_by(
        "attendee__person__email", "rank"
    )
    names = dict(Attendee.objects.values_list("pk", "person__email"))
    stats = named(dataclasses.asdict(event_stats(event=event, now=NOW, permutations=20)), names)
    people = Attendee.objects.filter(event=event).select_related("person", "event").order_by("person__email")[:40]
    return {
        "lists": list(
            lists.values_list("attendee__person__email", "other__person__email", "rank", "score", "propensity")
        ),
        "stats": stats,
        "calendars": {one.person.email: calendar(one) for one in people},
        "ties": set(Tie.objects.values_list("edition__slug", "first__email", "second__email", "weight")),
        "entries": len(audit_entries_for(event=event)),
    }


def test_both_editions_of_the_demo_are_the_same_after_a_move(tmp_path: Path, elsewhere: Elsewhere) -> None:
    draw_numbers(100_000)
    with travel(NOW, tick=False):
        load_demo(now=NOW, notify=lambda _step: None)
    listed = list(matchable(Event.objects.get(slug=CURRENT)).order_by("pk"))
    make_run(listed[0].event, {one: [listed[n - back] for back in range(1, 11)] for n, one in enumerate(listed)})
    root, keys = administrator(), {}
    before, people = picture(), Person.objects.count()
    for slug in (EARLIER, CURRENT):
        event = Event.objects.get(slug=slug)
        lead = leads_of(event).first() or Attendee.objects.filter(event=event).first()
        assert lead is not None
        appoint(lead, "safeguarding-lead")
        approve_move(event=event, kind="export", by=lead.person, now=NOW)
        keys[slug] = export_forum(event=event, file=tmp_path / slug, by=root, now=LATER, on_progress=silent).key
    elsewhere()
    draw_numbers(200_000)
    for slug, key in keys.items():
        done = import_forum(file=tmp_path / slug, key=key, by=administrator(), now=LATER, on_progress=silent)
        print(slug, done.rows, (tmp_path / slug).stat().st_size)
        assert done.waiting == 0
    after = picture()
    for part, said in before.items():
        assert after[part] == said, part
    assert Person.objects.filter(is_superuser=False).count() <= people
