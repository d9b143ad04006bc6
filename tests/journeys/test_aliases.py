"""An alias in a real browser: a lead sets it, somebody finds the person by it, and the two meet."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from backend.booking.models.meetings import Meeting
from tests.factories import make_attendee
from tests.journeys.axe import faults_of
from tests.journeys.conftest import accept, mail_to

REAL = re.compile("paolo|reyes", re.IGNORECASE)


def test_a_lead_sets_an_alias_and_somebody_meets_the_person_under_it(forum, door, sign_in, booking, post):
    officer = forum.named("Paolo Reyes")
    lead = make_attendee(forum.event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden")
    page = sign_in(lead)
    page.goto(door + forum.address("aliases/"))
    expect(page.get_by_role("heading", name="Nobody appears under an alias")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_label("Name on the list of this forum").fill("reyes")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Paolo Reyes").click()
    expect(page.get_by_label("Real name")).to_have_value("Paolo Reyes")
    page.get_by_label("Name they appear under").fill("Officer Reyes")
    page.get_by_label("Affiliation they appear with").fill("Police, financial crime")
    page.get_by_label("The person asked for it").check()
    page.get_by_role("button", name="Show them under this alias").click()
    expect(page.get_by_text("it holds “reyes”").first).to_be_visible()
    assert faults_of(page) == []
    page.get_by_label("Name they appear under").fill("Officer K.")
    page.get_by_role("button", name="Show them under this alias").click()
    expect(page.get_by_text("Everybody at this forum now reads this name")).to_be_visible()
    assert faults_of(page) == []
    page.goto(door + forum.address("aliases/"))
    expect(page.get_by_role("link", name="Officer K.")).to_be_visible()
    assert not REAL.search(page.content())
    assert faults_of(page) == []

    reader = sign_in(forum.official, "phone")
    reader.goto(door + forum.address("people/?q=Paolo+Reyes"))
    expect(reader.get_by_role("link", name="Officer K.")).to_have_count(0)
    reader.goto(door + forum.address("people/?q=Officer"))
    reader.get_by_role("link", name="Officer K.", exact=True).click()
    expect(reader.get_by_role("heading", name="Officer K.")).to_be_visible()
    assert not REAL.search(reader.content())
    reader.get_by_role("link", name=re.compile("^Ask")).first.click()
    reader.locator(f"#slot-{booking[0].pk}").check()
    reader.get_by_role("button", name="Ask Officer K.").click()
    expect(reader.get_by_text("Request sent.")).to_be_visible()
    accept(Meeting.objects.get(), officer, booking[0])
    mail = mail_to(post, forum.official, "Officer K.")
    assert not REAL.search(mail.as_string())
    calendar = reader.request.get(door + forum.address("calendar/titian.ics")).text()
    assert "Officer K." in calendar
    assert not REAL.search(calendar)

    mine = sign_in(officer, "phone")
    mine.goto(door + forum.address("profile/"))
    expect(mine.get_by_text("You appear here under the alias Officer K.")).to_be_visible()
    assert faults_of(mine) == []

    page.get_by_role("link", name="Officer K.").click()
    page.get_by_role("link", name="Lift the alias").click()
    assert faults_of(page) == []
    page.get_by_role("button", name="Lift the alias").click()
    expect(page.get_by_text("reads the real name and affiliation again")).to_be_visible()
    reader.goto(door + forum.address("people/?q=Paolo+Reyes"))
    expect(reader.get_by_role("link", name="Paolo Reyes", exact=True)).to_be_visible()
