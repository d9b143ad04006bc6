"""The demo's doors: open in the demo, not there at a real forum."""

import json

import pytest

from backend.core.models import OutgoingMail
from backend.events.personas import PERSONAS_FILE, personas
from backend.people.models import Constituency, Person
from tests.factories import make_attendee, make_event, make_run

PAGES = ("/demo/", "/demo/outbox/", "/demo/government/")


@pytest.fixture
def demo(settings, db):
    settings.TITIAN_DEMO = True


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_outside_the_demo_its_pages_do_not_exist(client, settings, page):
    settings.TITIAN_DEMO = False
    for method in (client.get, client.post):
        assert method(page).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "Demo forum" not in client.get("/").content.decode()


def test_the_demo_says_on_every_page_that_it_is_one(client, demo):
    for page in ("/", "/demo/", "/demo/outbox/", "/accounts/login/code/"):
        assert "Everybody in it is fictional." in client.get(page).content.decode()


def test_one_walks_in_as_a_persona_and_lands_where_they_would(client, demo, tmp_path, monkeypatch):
    event = make_event()
    me = make_attendee(event, email="ministry@example.org", name="Mali Wongsa", seeks="x")
    make_run(event, {me: [make_attendee(event, name="Arif Rahman")]})
    Person.objects.create_user("stranger@example.org", name="Nobody Here")
    file = tmp_path / "personas.json"
    file.write_text(
        '[{"key": "ministry", "label": "Ministry official", "email": "ministry@example.org", "note": "n"},'
        ' {"key": "stranger", "label": "A stranger", "email": "stranger@example.org", "note": ""},'
        ' {"key": "gone", "label": "Not loaded", "email": "gone@example.org", "note": ""}]'
    )
    monkeypatch.setattr("backend.events.personas.PERSONAS_FILE", file)
    text = client.get("/demo/").content.decode()
    assert "Ministry official" in text
    assert "Not loaded" not in text
    assert [persona.constituency for persona in personas()] == ["government", ""]

    assert client.get("/demo/ministry/").status_code == 405
    answer = client.post("/demo/ministry/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/e/{event.slug}/suggestions/"
    assert "Arif Rahman" in answer.content.decode()

    answer = client.post("/demo/stranger/", follow=True)
    assert "You are on no forum" in answer.content.decode()
    assert client.get(f"/e/{event.slug}/suggestions/").status_code == 404
    assert client.post("/demo/gone/").status_code == 404


def test_the_demo_offers_every_constituency_an_organiser_and_a_stranger():
    keys = {row["key"] for row in json.loads(PERSONAS_FILE.read_text(encoding="utf-8"))}
    assert keys == {*Constituency.values, "organiser", "stranger"} - {"other"}


def test_every_mail_the_demo_kept_can_be_read(client, demo, settings):
    assert "No mail yet" in client.get("/demo/outbox/").content.decode()
    OutgoingMail.objects.create(
        sender="a@example.org", recipients=["b@example.org"], subject="Code <1>", body="Your code\n\nABC123"
    )
    text = client.get("/demo/outbox/").content.decode()
    assert "Code &lt;1&gt;" in text
    assert "b@example.org" in text
    assert "ABC123" in text
