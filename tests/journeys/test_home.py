"""Home and navigation on a phone: what one came for is in the first screen, and nothing needs a script."""

from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.conftest import ask

PHONE = {"width": 360, "height": 740}
OFFICIAL = "A ministry official from Thailand"


def box(locator):
    return locator.bounding_box()


def test_on_a_phone_band_and_navigation_take_one_line_each_and_the_first_card_is_in_the_first_screen(
    forum, phone, enter
):
    page = enter(phone, OFFICIAL)
    for address in ("", "suggestions/", "meetings/", "profile/", "sessions/"):
        page.goto(page.url.split("/e/")[0] + forum.address(address))
        assert box(page.locator(".demo"))["height"] < 36, address
        tops = {box(item)["y"] for item in page.locator(".nav > a:visible, .nav > .more").all()}
        assert len(tops) == 1, address
        assert page.locator(".nav > a:visible").count() == 3
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        assert page.locator(".nav [aria-current=page]").count() >= 1, address
    page.goto(page.url.split("/e/")[0] + forum.address("suggestions/"))
    assert box(page.locator(".people .row").first)["y"] < 500
    page.goto(page.url.split("/e/")[0] + forum.address())
    assert box(page.locator(".people .row").first)["y"] < PHONE["height"]


def test_the_menu_opens_by_keyboard_and_closes_by_escape(forum, phone, enter):
    page = enter(phone, OFFICIAL)
    more = page.locator("#more > summary")
    more.press("Enter")
    expect(page.get_by_role("link", name="My profile")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="My profile")).to_be_hidden()
    expect(more).to_be_focused()


def test_without_a_script_home_answers_a_request_in_one_tap(forum, booking, without_script, enter):
    asker = forum.named("Arif Rahman")
    ask(asker, forum.official, booking[0])
    page = enter(without_script, OFFICIAL)
    page.set_viewport_size(PHONE)
    expect(page.get_by_role("heading", name="1 request waits for your answer")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".messages")).to_contain_text("You meet Arif Rahman")
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.locator(".next")).to_contain_text("Arif Rahman")
    days = (booking[0].starts_at - timezone.now()).days
    expect(page.locator(".next")).to_contain_text(f"In {days} days")
    page.locator("#more > summary").click()
    page.get_by_role("link", name="My profile").click()
    expect(page.get_by_role("heading", name="My profile")).to_be_visible()


def test_axe_finds_nothing_at_home(forum, booking, visit):
    ask(forum.named("Arif Rahman"), forum.official, booking[0])
    assert visit([forum.address(), forum.address("home/")], enter_as=OFFICIAL) == []
