"""Which cards attendees were shown."""

import datetime as dt

import pytest

from backend.suggestions.models import SuggestionView
from backend.suggestions.services.feedback import NotYourList, record_views
from tests.factories import NOW, make_attendee, make_event, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum():
    event = make_event()
    me, one, two, unlisted = (make_attendee(event) for _ in range(4))
    make_run(event, {me: [one, two]})
    return me, one, two, unlisted


def views_of(attendee):
    return dict(SuggestionView.objects.filter(attendee=attendee).values_list("other_id", "viewed_at"))


def test_a_view_is_stored_once_with_its_first_time(forum):
    me, one, two, _ = forum
    record_views(attendee=me, other_ids=[one.pk], by=me.person, now=NOW)
    later = NOW + dt.timedelta(hours=1)
    record_views(attendee=me, other_ids=[one.pk, two.pk], by=me.person, now=later)
    assert views_of(me) == {one.pk: NOW, two.pk: later}


def test_somebody_not_on_the_list_is_not_stored_as_viewed(forum):
    me, one, _, unlisted = forum
    record_views(attendee=me, other_ids=[unlisted.pk, one.pk, 10**9], by=me.person, now=NOW)
    assert views_of(me) == {one.pk: NOW}


def test_nobody_records_views_for_another(forum):
    me, one, _, _ = forum
    with pytest.raises(NotYourList):
        record_views(attendee=me, other_ids=[one.pk], by=one.person, now=NOW)
    assert views_of(me) == {}


def test_one_view_and_two_take_the_same_number_of_queries(forum, django_assert_num_queries):
    me, one, two, _ = forum
    for ids in ([one.pk], [one.pk, two.pk], [one.pk, two.pk]):
        SuggestionView.objects.all().delete()
        with django_assert_num_queries(3):
            record_views(attendee=me, other_ids=ids, by=me.person, now=NOW)
