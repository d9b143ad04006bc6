"""Needs nobody answers and offers nobody seeks, as organisers read them."""

import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.events.models.attendees import Attendee
from backend.suggestions.selectors.runs import current_run
from backend.suggestions.selectors.unmet import unmet_needs_csv, unmet_needs_for
from backend.suggestions.services.runs import build_run
from tests.factories import NOW, make_attendee, make_run

pytestmark = pytest.mark.django_db


def publish(event, unmet=(), unsought=()):
    return make_run(
        event, {}, report={"unmet_needs": [one.pk for one in unmet], "unsought_offers": [one.pk for one in unsought]}
    )


def people_in(themes):
    return {theme.key: [row.person.name for row in theme.rows] for theme in themes}


def test_before_the_first_run_and_after_one_of_an_older_version_nothing_is_known(event):
    make_attendee(event, seeks="Training")
    found = unmet_needs_for(event)
    assert (found.computed_at, found.needs, found.offers) == (None, (), ())
    make_run(event, {}, report={"people": 1})
    assert unmet_needs_for(event).computed_at is None


def test_they_are_told_by_theme_with_text_and_topics(event):
    seeker = make_attendee(event, name="Seeker", seeks="Training", seeks_topics=["sextortion"])
    giver = make_attendee(event, name="Giver", offers="Coffee")
    publish(event, unmet=[seeker], unsought=[giver])
    found = unmet_needs_for(event)
    topic = seeker.interests.get().topic
    assert people_in(found.needs) == {topic.theme.key: ["Seeker"]}
    assert (found.needs[0].rows[0].text, found.needs[0].rows[0].topics) == ("Training", (topic.name,))
    assert people_in(found.offers) == {"": ["Giver"]}  # in words only
    assert (found.computed_at, found.seekers, found.givers) == (NOW, 1, 1)


def test_who_takes_a_need_back_leaves_the_list_at_once(event):
    seeker = make_attendee(event, seeks="Training")
    publish(event, unmet=[seeker])
    assert unmet_needs_for(event).seekers == 1
    Attendee.objects.filter(pk=seeker.pk).update(seeks="")
    assert unmet_needs_for(event).needs == ()


@pytest.mark.parametrize("change", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}])
def test_only_listed_adults_are_named_and_counted(event, change):
    kid = make_attendee(event, name="Kim Kid", seeks="Games", offers="Games")
    publish(event, unmet=[kid], unsought=[kid])
    Attendee.objects.filter(pk=kid.pk).update(**change)
    found = unmet_needs_for(event)
    assert (found.needs, found.offers) == ((), ())
    assert b"Kim" not in unmet_needs_csv(found)


def test_a_run_of_the_matching_tells_whose_topic_nobody_offers(event):
    seeker = make_attendee(event, name="Seeker", seeks_topics=["sextortion"])
    make_attendee(event, seeks_topics=["victim-support"])
    make_attendee(event, offers_topics=["victim-support"])
    build_run(event=event, now=NOW)
    assert current_run(event).report["unmet_needs"] == [seeker.pk]
    assert [*people_in(unmet_needs_for(event).needs).values()] == [["Seeker"]]


def test_the_file_has_a_row_for_each_theme_and_runs_nothing(event):
    seeker = make_attendee(event, name="=Seeker", seeks="Training", seeks_topics=["sextortion"])
    publish(event, unmet=[seeker])
    lines = unmet_needs_csv(unmet_needs_for(event)).decode("utf-8-sig").splitlines()
    (row,) = csv.DictReader(lines)
    assert (row["kind"], row["name"], row["text"]) == ("need", "'=Seeker", "Training")


def test_thirty_people_take_as_many_queries_as_one(event):
    def queries():
        with CaptureQueriesContext(connection) as found:
            unmet_needs_for(event)
        return len(found)

    people = [make_attendee(event, seeks="Training", seeks_topics=["sextortion"]) for _ in range(30)]
    run = publish(event, unmet=people[:1])
    one = queries()
    run.report["unmet_needs"] = [person.pk for person in people]
    run.save()
    assert unmet_needs_for(event).seekers == 30
    assert queries() == one
