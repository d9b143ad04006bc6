"""Signing in at an identity provider in a real browser: the first time, from then on, and unlinked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from tests.accounts import mailed_code
from tests.factories import make_attendee, make_event
from tests.https import Peer
from tests.journeys.axe import faults_of
from tests.providers import SECRET, TestProvider


@pytest.fixture
def provider(transactional_db: None, peer: Peer, settings: Settings, door: str) -> TestProvider:
    found = TestProvider(peer)
    peer.answer = found.answer
    name_provider(settings, door, found.issuer)
    return found


def name_provider(settings: Settings, door: str, issuer: str, **more: Any) -> None:
    cache.clear()
    settings.TITIAN_ADDRESS = door
    entry = {"key": "moe", "name": "Ministry of Education", "issuer": issuer, "client": "titian"}
    settings.TITIAN_OIDC = [entry | {"secret": SECRET} | more]


def test_somebody_links_the_account_of_a_ministry_and_signs_in_by_it(
    provider: TestProvider, browser: Browser, door: str
) -> None:
    assert walk(browser, door, lambda page: page.get_by_role("link", name="Sign in as person-1").click()) == []


def walk(browser: Browser, door: str, sign_in: Any) -> list[str]:
    """The first sign-in with a code, the link, the next sign-in, and unlinked; gives what axe finds."""
    person = make_attendee(make_event("journey"), email="siti@example.org", name="Siti Rahma").person
    first = browser.new_context(ignore_https_errors=True)
    page, faults = first.new_page(), []
    try:
        page.goto(f"{door}/accounts/login/code/?next=/e/journey/profile/")
        faults += looked_at(page, "sign-in")
        page.get_by_role("button", name="Sign in with Ministry of Education").click()
        sign_in(page)
        expect(page.get_by_text("does not sign you in here yet")).to_be_visible()
        faults += looked_at(page, "first time")
        page.get_by_label("E-mail address").fill(person.email)
        page.get_by_role("button", name="Send me a code").click()
        page.get_by_label("Code").fill(mailed_code())
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Accounts elsewhere")).to_be_visible()
        faults += looked_at(page, "not linked")
        page.get_by_role("button", name="Link Ministry of Education").click()
        sign_in(page)
        expect(page.get_by_text("signs you in from now on")).to_be_visible()
        assert page.url == f"{door}/e/journey/profile/"
    finally:
        first.close()

    second = browser.new_context(ignore_https_errors=True)
    page = second.new_page()
    try:
        page.goto(f"{door}/accounts/login/code/?next=/accounts/2fa/")
        page.get_by_role("button", name="Sign in with Ministry of Education").click()
        sign_in(page)
        expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()
        faults += looked_at(page, "security")
        page.get_by_role("link", name="Link or unlink accounts").click()
        faults += looked_at(page, "linked")
        page.get_by_role("button", name="Unlink Ministry of Education").click()
        expect(page.get_by_text("It is unlinked.")).to_be_visible()
        page.get_by_role("link", name="Titian").first.click()
        page.locator("header").get_by_role("button", name="Sign out").click()
        page.goto(f"{door}/accounts/login/code/")
        page.get_by_role("button", name="Sign in with Ministry of Education").click()
        sign_in(page)
        expect(page.get_by_text("does not sign you in here yet")).to_be_visible()
    finally:
        second.close()
    return faults


def test_the_page_that_goes_on_is_one_that_everybody_can_read(
    provider: TestProvider, browser: Browser, door: str
) -> None:
    """Without the refresh, as where a browser forbids it."""
    context = browser.new_context(ignore_https_errors=True)
    try:
        page = context.new_page()
        page.goto(f"{door}/accounts/login/code/")
        page.route("**/moe/authorize?*", lambda route: route.fulfill(status=204))
        page.get_by_role("button", name="Sign in with Ministry of Education").click()
        expect(page.get_by_role("link", name="Go on")).to_be_visible()
        assert looked_at(page, "going on") == []
    finally:
        context.close()


def looked_at(page: Page, name: str) -> list[str]:
    faults = faults_of(page)
    if folder := os.environ.get("SHOTS"):
        for width, scheme in ((360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=Path(folder) / f"{name} {width} {scheme}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
    return faults
