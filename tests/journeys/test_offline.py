"""My agenda is read without network on the device where I keep it, for a day, and by nobody after me."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, expect

from backend.events.models.agenda import Slot
from backend.safeguarding.services.blocks import block_person
from tests.factories import NOW
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Forum, accept, ask

COPY = "caches.match('/e/journey/meetings/offline/')"
HAS_COPY = f"() => {COPY}.then(Boolean)"
TEXT = f"() => {COPY}.then((kept) => kept.text())"
MADE_OLDER = f"""(minutes) => {COPY}.then(async (kept) => {{
    const date = new Date(Date.now() - minutes * 60000).toUTCString();
    const older = new Response(await kept.text(), {{headers: {{"content-type": "text/html", date}}}});
    await (await caches.open("agenda")).put("/e/journey/meetings/offline/", older);
}})"""


@pytest.fixture
def page(forum: Forum, booking: list[Slot], sign_in: Callable[..., Page], door: str) -> Page:
    """The official's meetings on a phone, with one to come; the agenda is kept there."""
    other = forum.named("Arif Rahman")
    accept(ask(forum.official, other, booking[0]), other, booking[0])
    page = sign_in(forum.official, "phone")
    page.goto(door + forum.address("meetings/"))
    page.get_by_role("button", name="Keep my agenda on this device").click()
    expect(page.get_by_text("Your agenda is kept on this device")).to_be_visible()
    page.wait_for_function("() => navigator.serviceWorker.ready.then((one) => Boolean(one.active))")
    page.reload()
    return page


def test_without_network_every_page_of_the_forum_shows_it(forum: Forum, page: Page, door: str) -> None:
    page.context.set_offline(True)
    page.goto(door + forum.address("suggestions/"))
    expect(page.get_by_text("There is no network.")).to_be_visible()
    expect(page.get_by_text("Arif Rahman")).to_be_visible()
    assert faults_of(page) == []
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_text("Your agenda is kept on this device")).to_be_visible()


def test_it_is_gone_after_a_day_on_request_and_at_sign_out(forum: Forum, page: Page, door: str) -> None:
    page.evaluate(MADE_OLDER, 24 * 60)
    page.context.set_offline(True)
    with pytest.raises(Error, match="ERR_"):
        page.goto(door + forum.address("meetings/"))
    page.context.set_offline(False)
    page.goto(door + forum.address("meetings/"))
    assert not page.evaluate(HAS_COPY)
    for label in ("Remove it from this device", "Sign out"):
        page.goto(door + forum.address("meetings/"))
        page.get_by_role("button", name="Keep my agenda on this device").click()
        expect(page.get_by_text("Your agenda is kept on this device")).to_be_visible()
        if label == "Sign out":
            page.locator("#more > summary").click()
        page.get_by_role("button", name=label).click()
        page.wait_for_function(f"() => {COPY}.then((kept) => !kept)")


def test_what_the_policy_parted_is_dropped_at_the_next_contact(forum: Forum, page: Page) -> None:
    other = forum.named("Arif Rahman")
    assert other.name in page.evaluate(TEXT)
    block_person(blocked=forum.official.person, by=other.person, now=NOW)
    page.evaluate(MADE_OLDER, 2)
    page.reload()
    page.wait_for_function(f"() => {COPY}.then((kept) => kept.text()).then((text) => !text.includes('Arif'))")
