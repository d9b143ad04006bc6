"""The main paths on a phone by touch, by keyboard and without a script, and how many presses they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect

from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from tests.factories import make_attendee
from tests.journeys.axe import PAGE_SIZES
from tests.journeys.conftest import Forum, accept

ATTENDEE_PRESSES = 6  # to ask the first of the list and, once accepted, to read the agenda
ORGANISER_PRESSES = 8  # to propose that two named people meet
MOST_TABS = 400


class Touch:
    """Presses with a finger; typing is not counted."""

    is_scripted = True

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, what: Locator) -> None:
        self.presses += 1
        what.tap()
        self.page.wait_for_load_state()

    def choose(self, what: Locator) -> None:
        """Tick a box or take one of several."""
        self.presses += 1
        what.check()

    def write(self, where: Locator, text: str) -> None:
        where.press_sequentially(text)


class WithoutScript(Touch):
    """The same, and no script runs."""

    is_scripted = False


class Keyboard(Touch):
    """Goes by Tab and presses Enter or Space; the way there is not counted."""

    def press(self, what: Locator) -> None:
        self._go_to(what)
        self.presses += 1
        self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()

    def choose(self, what: Locator) -> None:
        self._go_to(what)
        self.presses += 1
        if not what.is_checked():
            self.page.keyboard.press("Space")
        expect(what).to_be_checked()

    def write(self, where: Locator, text: str) -> None:
        self._go_to(where)
        self.page.keyboard.type(text)

    def _go_to(self, what: Locator) -> None:
        for _tab in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if what.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"not reached by Tab: {what}")


@pytest.fixture(params=[Touch, Keyboard, WithoutScript])
def hand_of(request: pytest.FixtureRequest, browser: Browser, door: str) -> Iterator[Callable[[Attendee], Touch]]:
    """The hand of somebody who has signed in on a phone."""
    contexts = []

    def signed_in(attendee: Attendee) -> Touch:
        client = Client()
        client.force_login(attendee.person)
        name = settings.SESSION_COOKIE_NAME
        context = browser.new_context(
            viewport=PAGE_SIZES["phone"],
            reduced_motion="reduce",
            has_touch=True,
            java_script_enabled=request.param.is_scripted,
        )
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": door}])
        contexts.append(context)
        return request.param(context.new_page())

    yield signed_in
    for context in contexts:
        context.close()


def test_an_attendee_asks_the_first_of_their_list_and_finds_the_meeting_in_the_agenda(
    forum: Forum, booking: list[Slot], hand_of: Callable[[Attendee], Touch], door: str
) -> None:
    hand = hand_of(forum.official)
    page = hand.page
    page.goto(door + forum.address())
    hand.press(page.get_by_role("link", name="Suggestions", exact=True).first)
    hand.press(page.get_by_role("link", name=re.compile(r"^Ask.*\(Arif Rahman\)$")))
    hand.choose(page.locator(f"#slot-{booking[1].pk}"))
    hand.press(page.get_by_role("button", name="Ask Arif Rahman"))
    expect(page.get_by_text("Request sent.")).to_be_visible()
    accept(Meeting.objects.get(), forum.named("Arif Rahman"), booking[1])
    hand.press(page.locator("#more > summary"))
    hand.press(page.get_by_role("link", name="Agenda", exact=True).locator("visible=true"))
    expect(page.get_by_role("main").get_by_text("Arif Rahman").first).to_be_visible()
    assert hand.presses <= ATTENDEE_PRESSES


def test_an_organiser_has_two_named_people_meet(
    forum: Forum, booking: list[Slot], hand_of: Callable[[Attendee], Touch], door: str
) -> None:
    boss = make_attendee(forum.event, name="Olga Nowak", permission="organiser", visibility="hidden")
    hand = hand_of(boss)
    page = hand.page
    page.goto(door + forum.address())
    hand.press(page.locator("#more > summary"))
    hand.press(page.get_by_role("link", name="Programme", exact=True).locator("visible=true"))
    hand.press(page.get_by_role("link", name="Arrange a meeting"))
    for label, name in (("One person", "arif"), ("and the other", "linh")):
        hand.write(page.get_by_label(label), name)
        if hand.is_scripted:
            expect(page.get_by_role("radio", name=name)).to_be_checked()
    if not hand.is_scripted:
        hand.press(page.get_by_role("button", name="Go on"))
    hand.press(page.get_by_role("button", name="Go on"))
    hand.choose(page.get_by_role("checkbox").first)
    hand.press(page.get_by_role("button", name="Propose it"))
    expect(page.get_by_text("Proposed", exact=True).first).to_be_visible()
    assert Meeting.objects.get().state == Meeting.State.PROPOSED
    assert hand.presses <= ORGANISER_PRESSES
