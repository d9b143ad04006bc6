"""Every page in a real browser: accessible in light and dark, on a phone and on a desk, and all our own."""

from backend.demo.models import OutgoingMail
from backend.events.models.attendees import Attendee
from backend.safeguarding.models import Block
from tests.factories import NOW, make_attendee
from tests.journeys.axe import faults_of

# Where the keyboard is, and the outlines of that element and of the one that stands for it beside it.
RING = """() => {
  const here = document.activeElement;
  if (here === document.body) return {id: null};
  const outline = (element) => element ? getComputedStyle(element).outlineStyle : "none";
  return {id: here.id || here.textContent.trim(), rings: [outline(here), outline(here.nextElementSibling)]};
}"""
OFFICIAL = "A ministry official from Thailand"
# Swagger UI draws these itself: a title no landmark holds, a heading left out, and links inside buttons.
LAST_IS_ANOTHER = "last => [...document.querySelectorAll('.opblock-summary-path')].at(-1).innerText !== last"
OF_SWAGGER_UI = {"region", "heading-order", "nested-interactive"}


def pages_of(forum):
    """Every page somebody signed in can read."""
    other = forum.others[0].pk
    pages = [
        "",
        "profile/",
        "api-access/",
        "my-data/",
        "my-data/leave/",
        "suggestions/",
        "suggestions/?country=Atlantis",
        "suggestions/?constituency=industry",
    ]
    pages += [f"people/{other}/", f"people/{other}/block/", "people/0/"]
    return [forum.address(page) for page in pages] + ["/", "/demo/", "/demo/outbox/", "/accounts/logout/", "/nowhere/"]


def test_axe_finds_nothing_on_any_page_in_light_and_dark_on_phone_and_desk(forum, visit):
    blocked = make_attendee(forum.event, name="Somebody Else")
    Block.objects.create(blocker=forum.official.person, blocked=blocked.person, created_at=NOW)
    OutgoingMail.objects.create(sender="a@example.org", recipients=["b@example.org"], subject="Code", body="ABC")
    Attendee.objects.filter(pk=forum.others[0].pk).update(about="ប្រទេសកម្ពុជា ការពារកុមារ " * 40)
    assert visit(pages_of(forum), enter_as=OFFICIAL) == []
    assert visit(["/", "/accessibility/", "/accounts/login/code/", "/translations/", "/handbook/"]) == []


def test_axe_finds_nothing_where_there_is_nothing_to_list(forum, visit):
    for who in ({"visibility": "hidden"}, {"age_class": "unknown"}, {"age_class": "minor"}):
        Attendee.objects.filter(pk=forum.official.pk).update(**{"visibility": "listed", **who})
        assert visit([forum.address("suggestions/"), forum.address("profile/")], OFFICIAL) == []


def test_the_description_of_the_api_is_drawn_with_nothing_the_policy_forbids(page, door):
    faults = []
    page.on("console", lambda line: faults.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(door) else faults.append(asked.url))
    page.goto(f"{door}/api/docs")
    paths, drawn = page.locator(".opblock-summary-path"), set()
    paths.first.wait_for()
    while not any("/suggestions/" in path for path in drawn):  # those in view alone are drawn
        last = paths.last.inner_text()
        drawn |= set(paths.all_inner_texts())
        paths.last.scroll_into_view_if_needed()
        page.wait_for_function(LAST_IS_ANOTHER, arg=last)
    assert len(drawn) > 50
    assert page.locator("html").get_attribute("lang") == "en"
    assert faults == []
    found = faults_of(page, [("phone", "light"), ("phone", "dark")])  # it is the same in every look but for its width
    assert [fault for fault in found if fault[3] not in OF_SWAGGER_UI] == []


def test_axe_finds_nothing_where_the_code_is_typed(page, door):
    page.goto(f"{door}/accounts/login/code/")
    page.get_by_role("textbox").fill("nobody@example.org")
    page.get_by_role("textbox").press("Enter")
    page.get_by_label("Code").fill("WRNG-CODE")
    assert faults_of(page) == []
    page.get_by_label("Code").press("Enter")
    page.locator("[aria-invalid=true]").wait_for()
    assert faults_of(page) == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(forum, context, enter):
    page = enter(context, OFFICIAL)
    page.goto(f"{page.url}suggestions/")
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
    assert {f"card-save-{other.pk}" for other in forum.others} <= reached
