"""Readers of the demo's lists."""

import pytest

from backend.core.advisory_lock import advisory_lock
from backend.core.errors import NotFound
from backend.demo.lists import read_lists
from backend.demo.selectors import CURRENT, LOADING, Preparation, has_read_lists, is_demo_ready, preparation
from backend.suggestions.models import SuggestionView
from tests.backend.conftest import make_forum
from tests.factories import NOW, make_attendee, make_event, make_run

pytestmark = pytest.mark.django_db


def test_most_people_view_the_beginning_of_their_list_and_again_changes_nothing():
    event = make_event()
    people = [make_attendee(event) for _ in range(12)]
    lists = {person: [other for other in people if other != person] for person in people}
    make_run(event, lists)
    readers = read_lists(event=event, now=NOW)
    assert 6 <= readers < 12
    seen = list(SuggestionView.objects.order_by("pk").values_list("attendee", "other"))
    for person in people:
        own = [other for reader, other in seen if reader == person.pk]
        assert set(own) == {other.pk for other in lists[person][: len(own)]}
        assert not own or 3 <= len(own) <= 10
    read_lists(event=event, now=NOW)
    assert SuggestionView.objects.count() == len(seen)


def test_a_first_start_interrupted_while_people_read_leaves_nobody_having_read():
    forum = make_forum(people=4)
    event, people = forum.event, forum.people
    make_run(event, {person: [other for other in people if other != person] for person in people})

    def interrupt(doing: str, share: float) -> None:
        if (doing, share) == ("Asking each other", 1.0):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_lists(event=event, now=NOW, on_progress=interrupt)
    assert not has_read_lists(event)
    read_lists(event=event, now=NOW)
    assert has_read_lists(event)


def test_progress_counts_readers_and_askers_one_by_one():
    forum = make_forum(people=4)
    event, people = forum.event, forum.people
    make_run(event, {person: [other for other in people if other != person] for person in people})
    steps = []
    read_lists(event=event, now=NOW, on_progress=lambda *what: steps.append(what))
    shares = (0.25, 0.5, 0.75, 1.0)
    assert steps == [(doing, share) for doing in ("Reading", "Asking each other") for share in shares]


def test_before_the_first_run_there_is_nothing_to_read():
    with pytest.raises(NotFound, match="no suggestions yet"):
        read_lists(event=make_event(), now=NOW)


def test_the_demo_is_ready_once_its_people_read_their_lists():
    assert not is_demo_ready()
    forum = make_forum(people=4)
    event, people = forum.event, forum.people
    event.slug = CURRENT
    event.save()
    assert not is_demo_ready()
    make_run(event, {person: [other for other in people if other != person] for person in people})
    assert not is_demo_ready()
    read_lists(event=event, now=NOW)
    assert is_demo_ready()


def test_while_the_demo_is_loaded_each_of_three_steps_is_told_once_it_is_done():
    steps = []
    with advisory_lock(LOADING):
        steps.append(preparation())
        forum = make_forum(people=4)
        event, people = forum.event, forum.people
        event.slug = CURRENT
        event.save()
        steps.append(preparation())
        make_run(event, {person: [other for other in people if other != person] for person in people})
        steps.append(preparation())
        read_lists(event=event, now=NOW)
        steps.append(preparation())
    assert steps == [Preparation(*(number < done for number in range(3))) for done in range(4)]
    assert [step.done for step in steps] == [0, 1, 2, 3]
    assert preparation() is None
