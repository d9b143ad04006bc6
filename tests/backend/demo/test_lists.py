"""Readers of the demo's lists."""

import pytest

from backend.core.errors import NotFound
from backend.demo.lists import is_looked_through, look_through_lists
from backend.suggestions.models import SuggestionView
from tests.backend.meetings.conftest import make_forum
from tests.factories import NOW, make_attendee, make_event, make_run

pytestmark = pytest.mark.django_db


def test_most_people_look_at_the_beginning_of_their_list_and_again_changes_nothing():
    event = make_event()
    people = [make_attendee(event) for _ in range(12)]
    lists = {person: [other for other in people if other != person] for person in people}
    make_run(event, lists)
    readers = look_through_lists(event=event, now=NOW)
    assert 6 <= readers < 12
    seen = list(SuggestionView.objects.order_by("pk").values_list("attendee", "other"))
    for person in people:
        own = [other for reader, other in seen if reader == person.pk]
        assert set(own) == {other.pk for other in lists[person][: len(own)]}
        assert not own or 3 <= len(own) <= 10
    look_through_lists(event=event, now=NOW)
    assert SuggestionView.objects.count() == len(seen)


def test_a_first_start_broken_off_while_people_look_leaves_nobody_having_looked():
    forum = make_forum(people=4)
    event, people = forum.event, forum.people
    make_run(event, {person: [other for other in people if other != person] for person in people})

    def broken_off(doing: str, share: float) -> None:
        if (doing, share) == ("Asking each other", 1.0):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look_through_lists(event=event, now=NOW, progress=broken_off)
    assert not is_looked_through(event)
    look_through_lists(event=event, now=NOW)
    assert is_looked_through(event)


def test_readers_and_askers_are_told_of_one_by_one():
    forum = make_forum(people=4)
    event, people = forum.event, forum.people
    make_run(event, {person: [other for other in people if other != person] for person in people})
    told = []
    look_through_lists(event=event, now=NOW, progress=lambda *what: told.append(what))
    shares = (0.25, 0.5, 0.75, 1.0)
    assert told == [(doing, share) for doing in ("Reading", "Asking each other") for share in shares]


def test_before_lists_there_is_nothing_to_look_through():
    with pytest.raises(NotFound, match="no suggestions yet"):
        look_through_lists(event=make_event(), now=NOW)
