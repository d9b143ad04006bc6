"""Eight pages in every language, on a phone and on a desk: nothing cut, and letters from our own fonts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.events.rules.consents import current_wording
from backend.safeguarding.services.consent_mails import token_of
from tests.factories import NOW
from tests.journeys.axe import PAGE_SIZES
from tests.journeys.conftest import Forum, accept, ask

CUT = """() => {
  const found = document.documentElement.scrollWidth > innerWidth ? ["wider than the window"] : [];
  const hides = (value) => ["hidden", "clip"].includes(value);
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element);
    if (element.clientWidth < 3 || !element.checkVisibility({visibilityProperty: true})) continue;
    if (hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1
        || hides(style.overflowY) && style.webkitLineClamp === "none"
           && element.scrollHeight > element.clientHeight + 2)
      found.push(`cut: ${element.outerHTML.slice(0, 120)}`);
  }
  return found;
}"""
FONTS = {"th": "Noto Sans Thai", "km": "Noto Sans Khmer", "lo": "Noto Sans Lao", "my": "Noto Sans Myanmar"}
LANGUAGES = [language for language, _name in settings.LANGUAGES]
pytestmark = pytest.mark.slow


def fonts_of(page: Page) -> dict[str, bool]:
    """The fonts that headings are drawn with, and whether each came from us."""
    inspector = page.context.new_cdp_session(page)
    inspector.send("DOM.enable")
    inspector.send("CSS.enable")
    root = inspector.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    asked = {"nodeId": root, "selector": "h1, h2, label, button"}
    found = {}
    for number in inspector.send("DOM.querySelectorAll", asked)["nodeIds"]:
        for font in inspector.send("CSS.getPlatformFontsForNode", {"nodeId": number})["fonts"]:
            found[font["familyName"]] = font["isCustomFont"]
    return found


@pytest.mark.parametrize("size", PAGE_SIZES)
def test_eight_pages_fit_in_every_language(
    forum: Forum, booking: list[Slot], browser: Browser, door: str, sign_in: Callable[..., Page], size: str
) -> None:
    linh, arif = forum.named("Linh Tran"), forum.named("Arif Rahman")
    meeting = accept(ask(linh, forum.official, booking[0]), forum.official)
    ask(forum.named("Aung Min"), forum.official, booking[2])
    minor = Attendee.objects.get(event=forum.event, age_class="minor")
    consent = GuardianConsent.objects.create(
        attendee=minor, guardian="Noy Parent", email="noy@example.org", way="mail", language="en",
        wording=current_wording().version, recorded_at=NOW, expires_at=NOW + dt.timedelta(days=60),
    )  # fmt: skip
    pages = (
        "home/", "suggestions/", "people/", f"people/{arif.pk}/", f"people/{arif.pk}/report/",
        f"meetings/{meeting.pk}/", "agenda/",
    )  # fmt: skip
    reader = sign_in(forum.official, size)
    guardian = browser.new_context(viewport=PAGE_SIZES[size]).new_page()
    opened = [(reader, forum.address(page)) for page in pages]
    opened.append((guardian, f"/consent/{token_of(consent)}/"))
    found = []
    for language in LANGUAGES:
        chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": door}
        for page, address in opened:
            page.context.add_cookies([chosen])
            page.goto(door + address)
            expect(page.locator("html")).to_have_attribute("lang", language)
            page.evaluate("document.fonts.ready.then(() => null)")
            found += [(language, address, fault) for fault in page.evaluate(CUT)]
            if language in FONTS and not (fonts := fonts_of(page)).get(FONTS[language]):
                found.append((language, address, str(fonts)))
    assert found == []
    guardian.context.close()
