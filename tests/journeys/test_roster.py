"""An organiser's list in a real browser: somebody comes without being on it, and two are changed at once."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from backend.events.models.attendees import Attendee
from tests.factories import in_two_weeks, make_attendee, make_event
from tests.journeys.axe import faults_of


@pytest.fixture
def desk(transactional_db, context, door):
    event = make_event("desk", **in_two_weeks())
    organiser = make_attendee(event, name="Olga Organiser", permission="organiser", visibility="hidden")
    for number in range(30):
        make_attendee(event, name=f"Person {number}")
    client = Client()
    client.force_login(organiser.person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": door}])
    return event, context.new_page()


def test_a_walk_in_is_added_found_corrected_and_several_are_named_before_they_change(desk, door):
    event, page = desk
    page.goto(f"{door}/e/{event.slug}/attendees/add/")
    assert faults_of(page) == []
    page.get_by_label("Name").fill("José Álvarez")
    page.get_by_label("E-mail").fill("jose@example.org")
    page.get_by_label("Age class").select_option("adult")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("José Álvarez")
    assert faults_of(page) == []
    page.get_by_label("Role", exact=True).select_option("speaker")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Role", exact=True)).to_have_value("speaker")

    page.goto(f"{door}/e/{event.slug}/attendees/")
    page.get_by_label("Name, organisation").fill("alvarez")
    page.get_by_role("button", name="Narrow the list").click()
    expect(page.locator("tbody th")).to_have_text(["José Álvarez"])
    page.goto(f"{door}/e/{event.slug}/attendees/")
    page.get_by_label("José Álvarez").check()
    page.get_by_label("Person 7").check()
    bar = page.locator("#set-bar")
    expect(bar).to_be_in_viewport()
    expect(bar.get_by_role("status")).to_have_text("Ticked: 2 – José Álvarez, Person 7")
    wide = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    page.get_by_label("José Álvarez").check()
    page.get_by_label("Person 7").check()
    assert bar.bounding_box()["height"] < 80  # one line, until it is opened
    bar.get_by_text("Set or invite …").click()
    expect(bar.get_by_role("button", name="Set", exact=True)).to_be_in_viewport()
    page.set_viewport_size(wide)
    bar.get_by_label("Set visibility").select_option("hidden")
    bar.get_by_role("button", name="Set").click()
    expect(page.locator("tbody th")).to_have_text(["José Álvarez", "Person 7"])
    assert faults_of(page) == []
    page.get_by_role("button", name="Change 2 people").click()
    expect(page.locator("#messages")).to_contain_text("2 people changed")
    assert set(Attendee.objects.filter(visibility="hidden").values_list("name", flat=True)) == {
        "Olga Organiser",
        "José Álvarez",
        "Person 7",
    }


def test_two_entries_of_one_person_are_found_compared_and_asked_about(desk, door):
    event, page = desk
    one = make_attendee(event, name="Ana Reyes", email="ana@ministry.example", seeks="Chat evidence")
    twin = make_attendee(event, name="Ana Reyes", email="ana@home.example", offers="Training for prosecutors")
    page.goto(f"{door}/e/{event.slug}/attendees/{one.pk}/")
    page.get_by_role("link", name="Find the other entry").click()
    assert faults_of(page) == []
    page.get_by_role("link", name="Ana Reyes").last.click()
    expect(page.get_by_role("cell", name="Training for prosecutors")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Ask both addresses").click()
    expect(page.locator("#messages")).to_contain_text("Both addresses are asked by mail.")
    for person in (twin, one):
        client = Client()
        client.force_login(person.person)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": door}])
        page.goto(f"{door}/e/{event.slug}/twice/")
        assert faults_of(page) == []
        page.get_by_role("button", name="Yes, both are me").click()
    expect(page.locator("#messages")).to_contain_text("one now")
    one.refresh_from_db()
    assert (one.seeks, one.offers) == ("Chat evidence", "Training for prosecutors")
    assert not Attendee.objects.filter(pk=twin.pk).exists()
