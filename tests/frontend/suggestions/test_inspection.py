"""The organiser's page on how the lists came out."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.suggestions.models import Run
from tests.factories import NOW, make_attendee, make_event, make_run
from tests.pages import page_of

pytestmark = pytest.mark.django_db
REPORT = {
    "people": 4,
    "coverage": 0.75,
    "exposure_gini": 0.125,
    "meetings": 2.5,
    "ei_chance": 0.33,
    "ei_floor": 0.03,
    "ei_index": 0.21,
    "ei_lists": 0.5,
    "bonus": 0.1,
    "meetings_cost": 0.004,
    "score_cost": 0.012,
    "by_constituency": {"youth": {"people": 4, "listed": 3, "mean_listings": 2.0, "mean_score": 0.5}},
    "by_language": {"": {"people": 4, "listed": 3, "mean_listings": 2.0, "mean_score": 0.5}},
}


@pytest.fixture
def desk(client):
    event = make_event("desk")
    organiser = make_attendee(event, permission="organiser", visibility="hidden")
    client.force_login(organiser.person)
    return event, client


def test_the_report_prints_the_runs_own_figures(desk):
    event, client = desk
    make_run(event, {}, report=REPORT)
    page = client.get(f"/e/{event.slug}/matching/").content.decode()
    for figure in ("75\u202f%", "0.13", "2.5", "0.33", "0.4\u202f%", "1.2\u202f%", "Youth", "Not known"):
        assert figure in page, figure


@pytest.mark.parametrize("bonus", [0.0, 1.6])
def test_a_floor_that_was_not_reached_is_told(desk, bonus):
    event, client = desk
    run = make_run(event, {}, report={**REPORT, "floor_reached": False, "bonus": bonus})
    page = client.get(f"/e/{event.slug}/matching/").content.decode()
    assert "The floor was not reached" in page
    assert "met the floor by themselves" not in page
    run.report = {**REPORT, "floor_reached": True}
    run.save()
    assert "not reached" not in client.get(f"/e/{event.slug}/matching/").content.decode()


def test_before_the_first_run_the_page_says_what_to_do_and_does_it(desk):
    event, client = desk
    assert "No lists yet" in client.get(f"/e/{event.slug}/matching/").content.decode()
    for _ in range(2):
        assert client.post(f"/e/{event.slug}/matching/anew/").status_code == 302
    assert ProcrastinateJob.objects.filter(task_name="suggestions.build", status="todo").count() == 1


def test_a_run_that_failed_is_told(desk):
    event, client = desk
    make_run(event, {}, report=REPORT)
    Run.objects.create(event=event, model="x", state=Run.State.FAILED, started_at=NOW.replace(year=2030))
    assert "failed, and nothing was changed" in client.get(f"/e/{event.slug}/matching/").content.decode()


def test_only_an_organiser_reads_it_or_has_lists_computed(client):
    event = make_event("desk")
    client.force_login(make_attendee(event).person)
    assert client.get(f"/e/{event.slug}/matching/").status_code == 403
    assert client.post(f"/e/{event.slug}/matching/anew/").status_code == 403
    client.force_login(make_attendee(make_event("elsewhere"), permission="organiser").person)
    assert client.get(f"/e/{event.slug}/matching/").status_code == 404
    assert not ProcrastinateJob.objects.exists()


def test_an_organiser_looks_at_somebodys_list_and_nobody_else_does(desk):
    event, client = desk
    owner, other = make_attendee(event, name="Amina Rahman"), make_attendee(event, name="Linh Tran")
    assert "Nobody may have a list yet" not in client.get(f"/e/{event.slug}/matching/lists/").content.decode()
    make_run(event, {owner: [other]}, report=REPORT)
    text = page_of(client.get(f"/e/{event.slug}/matching/lists/?of={owner.pk}")).text
    for words in (
        "The list of Amina Rahman",
        "Linh Tran",
        "50\u202f%",
        "Seeks a topic the other offers 0.50",
    ):
        assert words in text, words
    for of in ("0", "9" * 40, "x", "-1"):
        assert client.get(f"/e/{event.slug}/matching/lists/?of={of}").status_code in (200, 404), of
    assert client.get(f"/e/{event.slug}/matching/lists/?of={other.pk + 1000}").status_code == 404
    client.force_login(owner.person)
    assert client.get(f"/e/{event.slug}/matching/lists/").status_code == 403
    assert client.get(f"/e/{event.slug}/matching/lists/{owner.pk}/{other.pk}/").status_code == 403


def test_without_anybody_the_page_of_lists_says_what_to_do(desk):
    event, client = desk
    assert "Nobody may have a list yet" in client.get(f"/e/{event.slug}/matching/lists/").content.decode()
