"""Somebody takes their data with them and erases their account, in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, expect

from backend.events.models.attendees import Attendee
from tests.accounts import mailed_code, sign_in_by_code
from tests.factories import make_attendee, make_event
from tests.journeys.axe import faults_of


@pytest.fixture
def somebody(transactional_db: None) -> Attendee:
    event = make_event("leaving")
    make_attendee(event, name="Olga Organiser", permission="organiser")
    return make_attendee(event, name="Mali Wongsa", seeks="Contact points abroad who answer at night.")


def test_a_code_by_mail_stands_before_the_file_and_the_end(
    somebody: Attendee, context: BrowserContext, door: str
) -> None:
    page = context.new_page()
    sign_in_by_code(page, door, somebody.person.email)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    for row in Session.objects.all():
        store = row.get_session_store_class()(row.session_key)
        for proof in store.get("account_authentication_methods", []):
            proof["at"] = 0.0
        store.save()
    page.goto(f"{door}/e/leaving/my-data/")
    page.get_by_role("link", name="Leave this forum, or erase my account").click()
    assert faults_of(page) == []
    page.get_by_role("link", name="Download my data first").click()
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    page.get_by_label("Code").fill(mailed_code())
    with page.expect_download() as download:
        page.get_by_role("button", name="Confirm").click()
    assert json.loads(Path(download.value.path()).read_text())["account"]["name"] == "Mali Wongsa"
    page.goto(f"{door}/e/leaving/my-data/leave/")
    page.get_by_label("My account and my part in this forum").check()
    page.get_by_label("I have read what happens, and want it").check()
    page.get_by_role("button", name="Leave and erase").click()
    expect(page.get_by_text("Your account is erased, and you are signed out.")).to_be_visible()
    page.goto(f"{door}/e/leaving/profile/")
    assert "/accounts/login" in page.url
    assert not Attendee.objects.filter(pk=somebody.pk).exists()
