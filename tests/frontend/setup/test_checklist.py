"""The set-up page: what a forum has and lacks, its state, and what describes it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import Constituency, Person
from backend.setup.services.events import appoint_organiser, create_event
from backend.suggestions.models import Run
from tests.factories import NOW, make_attendee, make_session
from tests.frontend.conftest import client_of, lay_out
from tests.pages import page_of

ABOUT = {
    "name": "ICT Forum",
    "starts_on": "2026-12-09",
    "ends_on": "2026-12-11",
    "venue": "Hall 2",
    "timezone": "Asia/Bangkok",
    "languages": ["th"],
    "interpreters": "on",
}


def lines(cast, boss):
    page = page_of(boss.get(cast.address("set-up/")))
    titles = page.texts(".checklist a")
    return dict(zip(titles, page.texts(".checklist .chip"), strict=True)), page


@pytest.mark.slow
def test_the_checklist_says_what_is_missing_and_then_what_there_is(cast, boss):
    assert lines(cast, boss)[0]["Suggestions"] == "Done"
    Run.objects.all().delete()
    found, page = lines(cast, boss)
    assert found["Sessions"] == found["Meeting times"] == found["Tables and online rooms"] == "Missing"
    assert found["Suggestions"] == "Missing"
    assert found["Rehearsal"] == "Optional"
    assert found["Themes and topics"] == found["Attendees"] == "Done"
    assert "Nobody can ask for a meeting before there are times." in page
    make_session(cast.event)
    lay_out(cast)
    found, page = lines(cast, boss)
    assert found["Sessions"] == found["Meeting times"] == found["Tables and online rooms"] == "Done"
    assert "Times: 6" in page
    assert "Tables: 2, online rooms: 0" in page
    for address in page.attributes(".checklist a", "href"):
        assert boss.get(address).status_code == 200


def test_invitations_are_missing_until_somebody_has_joined_and_done_once_everybody_has(desk):
    event, client = desk

    def state():
        page = page_of(client.get(f"/e/{event.slug}/set-up/"))
        states = dict(zip(page.texts(".checklist a"), page.texts(".checklist .chip"), strict=True))
        return states["Invitations"]

    late = make_attendee(event, has_joined=False)
    assert state() == "Missing"
    make_attendee(event)
    assert state() == "Under way"
    late.delete()
    assert state() == "Done"


@pytest.mark.slow
def test_the_set_up_page_asks_the_database_as_often_for_thirty_people_as_for_one(cast, boss):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            boss.get(cast.address("set-up/"))
        return len(asked)

    before = queries()
    for _number in range(30):
        make_attendee(cast.event)
    assert queries() == before


@pytest.mark.slow
def test_the_buttons_move_the_forum_and_an_archived_one_can_only_be_read(cast, boss):
    for state in ("live", "closed", "archived"):
        answer = boss.post(cast.address("set-up/state/"), {"state": state}, follow=True)
        assert answer.status_code == 200
        assert Event.objects.get(pk=cast.event.pk).state == state
    assert "The forum is archived now." in page_of(answer)
    assert "Everything can be read, and nothing changed." in page_of(answer)
    assert page_of(answer).texts("#states button") == ["Close it again"]
    refused = boss.post(cast.address("set-up/about/"), ABOUT)
    assert refused.status_code == 409
    assert "An organiser can close it again" in page_of(refused)
    assert boss.get(cast.address("set-up/venue/")).status_code == 200
    boss.post(cast.address("set-up/state/"), {"state": "closed"})
    assert boss.post(cast.address("set-up/about/"), ABOUT).status_code == 302


def test_while_people_can_be_invited_the_page_leads_to_who_has_not_joined(cast, boss):
    make_attendee(cast.event, has_joined=False)
    leads_on = ("Invite them", cast.address("invitations/"))
    page = page_of(boss.get(cast.address("set-up/")))
    assert leads_on in page.links("#states")
    assert "1 person has not joined yet." in page
    Event.objects.filter(pk=cast.event.pk).update(state="closed")
    assert leads_on not in page_of(boss.get(cast.address("set-up/"))).links("#states")


def test_the_page_leads_on_to_the_list_of_attendees_and_then_to_their_suggestions(cast, boss):
    suggested = ("See who is suggested to whom", cast.address("matching/lists/"))
    assert suggested in page_of(boss.get(cast.address("set-up/"))).links("#states")
    Run.objects.all().delete()
    assert "The suggestions are being computed" in page_of(boss.get(cast.address("set-up/")))
    Event.objects.filter(pk=cast.event.pk).update(state="draft")
    Attendee.objects.filter(event=cast.event, permission="participant").delete()
    page = page_of(boss.get(cast.address("set-up/")))
    assert ("Import a list", cast.address("attendees/import/")) in page.links("#states")


@pytest.mark.slow
def test_a_state_out_of_order_or_by_somebody_else_is_refused(cast, boss, official):
    lead = make_attendee(cast.event, permission="safeguarding-lead", visibility="hidden")
    assert boss.post(cast.address("set-up/state/"), {"state": "archived"}).status_code == 409
    assert boss.post(cast.address("set-up/state/"), {"state": "nowhere"}).status_code == 400
    for person in (official, client_of(lead.person)):
        assert person.post(cast.address("set-up/state/"), {"state": "live"}).status_code == 403
    assert Event.objects.get(pk=cast.event.pk).state == "open"


def test_an_organiser_changes_what_describes_the_forum(cast, boss):
    assert boss.post(cast.address("set-up/about/"), ABOUT).status_code == 302
    event = Event.objects.get(pk=cast.event.pk)
    assert (event.name, event.venue, str(event.ends_on), event.languages, event.interpreters) == (
        "ICT Forum", "Hall 2", "2026-12-11", ["th"], True,
    )  # fmt: skip
    assert not event.shows_unjoined
    boss.post(cast.address("set-up/about/"), ABOUT | {"shows_unjoined": "on"})
    assert Event.objects.get(pk=event.pk).shows_unjoined
    page = page_of(boss.get(cast.address("set-up/about/")))
    assert page.has("input[name=shows_unjoined][checked]")
    assert page.attribute("input[name=venue]", "value") == "Hall 2"
    assert page.attribute("option[selected]", "value") == "Asia/Bangkok"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"timezone": "Asia/Tokyo"}, "can be changed in a draft alone"),
        ({"starts_on": "2026-12-10"}, "lie outside these days"),
        ({"ends_on": "2026-12-01"}, "before it starts"),
        ({"name": ""}, "required"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(cast, boss, wrong, sentence):
    lay_out(cast)
    answer = boss.post(cast.address("set-up/about/"), ABOUT | wrong)
    assert answer.status_code == 422
    assert sentence in page_of(answer)
    assert Event.objects.get(pk=cast.event.pk).name == cast.event.name


def test_the_zone_of_a_draft_changes(cast, boss):
    Event.objects.filter(pk=cast.event.pk).update(state="draft")
    assert boss.post(cast.address("set-up/about/"), ABOUT | {"timezone": "Asia/Tokyo"}).status_code == 302
    assert Event.objects.get(pk=cast.event.pk).timezone == "Asia/Tokyo"


def test_a_forum_from_nothing_has_nothing_of_another_forum_and_nothing_is_done_yet(db):
    ada = Person.objects.create_superuser("ada@example.org", name="Ada Boss")
    form = {
        **ABOUT,
        "venue": "",
        "basis": "nothing",
        "slug": "water",
        "organiser_name": "Olga",
        "organiser_email": "olga@example.org",
        "lead_name": "Lea",
        "lead_email": "lea@example.org",
    }
    assert client_of(ada).post("/forums/start/", form).status_code == 302
    event = Event.objects.get(slug="water")
    assert not event.themes.exists()
    assert set(event.sectors.values_list("key", flat=True)) == set(Constituency.values)
    boss = client_of(Person.objects.get(email="olga@example.org"))
    page = page_of(boss.get("/e/water/set-up/"))
    found = dict(zip(page.texts(".checklist a"), page.texts(".checklist .chip"), strict=True))
    assert "Done" not in found.values()
    assert found["Sectors"] == found["Rules"] == "Preset"
    assert found["Mail"] == found["Suggestions"] == "Automatic"
    boss.post("/e/water/set-up/sectors/", {"do": "add", "name": "River basin", "constituency": "government"})
    boss.post("/e/water/set-up/rules/", {"open_requests": 5, "expiry_hours": 24})
    page = page_of(boss.get("/e/water/set-up/"))
    found = dict(zip(page.texts(".checklist a"), page.texts(".checklist .chip"), strict=True))
    assert found["Sectors"] == found["Rules"] == "Done"


def test_shipped_topics_are_offered_after_nothing_and_are_not_done_before_somebody_chose_among_them(db):
    ada = Person.objects.create_superuser("ada@example.org", name="Ada Boss")
    offered = page_of(client_of(ada).get("/forums/start/")).attributes("#id_basis option", "value")
    assert offered == ["nothing", "shipped"]
    days = {"starts_on": dt.date(2026, 12, 9), "ends_on": dt.date(2026, 12, 11)}
    event = create_event(slug="ict", name="ICT", timezone="Asia/Bangkok", now=NOW, **days)
    boss = client_of(appoint_organiser(event=event, email="olga@example.org", now=NOW).person)

    def state_of_topics() -> str:
        page = page_of(boss.get("/e/ict/set-up/"))
        return dict(zip(page.texts(".checklist a"), page.texts(".checklist .chip"), strict=True))["Themes and topics"]

    assert state_of_topics() == "Preset"
    topic = event.topics.first()
    boss.post("/e/ict/set-up/topics/", {"do": "remove_topic", "topic_id": topic.pk})
    assert not event.topics.filter(pk=topic.pk).exists()
    assert state_of_topics() == "Done"


@pytest.mark.slow
def test_a_new_forum_is_set_up_page_by_page_and_opened(db, client):
    """Over HTTP, from an empty forum: times and tables, refused for want of leads, then opened."""
    ada = Person.objects.create_superuser("ada@example.org", name="Ada Boss")
    form = {
        **ABOUT,
        "basis": "nothing",
        "slug": "new",
        "organiser_name": "Olga",
        "organiser_email": "olga@example.org",
        "lead_name": "Lea",
        "lead_email": "lea@example.org",
    }
    assert client_of(ada).post("/forums/start/", form).status_code == 302
    event = Event.objects.get(slug="new")
    boss = client_of(Person.objects.get(email="olga@example.org"))
    boss.post("/e/new/set-up/topics/", {"do": "add_theme", "name": "Justice"})
    theme = event.themes.get()
    boss.post("/e/new/set-up/topics/", {"do": "add_topic", "theme_id": theme.pk, "name": "Evidence"})
    assert event.topics.get().name == "Evidence"
    refused = boss.post("/e/new/set-up/state/", {"state": "open"})
    assert refused.status_code == 409
    assert "An open forum needs a second confirmed safeguarding lead, or an outside contact" in page_of(refused)
    lead = client_of(Person.objects.get(email="lea@example.org"))
    contact = {"name": "Hotline", "phone": "1387", "email": ""}
    assert lead.post("/e/new/roles/outside-contact/", contact).status_code == 302
    opened = boss.post("/e/new/set-up/state/", {"state": "open"}, follow=True)
    assert "This forum: Open" in page_of(opened)
    assert not Slot.objects.exists()
    assert not Table.objects.exists()
