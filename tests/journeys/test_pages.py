"""Every page in a real browser: accessible in light and dark, on a phone and on a desk, and all our own."""

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe

from backend.core.models import OutgoingMail
from backend.events.models import Attendee
from backend.safeguarding.models import Block
from tests.factories import NOW, make_attendee
from tests.journeys.conftest import PAGE_SIZES

# Where the keyboard is, and the outlines of that element and of the one that stands for it beside it.
RING = """() => {
  const here = document.activeElement;
  if (here === document.body) return {id: null};
  const outline = (element) => element ? getComputedStyle(element).outlineStyle : "none";
  return {id: here.id || here.textContent.trim(), rings: [outline(here), outline(here.nextElementSibling)]};
}"""
OFFICIAL = "A ministry official from Thailand"


def pages_of(forum):
    """Every page somebody signed in can read."""
    other = forum.others[0].pk
    pages = [
        "",
        "profile/",
        "suggestions/",
        "suggestions/?country=Atlantis",
        "suggestions/?constituency=industry",
    ]
    pages += [f"people/{other}/", f"people/{other}/block/", "people/0/"]
    return [forum.address(page) for page in pages] + [
        "/",
        "/demo/",
        "/demo/outbox/",
        "/accounts/logout/",
        "/nowhere/",
    ]


# What the colour scheme or the width of the window can break; the rest is the same in each of the four.
LOOK = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]}
}


@pytest.fixture
def visit(browser, door):
    """Open pages in light and dark, on a phone and on a desk; gives all that is wrong with them."""
    contexts = []

    def opened(addresses, enter_as=""):
        context = browser.new_context(reduced_motion="reduce")
        contexts.append(context)
        page, found = context.new_page(), []
        page.on(
            "request", lambda request: None if request.url.startswith(door) else found.append(request.url)
        )
        page.on(
            "console",
            lambda said: found.append(said.text) if "security policy" in said.text.lower() else None,
        )
        page.on("pageerror", lambda error: found.append(str(error)))
        if enter_as:
            page.goto(f"{door}/demo/")
            page.get_by_role("button", name=f"Enter as: {enter_as}").click()
        for address in addresses:
            page.goto(door + address)
            page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
            for options, (size, scheme) in zip(
                (None, LOOK, LOOK, LOOK), product(PAGE_SIZES, ("light", "dark")), strict=True
            ):
                page.set_viewport_size(PAGE_SIZES[size])
                page.emulate_media(color_scheme=scheme)
                found += [
                    (address, size, scheme, broken["id"], broken["nodes"][0]["html"][:200])
                    for broken in Axe().run(page, options=options).response["violations"]
                ]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    found.append((address, size, "wider than the window"))
        return found

    yield opened
    for context in contexts:
        context.close()


def test_axe_finds_nothing_on_any_page_in_light_and_dark_on_phone_and_desk(forum, visit):
    blocked = make_attendee(forum.event, name="Somebody Else")
    Block.objects.create(blocker=forum.official.person, blocked=blocked.person, created_at=NOW)
    OutgoingMail.objects.create(
        sender="a@example.org", recipients=["b@example.org"], subject="Code", body="ABC"
    )
    Attendee.objects.filter(pk=forum.others[0].pk).update(about="ប្រទេសកម្ពុជា ការពារកុមារ " * 40)
    assert visit(pages_of(forum), enter_as=OFFICIAL) == []
    assert visit(["/", "/accounts/login/code/"]) == []


def test_axe_finds_nothing_where_there_is_nothing_to_list(forum, visit):
    for who in ({"visibility": "hidden"}, {"age_class": "unknown"}, {"age_class": "minor"}):
        Attendee.objects.filter(pk=forum.official.pk).update(**{"visibility": "listed", **who})
        assert visit([forum.address("suggestions/"), forum.address("profile/")], OFFICIAL) == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(forum, context, enter):
    page = enter(context, OFFICIAL)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    while True:
        page.keyboard.press("Tab")
        element = page.evaluate(RING)
        if element["id"] is None:
            break
        reached.add(element["id"])
        assert "solid" in element["rings"], element
    assert {"filter-theme", "filter-country", "filter-language"} <= reached
    assert {f"save-{other.pk}" for other in forum.others} <= reached
