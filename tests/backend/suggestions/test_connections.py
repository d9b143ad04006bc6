"""People connected since an earlier edition are not introduced again, and nobody else can tell."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.outcomes.models import ContactShare
from backend.outcomes.services.connections import end_connection
from backend.safeguarding.services.aliases import AliasData, set_alias_of
from backend.suggestions.engine.event_data import read_event_data
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def before() -> Event:
    return make_event("before", starts_on=dt.date(2025, 11, 1), ends_on=dt.date(2025, 11, 2))


def connect(event: Event, one: Attendee, other: Attendee) -> ContactShare:
    ContactShare.objects.create(event=event, giver=other.person, receiver=one.person, phone="12345")
    return ContactShare.objects.create(event=event, giver=one.person, receiver=other.person, phone="12345")


def test_the_next_edition_excludes_connected_pairs_and_no_one_sided_or_ended_ones(before: Event) -> None:
    event = make_event(previous=before)
    a, b, c, d = (make_attendee(event) for _ in range(4))
    connect(before, a, b)
    ended = connect(before, c, d)
    ContactShare.objects.create(event=before, giver=a.person, receiver=c.person, phone="12345")
    later = make_event("later", starts_on=dt.date(2027, 11, 1), ends_on=dt.date(2027, 11, 2))
    connect(later, b, d)
    data = read_event_data(event)
    assert set(data.excluded) == {(a.pk, b.pk), (c.pk, d.pk)}
    assert data.ties == ()
    end_connection(connection_id=ended.pk, by=c.person)
    assert set(read_event_data(event).excluded) == {(a.pk, b.pk)}


@pytest.mark.slow
@pytest.mark.parametrize("where", ["then", "now"])
def test_of_who_is_under_an_alias_then_or_now_it_knows_nothing(before: Event, where: str) -> None:
    event = make_event(previous=before)
    a, b = (make_attendee(event) for _ in range(2))
    then = make_attendee(before, person=b.person)
    connect(before, a, b)
    assert set(read_event_data(event).excluded) == {(a.pk, b.pk)}
    under = then if where == "then" else b
    data = AliasData(name="Officer B", organisation="Police", real_name=b.name, real_organisation="X")
    set_alias_of(under.event, under.pk, data, is_wish=True, by=None, now=NOW)
    assert set(read_event_data(event).excluded) == set()
