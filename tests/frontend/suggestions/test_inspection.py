"""The organiser's pages on the lists: the report, one list, one pair."""

import datetime as dt

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.models import Act
from backend.events.models.events import Event
from backend.suggestions.models import LearnedWeights, Learning, Run
from backend.suggestions.selectors.learning import learns_nightly
from backend.suggestions.services.learning import LEARN_WEIGHTS
from tests.factories import NOW, make_attendee, make_event, make_run
from tests.pages import page_of

pytestmark = pytest.mark.django_db
REPORT = {
    "people": 4,
    "coverage": 0.75,
    "exposure_gini": 0.125,
    "meetings": 2.5,
    "ei_chance": 0.34,
    "ei_floor": 0.04,
    "ei_index": 0.21,
    "ei_lists": 0.5,
    "bonus": 0.1,
    "meetings_cost": 0.004,
    "score_cost": 0.012,
    "own_share": 0.974,
    "own_share_low": 0.913,
    "by_constituency": {"youth": {"people": 4, "listed": 3, "mean_listings": 2.0, "mean_score": 0.5}},
    "by_language": {"": {"people": 4, "listed": 3, "mean_listings": 2.0, "mean_score": 0.5}},
}


def read(client, event, rest=""):
    return page_of(client.get(f"/e/{event.slug}/matching/{rest}"))


def test_the_report_shows_the_figures_of_the_run(desk):
    event, client = desk
    make_run(event, {}, report=REPORT)
    page = read(client, event)
    shares = [f"{figure}\u202f%" for figure in ("75", "0.4", "1.2", "97", "91")]
    for figure in (*shares, "0.13", "2.5", "0.34", "Youth", "Not known"):
        assert figure in page, figure
    names, values = page.texts("#across tbody th"), page.texts("#across tbody td")
    assert list(zip(names, values, strict=True))[:3] == [
        ("The lists", "75\u202f%"),
        ("If people met by chance", "67\u202f%"),
        ("The least that is set, for the expected meetings", "52\u202f%"),
    ]


def test_where_the_floor_was_met_anyway_the_report_says_that_no_cost_was_needed(desk):
    event, client = desk
    make_run(event, {}, report={**REPORT, "bonus": 0.0, "floor_reached": True})
    page = read(client, event)
    assert "No cost was needed: the lists were already above the least that is set." in page
    assert "cost nothing" not in page


@pytest.mark.parametrize("bonus", [0.0, 1.6])
def test_the_report_says_when_the_floor_was_not_reached(desk, bonus):
    event, client = desk
    run = make_run(event, {}, report={**REPORT, "floor_reached": False, "bonus": bonus})
    page = read(client, event)
    assert "The least that is set was not reached" in page
    assert "No cost was needed" not in page
    run.report = {**REPORT, "floor_reached": True}
    run.save()
    assert "not reached" not in read(client, event)


def test_before_the_first_run_the_page_offers_to_build_the_lists(desk):
    event, client = desk
    assert "No lists yet" in read(client, event)
    for _ in range(2):
        assert client.post(f"/e/{event.slug}/matching/anew/").status_code == 302
    assert ProcrastinateJob.objects.filter(task_name="suggestions.build", status="todo").count() == 1


def test_a_run_without_figures_shows_dashes(desk):
    event, client = desk
    make_run(event, {}, report={})
    assert read(client, event).texts("#across tbody td") == ["–"] * 4


def test_the_report_says_when_a_run_failed(desk):
    event, client = desk
    make_run(event, {}, report=REPORT)
    Run.objects.create(event=event, model="x", state=Run.State.FAILED, started_at=NOW.replace(year=2030))
    assert "failed, and nothing was changed" in read(client, event)


def test_only_an_organiser_inspects_a_list(desk):
    event, client = desk
    owner, other = make_attendee(event, name="Amina Rahman"), make_attendee(event, name="Linh Tran")
    assert "Nobody may have a list yet" not in read(client, event, "lists/")
    make_run(event, {owner: [other]}, report=REPORT)
    page = read(client, event, f"lists/?of={owner.pk}")
    for words in ("The list of Amina Rahman", "Linh Tran", "Good fit", "Seeks a topic the other offers"):
        assert words in page, words
    assert "%" not in page.text_of("main table")
    for of in ("0", "9" * 40, "x", "-1"):
        assert client.get(f"/e/{event.slug}/matching/lists/?of={of}").status_code in (200, 404), of
    assert client.get(f"/e/{event.slug}/matching/lists/?of={other.pk + 1000}").status_code == 404
    client.force_login(owner.person)
    assert client.get(f"/e/{event.slug}/matching/lists/").status_code == 403
    assert client.get(f"/e/{event.slug}/matching/lists/{owner.pk}/{other.pk}/").status_code == 403


def test_without_attendees_the_page_of_lists_says_what_to_do(desk):
    event, client = desk
    assert "Nobody may have a list yet" in read(client, event, "lists/")


HELD_OUT = {
    "answers": 90,
    "gain": 0.0123,
    "low": 0.004,
    "high": 0.02,
    "ranking": {"seekers": 31, "prior": 0.4, "learned": 0.42, "gain": 0.02, "low": -0.001, "high": 0.04},
}


def test_weights_that_are_not_used_are_told_with_their_figures(desk):
    event, client = desk
    make_run(event, {}, report=REPORT)
    LearnedWeights.objects.create(
        event=event, weights={}, counts={"held_out": HELD_OUT}, learned_at=NOW, is_active=False
    )
    Learning.objects.create(event=event, state="not-proven")
    page = read(client, event)
    assert "The next lists use the default weights." in page
    assert "Whom 31 people said yes to on later days stands at 0.420" in page
    Learning.objects.all().delete()
    assert "Whom 31 people" not in read(client, event)


def test_the_page_shows_what_was_learned_and_returns_to_the_default_in_one_click(desk):
    event, client = desk
    make_run(event, {}, report=REPORT)
    assert "The lists use the default weights." in read(client, event)
    LearnedWeights.objects.create(
        event=event,
        weights={"topic": {"prior": 1.0, "value": 1.5, "low": 1.25, "high": 2.0}},
        counts={"answers": 480, "yes": 120, "people": 40, "by_source": {"shown": 480}, "held_out": HELD_OUT},
        learned_at=NOW,
    )
    page = read(client, event)
    assert "answers of 40 people" in page
    assert "480 answers, 120 of them yes" in page
    assert "0.0123 in prediction" in page
    assert "95 % interval 0.0040 to 0.0200" in page
    assert "Whom 31 people said yes to on later days stands at 0.420" in page
    assert "95 % interval of the difference -0.001 to 0.040" in page
    assert "1.25 – 2.00" in page
    assert client.post(f"/e/{event.slug}/matching/weights/reset/").status_code == 302
    assert "The lists use the default weights." in read(client, event)
    assert Act.objects.get().kind == Act.Kind.WEIGHTS_RESET


def test_the_switch_of_the_nightly_learning_is_one_click(desk):
    event, client = desk
    make_run(event, {}, report=REPORT)
    address = f"/e/{event.slug}/matching/weights/nightly/"
    assert "Learn the weights every night" in read(client, event)
    client.post(address, {"is_on": "on"})
    assert learns_nightly(event)
    assert "Stop learning every night" in read(client, event)
    client.post(address)
    assert not learns_nightly(event)
    assert [act.kind for act in Act.objects.order_by("pk")] == [Act.Kind.LEARNING_ON, Act.Kind.LEARNING_OFF]


def test_the_weights_are_learned_at_once_where_learning_is_on_and_the_page_says_what_came_of_it(desk):
    event, client = desk
    make_run(event, {}, report=REPORT)
    address = f"/e/{event.slug}/matching/weights/now/"
    assert "Learn now" not in read(client, event)
    assert client.post(address).status_code == 409
    client.post(f"/e/{event.slug}/matching/weights/nightly/", {"is_on": "on"})
    assert "Learn now" in read(client, event)
    assert client.post(address).status_code == 302
    assert ProcrastinateJob.objects.get().task_name == LEARN_WEIGHTS
    assert Act.objects.order_by("pk").last().kind == Act.Kind.LEARNING_REQUESTED
    for state, words in {
        "waiting": "Other work comes first.",
        "running": "The weights are being learned since",
        "learned": "do better and rank no worse, and the next lists use them",
        "too-few": "there are too few answers to learn from, and nothing was changed",
        "not-proven": "The next lists use the default weights.",
        "failed": "The worker’s log says why.",
    }.items():
        Learning.objects.update(state=state)
        assert words in read(client, event), state


def test_the_switch_offers_the_earlier_editions_of_the_forum(desk):
    event, client = desk
    make_run(event, {}, report=REPORT)
    address = f"/e/{event.slug}/matching/weights/nightly/"
    assert "Learn also from" not in read(client, event)
    first, second = (
        make_event(slug, name=slug, starts_on=day, ends_on=day)
        for slug, day in (("first", dt.date(2024, 5, 1)), ("second", dt.date(2025, 5, 1)))
    )
    make_event("elsewhere", starts_on=dt.date(2025, 5, 1))
    Event.objects.filter(pk=second.pk).update(previous=first)
    Event.objects.filter(pk=event.pk).update(previous=second)
    assert read(client, event).texts("#since option")[1:] == ["second", "first"]
    assert client.post(address, {"is_on": "on", "since": "elsewhere"}).status_code == 404
    assert client.post(address, {"is_on": "on", "since": "\x00!"}).status_code == 400
    client.post(address, {"is_on": "on", "since": "first"})
    assert "Who met at “first” or later, for the first time, counts as well." in read(client, event)


def test_organisers_read_in_their_lists_who_has_not_joined(desk):
    event, client = desk
    owner, other = make_attendee(event, name="Amina"), make_attendee(event, name="Linh", has_joined=False)
    make_run(event, {owner: [other, make_attendee(event, name="Bea")]}, report=REPORT)
    rows = read(client, event, f"lists/?of={owner.pk}").rows("main table", "th")
    assert ["Has not joined yet" in row[0] for row in rows] == [True, False]
    helped = page_of(client.get(f"/e/{event.slug}/desk/who-needs-help/")).rows("table.helped")
    assert sorted(row[0] == "has not joined yet" for row in helped) == [False, False, True]


def test_where_nobody_is_chosen_the_first_list_is_shown(desk):
    event, client = desk
    zoe, ann, bea = (make_attendee(event, name=name) for name in ("Zoe Lin", "Ann Lee", "Bea Oo"))
    assert "The list of" not in read(client, event, "lists/")
    make_run(event, {zoe: [ann], bea: [ann]})
    page = read(client, event, "lists/")
    assert page.text_of("h1") == "The list of Bea Oo"
    assert page.attribute("#of option[selected]", "value") == str(bea.pk)
