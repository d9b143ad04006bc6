"""A suggestion opens in a panel beside the list on a wide screen, and in place on a narrow one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.axe import faults_of
from tests.journeys.conftest import ask

OFFICIAL = "A ministry official from Thailand"
WIDE, NARROW = {"width": 1100, "height": 800}, {"width": 360, "height": 740}


def tops(page: Page) -> list[float]:
    return page.locator(".people .row").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().top)")


def box(what: Locator) -> dict[str, float]:
    found = what.bounding_box()
    assert found
    return found


def opener(page: Page, place: int) -> Locator:
    return page.locator(".more-of > summary").nth(place)


def panel(page: Page, place: int) -> Locator:
    return page.locator(".more-of .opened").nth(place)


@pytest.fixture
def suggestions(forum, context, enter):
    page = enter(context, OFFICIAL)
    page.set_viewport_size(WIDE)
    page.goto(f"{page.url}suggestions/")
    return page


def test_it_opens_beside_the_list_by_keyboard_and_nothing_moves(suggestions):
    page = suggestions
    before = tops(page)
    opener(page, 1).press("Enter")
    expect(panel(page, 1)).to_be_visible()
    expect(opener(page, 1)).to_be_focused()
    assert tops(page) == before
    rows = box(page.locator(".people"))
    assert box(panel(page, 1))["x"] >= rows["x"] + rows["width"]
    page.keyboard.press("Tab")
    expect(panel(page, 1).get_by_role("link", name="Profile")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel(page, 1)).to_be_hidden()
    expect(opener(page, 1)).to_be_focused()
    assert faults_of(page) == []


def test_opening_another_closes_the_first(suggestions):
    page = suggestions
    opener(page, 0).click()
    opener(page, 2).click()
    expect(panel(page, 2)).to_be_visible()
    expect(panel(page, 0)).to_be_hidden()


def test_a_narrow_screen_opens_each_in_place(suggestions):
    page = suggestions
    page.set_viewport_size(NARROW)
    for place in (0, 1):
        opener(page, place).click()
    for place in (0, 1):
        expect(panel(page, place)).to_be_visible()
        row = page.locator(".people .row").nth(place)
        assert box(panel(page, place))["x"] >= box(row)["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_it_opens_without_a_script(forum, without_script, enter):
    page = enter(without_script, OFFICIAL)
    page.set_viewport_size(WIDE)
    page.goto(f"{page.url}suggestions/")
    opener(page, 0).click()
    expect(panel(page, 0)).to_be_visible()
    opener(page, 0).click()
    expect(panel(page, 0)).to_be_hidden()


def test_a_closed_row_is_low(suggestions):
    page = suggestions
    for width, most in ((360, 168), (1440, 120)):
        page.set_viewport_size({"width": width, "height": 800})
        heights = [box(row)["height"] for row in page.locator(".people .row").all()]
        assert max(heights) <= most, (width, heights)


def test_what_is_ticked_is_read_in_forced_colours(suggestions):
    suggestions.emulate_media(forced_colors="active")
    ticked = suggestions.locator(".tick input:checked + span").first
    letters, ground = (
        ticked.evaluate(f"it => getComputedStyle(it).{property}") for property in ("color", "backgroundColor")
    )
    system = suggestions.evaluate(
        """() => {
          const one = document.body.appendChild(document.createElement("i"));
          one.style.cssText = "forced-color-adjust: none; color: HighlightText; background: Highlight";
          return [getComputedStyle(one).color, getComputedStyle(one).backgroundColor];
        }"""
    )
    assert [letters, ground] == system


def test_an_opened_request_leaves_its_words_free(forum, booking, context, enter):
    ask(forum.named("Arif Rahman"), forum.official, booking[0])
    page = enter(context, OFFICIAL)
    page.set_viewport_size(NARROW)
    page.goto(f"{page.url}meetings/")
    row = page.locator(".row.wide").first
    role, opens = box(row.locator(".role")), box(row.locator(".more-of > summary"))
    assert role["x"] + role["width"] <= opens["x"]
