"""Finding somebody by name: by keyboard, on a phone, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

PHONE = {"width": 360, "height": 740}
OFFICIAL = "A ministry official from Thailand"


@pytest.fixture
def phone(browser):
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    yield context
    context.close()


def test_by_keyboard_on_a_phone_the_name_is_found_while_it_is_typed_and_narrowed(forum, phone, enter):
    page = enter(phone, OFFICIAL)
    page.goto(page.url.split("/e/")[0] + forum.address("people/"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    search = page.get_by_label("Name of a person, organisation, topic or session")
    search.press_sequentially("Arfi Rahman")
    expect(page.locator("#list [role=status]")).to_contain_text("1 person")
    expect(search).to_be_focused()
    page.locator("#filters > summary").press("Enter")
    page.get_by_label("Country").select_option("Indonesia")
    expect(page).to_have_url(re.compile("country=Indonesia"))
    page.get_by_role("link", name="Arif Rahman").press("Enter")
    expect(page.get_by_role("heading", name="Arif Rahman")).to_be_visible()


def test_without_a_script_the_button_finds_and_the_filters_narrow(forum, without_script, enter):
    page = enter(without_script, OFFICIAL)
    page.set_viewport_size(PHONE)
    page.goto(page.url.split("/e/")[0] + forum.address("people/"))
    page.get_by_label("Name of a person, organisation, topic or session").fill("arif")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name="Arif Rahman")).to_be_visible()
    page.locator("#filters > summary").click()
    page.get_by_label("Country").select_option(index=1)
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name="Arif Rahman")).to_be_visible()
    page.get_by_role("link", name="Show everybody again").click()
    expect(page.locator(".people > li")).not_to_have_count(1)


def test_axe_finds_nothing_where_people_are_found(forum, visit):
    addresses = [forum.address("people/"), forum.address("people/?q=child"), forum.address("people/?q=zzzz")]
    assert visit(addresses, enter_as=OFFICIAL) == []
