"""The grid of one's times under the keyboard, and the sessions that take some of them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from backend.booking.models.availability import Availability
from backend.events.models.agenda import SessionPart
from tests.factories import make_session
from tests.journeys.axe import PAGE_SIZES
from tests.journeys.conftest import accept, ask

OFFICIAL = "A ministry official from Thailand"


def below(cells: Locator, number: int) -> int:
    """The cell that stands under this one."""
    boxes = [cells.nth(n).bounding_box() for n in range(12)]
    here = boxes[number]
    lower = [n for n, box in enumerate(boxes) if box["y"] > here["y"] + 1]
    top = min(boxes[n]["y"] for n in lower)
    return min((n for n in lower if boxes[n]["y"] < top + 1), key=lambda n: abs(boxes[n]["x"] - here["x"]))


def opened(forum) -> set[int]:
    return set(Availability.objects.filter(attendee=forum.official).values_list("slot_id", flat=True))


def test_arrow_keys_move_through_the_times_and_tab_stops_once_in_each_half_day(forum, booking, browser, enter, door):
    for size in PAGE_SIZES.values():
        context = browser.new_context(viewport=size, reduced_motion="reduce")
        page = enter(context, OFFICIAL)
        page.goto(door + forum.address("availability/"))
        expect(page.get_by_text("Arrow keys move through the times")).to_be_visible()
        cells = page.locator(".tick-cell input")
        expect(cells).to_have_count(12)
        page.get_by_role("button", name="Close all (Morning").focus()
        page.keyboard.press("Tab")
        expect(cells.nth(0)).to_be_focused()
        press_keys(page, cells)
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Open all (Afternoon")).to_be_focused()
        page.keyboard.press("Shift+Tab")
        expect(cells.nth(3)).to_be_focused()
        context.close()


def press_keys(page: Page, cells: Locator) -> None:
    """Go about, tick, and end at the last time of the morning."""
    page.keyboard.press("ArrowRight")
    expect(cells.nth(1)).to_be_focused()
    expect(cells.nth(1)).to_be_checked()
    page.keyboard.press("Space")
    expect(cells.nth(1)).not_to_be_checked()
    page.keyboard.press("ArrowDown")
    under = below(cells, 1)
    expect(cells.nth(under)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cells.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(cells.nth(3)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cells.nth(4)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    expect(cells.nth(0)).to_be_focused()
    page.keyboard.press("End")
    expect(cells.nth(3)).to_be_focused()


def test_what_the_keyboard_ticked_is_saved_and_without_a_script_every_time_has_its_tab_stop(
    forum, booking, context, without_script, enter, door
):
    page = enter(context, OFFICIAL)
    page.goto(door + forum.address("availability/"))
    page.locator(".tick-cell input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save my times").click()
    expect(page.get_by_text("You can be asked at 10 times.")).to_be_visible()
    assert opened(forum) == {slot.pk for slot in booking[2:]}

    page = enter(without_script, OFFICIAL)
    page.goto(door + forum.address("availability/"))
    expect(page.get_by_text("Arrow keys move through the times")).to_be_hidden()
    page.locator(".tick-cell input").nth(1).focus()
    page.keyboard.press("Tab")
    expect(page.locator(".tick-cell input").nth(2)).to_be_focused()


def test_a_session_is_kept_in_place_by_the_keyboard_and_refused_during_a_meeting(
    forum, booking, context, without_script, enter, door
):
    session, other = make_session(forum.event, "Keynote"), make_session(forum.event, "Panel")
    for one, slot in ((session, booking[0]), (other, booking[3])):
        one.starts_at, one.ends_at = slot.starts_at, slot.ends_at
        one.save()
    accept(ask(forum.official, forum.others[0], booking[3]), forum.others[0])
    page = enter(context, OFFICIAL)
    page.locator("#more > summary").click()
    with page.expect_navigation():  # until its scripts are there, the form is a plain one
        page.get_by_role("link", name="Sessions", exact=True).click()
    keep = page.get_by_role("button", name="Bookmark Keynote")
    keep.focus()
    page.keyboard.press("Enter")
    kept = page.get_by_role("button", name="Bookmarked: Keynote")
    expect(kept).to_have_attribute("aria-pressed", "true")
    expect(kept).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("Nobody can ask you for the one open time it takes.")
    assert SessionPart.objects.filter(attendee=forum.official, session=session).exists()
    page.get_by_role("button", name="Bookmark Panel").click()
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("Cancel it first, or leave the session out.")
    expect(refusal.get_by_role("link", name="Open your meeting")).to_be_visible()
    kept.click()
    expect(page.get_by_role("status")).to_contain_text("The time it took is open again.")

    page = enter(without_script, OFFICIAL)
    page.goto(door + forum.address("sessions/"))
    page.get_by_role("button", name="Bookmark Keynote").click()
    expect(page.get_by_role("button", name="Bookmarked: Keynote")).to_be_visible()
    page.get_by_role("button", name="Bookmark Panel").click()
    expect(page.get_by_role("alert")).to_contain_text("Cancel it first, or leave the session out.")
