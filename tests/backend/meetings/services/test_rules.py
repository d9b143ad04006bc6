"""How many requests may wait, and for how long: set by organisers within limits."""

import datetime as dt

import pytest

from backend.core.errors import OrganisersOnly
from backend.meetings.services import BadRules, set_rules
from tests.backend.meetings.conftest import make_forum
from tests.factories import NOW, make_attendee


@pytest.fixture
def forum(db):
    return make_forum()


@pytest.fixture
def boss(forum):
    return make_attendee(forum.event, permission="organiser", visibility="hidden").person


def test_nobody_but_an_organiser_of_this_event_sets_its_rules(forum):
    other = make_attendee(make_forum(slug="elsewhere", people=0).event, permission="organiser").person
    for person in (other, forum.people[0].person):
        with pytest.raises(OrganisersOnly):
            set_rules(event=forum.event, open_requests=1, expiry_hours=1, by=person)


def test_the_rules_of_an_event_are_applied_and_values_out_of_range_refused(forum, boss):
    set_rules(event=forum.event, open_requests=1, expiry_hours=1, by=boss)
    a, b, *_ = forum.people
    assert forum.ask(a, b).expires_at == NOW + dt.timedelta(hours=1)
    for values in ({"open_requests": 0, "expiry_hours": 1}, {"open_requests": 1, "expiry_hours": 721}):
        with pytest.raises(BadRules):
            set_rules(event=forum.event, **values, by=boss)
