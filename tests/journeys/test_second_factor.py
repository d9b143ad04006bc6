"""A passkey, an authenticator app and recovery codes in a real browser, from setting up to losing them."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, BrowserContext, Page, expect

from backend.people.models import Person
from tests.accounts import sign_in_by_code
from tests.factories import make_attendee, make_event
from tests.journeys.axe import faults_of


@pytest.fixture
def person(transactional_db: None) -> Person:
    return Person.objects.create_user("siti@example.org", name="Siti Rahma")


def add_virtual_authenticator(page: Page) -> None:
    """A passkey's device that agrees to everything, as the browser's protocol offers it."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def code_of(secret: str) -> str:
    """What an authenticator app with this key shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_out(page: Page) -> None:
    page.locator("header").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")


def test_a_passkey_is_added_and_signs_in_beside_the_code_and_alone(
    person: Person, door: str, context: BrowserContext
) -> None:
    page = context.new_page()
    add_virtual_authenticator(page)
    sign_in_by_code(page, door, person.email)
    page.get_by_role("link", name=person.name).click()
    assert faults_of(page) == []
    page.get_by_role("link", name="Add a passkey").click()
    assert faults_of(page) == []
    page.get_by_label("What to call it").fill("My phone")
    page.get_by_role("button", name="Add the passkey").click()
    codes = page.locator(".recovery-codes li")
    expect(codes).to_have_count(10)
    assert faults_of(page) == []
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("My phone")).to_be_visible()
    assert faults_of(page) == []

    sign_out(page)
    sign_in_by_code(page, door, person.email)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert faults_of(page) == []
    page.goto(f"{door}/accounts/2fa/")
    expect(page.get_by_role("heading", name="Sign-in and security")).to_have_count(0)
    page.goto(f"{door}/accounts/2fa/authenticate/")
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("link", name=person.name)).to_be_visible()

    sign_out(page)
    page.goto(f"{door}/accounts/login/code/?next=/accounts/2fa/")
    assert faults_of(page) == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("My phone")).to_be_visible()


def test_an_app_is_set_up_a_recovery_code_signs_in_and_all_sign_ins_end_at_once(
    person: Person, door: str, browser: Browser
) -> None:
    first, second = (browser.new_context() for _browser in range(2))
    try:
        page = first.new_page()
        sign_in_by_code(page, door, person.email)
        page.goto(f"{door}/account/confirm/")
        page.get_by_role("button", name="Send me a code").click()
        expect(page.get_by_label("Code")).to_be_visible()
        assert faults_of(page) == []
        page.goto(f"{door}/accounts/2fa/totp/activate/")
        assert faults_of(page) == []
        secret = page.get_by_label("Key").input_value()
        page.get_by_label("Code that the app shows").fill("000")
        page.get_by_role("button", name="Set up the app").click()
        expect(page.get_by_text("This did not work.")).to_be_visible()
        page.get_by_label("Code that the app shows").fill(code_of(secret))
        page.get_by_role("button", name="Set up the app").click()
        codes = page.locator(".recovery-codes li").all_inner_texts()
        assert len(codes) == 10
        stored = str(Authenticator.objects.values_list("data", flat=True))
        assert secret not in stored
        assert codes[0] not in stored

        other = second.new_page()
        sign_in_by_code(other, door, person.email)
        other.get_by_label("Code of the app, or a recovery code").fill(codes[0])
        other.get_by_role("button", name="Sign in with this code").click()
        other.get_by_role("link", name=person.name).click()
        expect(other.get_by_text("9 codes are left.")).to_be_visible()
        other.get_by_role("link", name="Show where").click()
        expect(other.get_by_text("· this browser")).to_be_visible()
        expect(other.locator(".factors li")).to_have_count(2)
        assert faults_of(other) == []
        other.get_by_role("button", name="Sign out everywhere").click()
        expect(other.get_by_text("You are signed out everywhere")).to_be_visible()
        page.goto(f"{door}/accounts/2fa/")
        expect(page.get_by_label("E-mail address")).to_be_visible()
    finally:
        first.close()
        second.close()


def test_a_lead_acts_once_without_then_sets_up_a_passkey_and_an_administrator_resets_it_when_lost(
    person: Person, door: str, context: BrowserContext, sign_in: Callable[..., Page]
) -> None:
    event = make_event("journey")
    make_attendee(event, person=person, permission="safeguarding-lead", visibility="hidden")
    root = make_attendee(event, person=Person.objects.create_superuser("root@example.org", name="Root"))
    page, reports = context.new_page(), f"{door}/e/journey/reports/"
    add_virtual_authenticator(page)
    sign_in_by_code(page, door, person.email)
    page.goto(reports)
    expect(page.get_by_text("From your next sign-in on, this page needs a second factor.")).to_be_visible()
    assert faults_of(page) == []
    context.clear_cookies()

    sign_in_by_code(page, door, person.email)
    page.goto(reports)
    expect(page.get_by_text("This is open to you once you have a second factor")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="Set up a second factor").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.goto(reports)
    expect(page.get_by_role("heading", name="Reports", exact=True)).to_be_visible()

    desk = sign_in(root)
    desk.goto(f"{door}/forums/")
    assert faults_of(desk) == []
    desk.get_by_label("Their e-mail address").fill(person.email)
    desk.get_by_role("button", name="Remove their second factor").click()
    expect(desk.get_by_text("Their second factor is removed.")).to_be_visible()
    page.goto(reports)
    expect(page.get_by_label("E-mail address")).to_be_visible()
    sign_in_by_code(page, door, person.email)
    page.goto(reports)
    expect(page.get_by_role("link", name="Set up a second factor")).to_be_visible()
