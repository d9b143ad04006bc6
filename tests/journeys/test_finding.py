"""Finding somebody by name: by keyboard, on a phone, and without JavaScript."""

import re

from playwright.sync_api import expect

from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from tests.factories import make_session

PHONE = {"width": 360, "height": 740}
OFFICIAL = "A ministry official from Thailand"


def follow(forum, session):
    """The official and all others bookmark a session, and let others see it."""
    for one in (forum.official, *forum.others):
        SessionPart.objects.create(event=forum.event, session=session, attendee=one)
    Attendee.objects.update(shows_sessions=True)


def test_by_keyboard_on_a_phone_the_name_is_found_while_it_is_typed_and_narrowed(forum, phone, enter):
    page = enter(phone, OFFICIAL)
    page.goto(page.url.split("/e/")[0] + forum.address("people/"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    search = page.get_by_label("Name, organisation, topic, or what they seek or offer")
    search.press_sequentially("Arfi Rahman")
    expect(page.locator("#list [role=status]")).to_contain_text("1 person")
    expect(search).to_be_focused()
    expect(page).to_have_url(re.compile(r"q=Arfi(\+|%20)Rahman"))  # the answer to the last letter is here
    page.locator("#filters > summary").press("Enter")
    page.get_by_label("Country").select_option("Indonesia")
    expect(page).to_have_url(re.compile("country=Indonesia"))
    page.get_by_role("link", name="Arif Rahman").press("Enter")
    expect(page.get_by_role("heading", name="Arif Rahman")).to_be_visible()


def test_without_a_script_the_button_finds_and_the_filters_narrow(forum, without_script, enter):
    page = enter(without_script, OFFICIAL)
    page.set_viewport_size(PHONE)
    page.goto(page.url.split("/e/")[0] + forum.address("people/"))
    page.get_by_label("Name, organisation, topic, or what they seek or offer").fill("arif")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name="Arif Rahman")).to_be_visible()
    page.locator("#filters > summary").click()
    page.get_by_label("Country").select_option(index=1)
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name="Arif Rahman")).to_be_visible()
    page.get_by_role("link", name="Show everybody again").click()
    expect(page.locator(".people > li")).not_to_have_count(1)


def test_by_keyboard_somebody_is_saved_with_a_note_and_the_list_of_pages_read_is_cleared(forum, phone, enter):
    page = enter(phone, OFFICIAL)
    page.goto(page.url.split("/e/")[0] + forum.address(f"people/{forum.named('Arif Rahman').pk}/"))
    page.get_by_role("button", name="Save", pressed=False).press("Enter")
    note = page.get_by_label("My note")
    note.focus()
    page.keyboard.type("Ask for the guide")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Arif Rahman is saved.")).to_be_visible()
    page.get_by_role("link", name="All the people I saved").press("Enter")
    expect(page.locator(".line").get_by_text("Ask for the guide")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Clear this list").press("Enter")
    expect(page.get_by_text("whose page you open appears here")).to_be_visible()


def test_without_a_script_a_topic_and_my_sessions_lead_to_people(forum, without_script, enter):
    follow(forum, make_session(forum.event, "Evidence across borders"))
    page = enter(without_script, OFFICIAL)
    page.set_viewport_size(PHONE)
    page.goto(page.url.split("/e/")[0] + forum.address(f"people/{forum.named('Arif Rahman').pk}/"))
    page.get_by_role("link", name="Evidence reporting").first.click()
    expect(page.get_by_role("heading", name="Who works on “Evidence reporting”")).to_be_visible()
    expect(page.get_by_role("heading", name="Large company")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name="In my sessions").click()
    expect(page.locator(".people > li")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_axe_finds_nothing_where_people_are_found(forum, visit):
    follow(forum, make_session(forum.event, "Evidence across borders"))
    addresses = [
        forum.address(f"people/{page}")
        for page in ("", "?q=child", "?q=zzzz", "saved/", "in-my-sessions/", "working-on/?theme=justice")
    ]
    assert visit(addresses, enter_as=OFFICIAL) == []
