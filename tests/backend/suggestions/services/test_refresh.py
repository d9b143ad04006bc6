"""Refreshing lists: afterwards nobody who changed is stale, whether or not the list changed."""

import datetime as dt

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.suggestions import jobs
from backend.suggestions.engine.event_data import read_event_data
from backend.suggestions.models import ListReading, Suggestion
from backend.suggestions.selectors.lists import suggestions_for
from backend.suggestions.selectors.runs import current_run, events_with_stale_lists, stale_ids_for
from backend.suggestions.services.feedback import give_feedback, withdraw_feedback
from backend.suggestions.services.runs import BUILD_SUGGESTIONS, build_run, refresh_lists
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture
def forum():
    """Six adults who gave topics and no text, so that no model is loaded; their lists as published."""
    event = make_event()
    topics = ["evidence-reporting", "victim-support", "sextortion"]
    people = [
        make_attendee(
            event,
            seeks_topics=[topics[place % 3]],
            offers_topics=[topics[(place + 1) % 3]],
            sector="ngo" if place % 2 else "ict-ministry",
            constituency="civil-society" if place % 2 else "government",
        )
        for place in range(6)
    ]
    build_run(event=event, now=NOW)
    return event, people


def list_of(attendee):
    return list(Suggestion.objects.filter(attendee=attendee).order_by("rank").values_list("other", "score"))


def test_a_list_that_stays_the_same_is_not_stale_after_its_refresh(forum):
    event, (me, *_) = forum
    before = list_of(me)
    for minute in (1, 2):
        changed_at = NOW + dt.timedelta(minutes=minute)
        Attendee.objects.filter(pk=me.pk).update(title=f"Title {minute}", changed_at=changed_at)
        assert stale_ids_for(event, current_run(event)) == {me.pk}
        jobs.refresh_lists(event.pk)
        assert events_with_stale_lists() == []
    me = Attendee.objects.select_related("event").get(pk=me.pk)
    assert not suggestions_for(attendee=me, now=LATER).is_refreshing
    assert list_of(me) == before


def test_a_list_replaced_while_it_is_read_still_counts_as_stale(forum):
    _, (me, *_) = forum
    Attendee.objects.filter(pk=me.pk).update(changed_at=LATER)
    me = Attendee.objects.select_related("event").get(pk=me.pk)

    def and_the_worker_is_done(execute, sql, *rest):
        result = execute(sql, *rest)
        if 'FROM "suggestions_suggestion"' in sql:
            ListReading.objects.filter(attendee=me).update(profile_changed_at=LATER)
        return result

    with connection.execute_wrapper(and_the_worker_is_done):
        assert suggestions_for(attendee=me, now=LATER).is_refreshing, "the cards are the old ones"
    assert not suggestions_for(attendee=me, now=LATER).is_refreshing


def test_feedback_withdrawn_before_the_job_leaves_nobody_stale(forum):
    event, (me, *_) = forum
    other = Suggestion.objects.filter(attendee=me).first().other_id
    values = {"attendee": me, "other_id": other, "by": me.person, "now": LATER}
    give_feedback(**values, verdict="not-relevant", cause="known")
    withdraw_feedback(**values)
    assert events_with_stale_lists() == [event]
    jobs.refresh_lists(event.pk)
    assert events_with_stale_lists() == []


def test_somebody_new_who_fits_nobody_is_not_stale_after_the_job(forum):
    event, people = forum
    new = make_attendee(event)
    for person in people:
        give_feedback(attendee=new, other_id=person.pk, verdict="not-relevant", cause="known", by=new.person, now=LATER)
    jobs.refresh_lists(event.pk)
    assert not Suggestion.objects.filter(attendee=new).exists()
    assert events_with_stale_lists() == []


def test_a_change_between_check_and_read_is_matched_with_the_others(forum, monkeypatch):
    event, (me, other, *_) = forum
    Attendee.objects.filter(pk=me.pk).update(changed_at=LATER)
    read = read_event_data

    def change_then_read(changed_event):
        Attendee.objects.filter(pk=other.pk).update(changed_at=LATER)
        return read(changed_event)

    monkeypatch.setattr("backend.suggestions.services.runs.read_event_data", change_then_read)
    assert refresh_lists(event=event, now=LATER) == 2
    assert events_with_stale_lists() == []
    computed = dict(ListReading.objects.values_list("attendee_id", "computed_at"))
    assert computed[me.pk] == computed[other.pk] == LATER


def test_every_night_the_lists_of_forums_that_are_not_over_are_built(forum, time_machine):
    event, _ = forum
    time_machine.move_to(NOW, tick=False)

    def is_built(state):
        Event.objects.filter(pk=event.pk).update(state=state)
        ProcrastinateJob.objects.all().delete()
        jobs.build_nightly(0)
        return ProcrastinateJob.objects.filter(task_name=BUILD_SUGGESTIONS).exists()

    states = Event.State
    assert [state for state in states if not is_built(state)] == [states.CLOSED, states.ARCHIVED]
    time_machine.move_to(NOW + dt.timedelta(days=400), tick=False)  # after its days
    assert not is_built(states.LIVE)
