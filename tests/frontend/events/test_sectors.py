"""The organiser's page and API of sectors."""

from importlib import import_module

import pytest
from rest_framework.test import APIClient

from backend.events.models.attendees import Sector
from frontend.fields import BadForm
from tests.frontend.conftest import client_of
from tests.pages import page_of


@pytest.fixture
def send(cast):
    client = client_of(cast.organiser.person)

    def post(do, **fields):
        return client.post(cast.address("set-up/sectors/"), {"do": do} | fields, follow=True)

    return post


def test_an_organiser_adds_changes_orders_merges_and_removes(cast, send):
    page = page_of(send("add", name="Faith groups", constituency="civil-society"))
    assert "The sector is added." in page
    made = Sector.objects.get(event=cast.event, key="faith-groups")
    assert "Groups of faith" in page_of(
        send("change", sector_id=made.pk, name="Groups of faith", constituency="academia")
    )
    send("up", sector_id=made.pk)
    assert Sector.objects.filter(event=cast.event).order_by("-position")[1] == made
    house = cast.official.organisation
    page = page_of(send("merge", sector_id=house.sector_id, into_id=made.pk))
    assert "moved." in page
    house.refresh_from_db()
    assert house.sector == made
    unused = Sector.objects.filter(event=cast.event, organisations=None).exclude(key="other").first()
    assert "The sector is removed." in page_of(send("remove", sector_id=unused.pk))


def test_a_refusal_is_one_sentence_on_the_page_and_keeps_what_was_typed(cast, send):
    answer = send("add", name="Press", constituency="")
    assert answer.status_code == 400
    assert "Choose the constituency" in page_of(answer)
    assert page_of(answer).one("#new-sector").attributes["value"] == "Press"
    assert send("merge", sector_id=cast.official.organisation.sector_id).status_code == 404
    assert send("sing").status_code == 400


def test_a_button_that_the_page_does_not_know_removes_nothing(cast, rf):
    request = rf.post("/")
    request.user = cast.organiser.person
    sector = Sector.objects.filter(event=cast.event, organisations=None).exclude(key="other").first()
    topic = cast.event.topics.filter(interests=None).first()
    sent = {"do": "archive", "name": "", "constituency": "", "into_id": None, "description": ""}
    for page, row in (("sectors", {"sector_id": sector.pk}), ("topics", {"theme_id": None, "topic_id": topic.pk})):
        with pytest.raises(BadForm):
            import_module(f"frontend.events.views.{page}")._change(request, cast.event, sent | row)
    assert Sector.objects.filter(pk=sector.pk).exists()
    assert cast.event.topics.filter(pk=topic.pk).exists()


def test_the_checklist_counts_sectors_and_a_person_is_given_one_of_the_events_own(cast, send):
    send("add", name="Faith groups", constituency="civil-society")
    client = client_of(cast.organiser.person)
    count = cast.event.sectors.count()
    assert f"Sectors: {count}" in page_of(client.get(cast.address("set-up/")))
    page = page_of(client.get(cast.address(f"attendees/{cast.official.pk}/")))
    assert "Faith groups" in page.texts("#id-sector option")


def test_the_same_by_api(cast):
    client = APIClient()
    client.force_login(cast.organiser.person)
    address = f"/api/v1/events/{cast.event.slug}/sectors/"
    before = client.get(address).json()
    made = client.post(address, {"name": "Press", "constituency": "other"}, format="json")
    assert (made.status_code, len(made.json())) == (201, len(before) + 1)
    press = made.json()[-1]
    assert press == {
        "sector": press["sector"], "key": "press", "name": "Press", "constituency": "other",
        "organisations": 0, "people": 0,
    }  # fmt: skip
    own = f"{address}{press['sector']}/"
    changed = client.put(own, {"name": "Media", "constituency": "industry"}, format="json")
    assert changed.json()[-1]["name"] == "Media"
    moved = client.post(f"{own}move/", {"up": True}, format="json").json()
    assert [row["name"] for row in moved].index("Media") == len(moved) - 2
    other = cast.official.organisation.sector_id
    assert client.post(f"{address}{other}/merge/", {"into": press["sector"]}, format="json").json()["count"]
    refused = client.delete(own)
    assert (refused.status_code, refused.json()["code"]) == (409, "sector_in_use")
    about = f"/api/v1/events/{cast.event.slug}/about/"
    told = client.get(about).json()
    answer = client.put(about, told | {"name": "The forum", "venue": "Hall A"}, format="json")
    assert (answer.status_code, answer.json()["venue"]) == (200, "Hall A")
    assert client.put(about, told | {"ends_on": "2000-01-01"}, format="json").status_code == 400
    state = f"/api/v1/events/{cast.event.slug}/state/"
    assert client.put(state, {"state": "archived"}, format="json").status_code == 409
    assert client.put(state, {"state": "asleep"}, format="json").status_code == 400
    assert client.put(state, {"state": cast.event.state}, format="json").status_code == 200
