"""A list keeps sixty entries, and its owner sees the first ten that the contact policy allows."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.events.models.attendees import Attendee
from backend.suggestions.engine.lists import KEPT
from backend.suggestions.models import LIST_SIZE, Suggestion
from backend.suggestions.selectors.export import exported_rows
from backend.suggestions.selectors.inspection import list_inspection_for
from backend.suggestions.selectors.lists import suggestions_for
from backend.suggestions.services.feedback import give_feedback
from backend.suggestions.services.runs import build_run, refresh_lists
from tests.factories import NOW, make_attendee, make_event, make_run

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=1)


@pytest.fixture
def crowd():
    """A reader and seventy others."""
    event = make_event()
    reader = make_attendee(event, seeks="Training for prosecutors")
    sectors = ("industry", "academia", "government", "civil-society")
    others = [
        make_attendee(event, constituency=sectors[n % 4], offers=f"Training number {n} for prosecutors")
        for n in range(70)
    ]
    return event, reader, others


def shown_to(reader: Attendee) -> list[int]:
    return [card.other.attendee_id for card in suggestions_for(attendee=reader, now=NOW).cards]


@pytest.mark.slow
def test_a_build_keeps_sixty_and_the_further_ones_follow_by_their_own_score(crowd, model_folder) -> None:
    event, reader, _ = crowd
    run = build_run(event=event, now=NOW)
    rows = list(Suggestion.objects.filter(run=run, attendee=reader).order_by("rank"))
    proper, further = rows[:LIST_SIZE], rows[LIST_SIZE:]
    assert (len(rows), [row.rank for row in further]) == (KEPT, list(range(LIST_SIZE + 1, KEPT + 1)))
    assert len({row.other_id for row in rows}) == KEPT
    scores = [row.score for row in further]
    assert scores == sorted(scores, reverse=True)
    assert all(row.reasons and row.propensity == 1 and not row.exploratory for row in further)
    assert shown_to(reader) == [row.other_id for row in proper]


@pytest.mark.slow
def test_an_update_gives_the_lists_it_changes_sixty_too(crowd, model_folder) -> None:
    event, reader, _ = crowd
    run = build_run(event=event, now=NOW)
    Attendee.objects.filter(pk=reader.pk).update(seeks="Schools that teach safety", changed_at=LATER)
    assert refresh_lists(event=event, now=NOW) == 1
    rows = Suggestion.objects.filter(run=run, attendee=reader)
    assert list(rows.order_by("rank").values_list("rank", flat=True)) == list(range(1, KEPT + 1))


def test_who_has_not_joined_is_left_out_until_they_join_and_the_next_ones_fill_the_list(crowd) -> None:
    event, reader, others = crowd
    make_run(event, {reader: others[:30]})
    assert shown_to(reader) == [other.pk for other in others[:10]]
    Attendee.objects.filter(pk__in=[other.pk for other in others[:8]]).update(agreed_at=None, agreement_version="")
    assert shown_to(reader) == [other.pk for other in others[8:18]]
    Attendee.objects.filter(pk=others[3].pk).update(agreed_at=NOW, agreement_version="1")
    assert shown_to(reader) == [other.pk for other in (others[3], *others[8:17])]


def test_somebody_called_not_relevant_makes_room_at_once(crowd) -> None:
    event, reader, others = crowd
    make_run(event, {reader: others[:12]})
    give_feedback(
        attendee=reader, other_id=others[0].pk, verdict="not-relevant", cause="other", by=reader.person, now=NOW
    )
    assert shown_to(reader) == [other.pk for other in others[1:11]]


def test_what_organisers_read_and_export_are_the_lists_proper(crowd) -> None:
    event, reader, others = crowd
    make_run(event, {reader: others[:30]})
    assert len(exported_rows(event)) == LIST_SIZE
    assert len(list_inspection_for(event=event, attendee_id=reader.pk).entries) == LIST_SIZE


def test_a_page_of_sixty_takes_as_many_queries_as_one_of_three(crowd) -> None:
    event, reader, others = crowd
    make_run(event, {reader: others[:60], others[0]: others[1:4]})
    counts = []
    for owner in (reader, others[0]):
        owner.seeks = "Evidence across borders"
        with CaptureQueriesContext(connection) as queries:
            suggestions_for(attendee=owner, now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]
