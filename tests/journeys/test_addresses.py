"""Somebody changes the address they sign in with, in a real browser."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from backend.events.models.attendees import Attendee
from backend.events.services.attendees import NewAttendee
from backend.events.services.mailboxes import add_to_mailbox
from tests.accounts import send_account_mails, sign_in_by_code
from tests.factories import make_attendee, make_event
from tests.journeys.axe import faults_of

NEW = "mali@ngo.example.org"


@pytest.fixture
def somebody(transactional_db: None) -> Attendee:
    return make_attendee(make_event("moving"), name="Mali Wongsa")


def test_codes_from_both_addresses_change_it_and_the_new_one_signs_in(
    somebody: Attendee, context: BrowserContext, door: str
) -> None:
    page = context.new_page()
    sign_in_by_code(page, door, somebody.person.email)
    page.goto(f"{door}/accounts/2fa/")
    page.get_by_role("link", name="Change your address").click()
    assert faults_of(page) == []
    page.get_by_label("New e-mail address").fill(somebody.person.email)
    page.get_by_role("button", name="Send me both codes").click()
    expect(page.get_by_role("alert")).to_contain_text("This is your address already")
    page.get_by_label("New e-mail address").fill(NEW)
    page.get_by_role("button", name="Send me both codes").click()
    expect(page.get_by_label("Code sent to the new address")).to_be_visible()
    assert faults_of(page) == []
    send_account_mails()
    codes = {one.to[0]: re.search(r"code .*: (\S+)", str(one.subject)) for one in mail.outbox}
    old, new = codes[somebody.person.email], codes[NEW]
    assert old is not None
    assert new is not None
    for typed in (old[1], new[1]):
        page.get_by_label("Code sent to the old address").fill(old[1])
        page.get_by_label("Code sent to the new address").fill(typed)
        page.get_by_role("button", name="Change the address").click()
        if typed == old[1]:
            expect(page.get_by_role("alert")).to_contain_text("One of the codes is not the one sent last")
    expect(page.get_by_text("Your address is changed. Sign in with the new one.")).to_be_visible()
    sign_in_by_code(page, door, NEW)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_who_gets_codes_that_others_ask_for_stops_them_and_asks_for_their_own(
    somebody: Attendee, context: BrowserContext, door: str
) -> None:
    page = context.new_page()
    page.goto(f"{door}/accounts/login/code/")
    page.get_by_label("E-mail address").fill(somebody.person.email)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    send_account_mails()
    link = re.search(r"/account/codes/[^/\s]+/", str(mail.outbox[-1].body))
    assert link is not None
    context.clear_cookies()  # it was a stranger who asked
    page.goto(f"{door}{link[0]}")
    assert faults_of(page) == []
    page.get_by_role("button", name="Stop codes that others ask for").click()
    expect(page.get_by_role("button", name="Send all codes again")).to_be_visible()
    assert faults_of(page) == []
    sign_in_by_code(page, door, somebody.person.email)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_two_who_read_one_mailbox_say_who_they_are(somebody: Attendee, context: BrowserContext, door: str) -> None:
    host = make_attendee(somebody.event, permission="organiser").person
    new = NewAttendee(email=somebody.person.email, name="Ben Cruz", age_class="adult")
    add_to_mailbox(event=somebody.event, new=new, by=host, now=timezone.now())
    page = context.new_page()
    for name in ("Ben Cruz", "Mali Wongsa"):
        sign_in_by_code(page, door, somebody.person.email)
        expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
        assert faults_of(page) == []
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        expect(page.get_by_text(name).first).to_be_visible()
        context.clear_cookies()
