"""How many requests may wait, and for how long: set by organisers within limits."""

import datetime as dt

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.booking.services.meeting_rules import set_rules
from backend.core.errors import OrganisersOnly
from backend.events.services.changes import ATTENDEES_CHANGED
from tests.backend.conftest import make_forum
from tests.factories import NOW, make_attendee
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


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
        with refuses("bad_rules"):
            set_rules(event=forum.event, **values, by=boss)


def test_interpreters_are_set_with_the_rules_and_announced_once(forum, boss):
    announced = ProcrastinateJob.objects.filter(task_name=ATTENDEES_CHANGED)
    before = announced.count()
    limits = {"open_requests": 3, "expiry_hours": 24}
    set_rules(event=forum.event, **limits, by=boss)
    assert not forum.event.interpreters
    assert announced.count() == before
    for _again in range(2):
        set_rules(event=forum.event, **limits, interpreters=True, by=boss)
        forum.event.refresh_from_db()
        assert forum.event.interpreters
    assert announced.count() == before + 1
    with refuses("bad_rules"):
        set_rules(event=forum.event, open_requests=0, expiry_hours=24, interpreters=False, by=boss)
    forum.event.refresh_from_db()
    assert forum.event.interpreters
