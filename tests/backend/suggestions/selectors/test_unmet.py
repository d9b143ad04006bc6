"""Needs nobody answers and offers nobody seeks."""

import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.events.models import Attendee
from backend.suggestions.models import Suggestion
from backend.suggestions.selectors import unmet_needs_csv, unmet_needs_for
from tests.factories import make_attendee, make_event, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event()


def people_in(themes):
    return {theme.key: [row.person.name for row in theme.rows] for theme in themes}


def set_scores(score):
    Suggestion.objects.update(score=score)


def test_before_the_first_run_nothing_is_known(event):
    make_attendee(event, seeks="Training")
    found = unmet_needs_for(event)
    assert (found.is_known, found.needs, found.offers) == (False, (), ())


def test_a_need_is_unmet_where_its_best_place_is_weak_and_nobody_offers_its_topics(event):
    seeker = make_attendee(event, name="Seeker", seeks="Training", seeks_topics=["sextortion"])
    other = make_attendee(event, name="Other", offers_topics=["victim-support"])
    make_run(event, {seeker: [other]})
    theme = seeker.interests.get().topic.theme.key
    set_scores(0.1)
    found = unmet_needs_for(event)
    assert people_in(found.needs) == {theme: ["Seeker"]}
    assert found.needs[0].rows[0].text == "Training"
    assert found.needs[0].rows[0].topics == (seeker.interests.get().topic.name,)
    set_scores(0.6)
    assert unmet_needs_for(event).needs == ()
    set_scores(0.1)
    make_attendee(event, offers_topics=["sextortion"])
    assert unmet_needs_for(event).needs == ()


def test_an_offer_is_unsought_where_it_reaches_no_list_well_and_nobody_seeks_its_topics(event):
    giver = make_attendee(event, name="Giver", offers="Coffee")
    reader = make_attendee(event, name="Reader", seeks_topics=["sextortion"])
    make_run(event, {reader: []})
    assert people_in(unmet_needs_for(event).offers) == {"": ["Giver"]}  # in words only
    Suggestion.objects.create(
        run=event.runs.get(), attendee=reader, other=giver, rank=1, score=0.9, reasons=[{"code": "peer"}]
    )
    assert unmet_needs_for(event).offers == ()


def test_somebody_who_declares_nothing_is_on_neither_list(event):
    first, other = make_attendee(event, about="A school"), make_attendee(event)
    make_run(event, {first: [other]})
    set_scores(0.1)
    found = unmet_needs_for(event)
    assert (found.needs, found.offers) == ((), ())


@pytest.mark.parametrize(
    "change", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}]
)
def test_only_listed_adults_are_named_and_counted(event, change):
    kid = make_attendee(event, name="Kim Kid", seeks="Games", offers="Games", seeks_topics=["sextortion"])
    seeker = make_attendee(event, name="Seeker", seeks_topics=["victim-support"])
    giver = make_attendee(event, name="Giver", offers_topics=["victim-support"])
    make_run(event, {seeker: [giver]})
    set_scores(0.1)
    Attendee.objects.filter(pk=kid.pk).update(**change)
    assert b"Kim" not in unmet_needs_csv(unmet_needs_for(event))
    assert unmet_needs_for(event).needs == ()
    Attendee.objects.filter(pk=giver.pk).update(**change)  # what a hidden person offers answers nobody
    assert list(people_in(unmet_needs_for(event).needs).values()) == [["Seeker"]]


def test_the_file_has_a_row_for_each_theme_and_runs_nothing(event):
    seeker = make_attendee(event, name="=Seeker", seeks="Training", seeks_topics=["sextortion"])
    make_run(event, {seeker: []})
    lines = unmet_needs_csv(unmet_needs_for(event)).decode("utf-8-sig").splitlines()
    (row,) = csv.DictReader(lines)
    assert (row["kind"], row["name"], row["text"]) == ("need", "'=Seeker", "Training")


def test_thirty_people_take_as_many_queries_as_one(event):
    def queries():
        with CaptureQueriesContext(connection) as found:
            unmet_needs_for(event)
        return len(found)

    seeker = make_attendee(event, seeks="Training", seeks_topics=["sextortion"])
    make_run(event, {seeker: []})
    one = queries()
    for _ in range(30):
        make_attendee(event, seeks="Training", offers="Tools", seeks_topics=["sextortion"])
    assert queries() == one
