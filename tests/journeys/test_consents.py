"""A guardian's consent in a real browser: asked by a lead, given from a mail, withdrawn by the same link."""

from __future__ import annotations

from playwright.sync_api import expect

from backend.events.models.attendees import Attendee
from tests.factories import host_contact, make_attendee
from tests.journeys.axe import PAGE_SIZES, faults_of
from tests.worker import do_jobs


def link_in(body: str, door: str) -> str:
    [line] = [line for line in body.splitlines() if "/consent/" in line]
    return door + "/consent/" + line.split("/consent/")[1]


def test_a_guardian_consents_from_a_mail_and_withdraws(forum, door, sign_in, browser, booking, post):
    lead = make_attendee(forum.event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden")
    minor = Attendee.objects.get(event=forum.event, age_class="minor")
    page = sign_in(lead)
    page.goto(door + forum.address("country-contacts/"))
    assert faults_of(page) == []
    host_contact(forum.event).save()
    page.goto(door + forum.address("supervision/"))
    page.get_by_label("Person").select_option(index=1)
    page.get_by_label("Checked by").fill("Ministry of Justice")
    page.get_by_label("Which check").fill("Police certificate")
    page.get_by_label("Last day").fill("2020-01-01")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("A check ends after today").first).to_be_visible()
    assert faults_of(page) == []
    page.get_by_label("Last day").fill(str(forum.event.ends_on))
    page.get_by_role("button", name="Record it").click()
    page.get_by_role("button", name="Make chaperone").click()
    expect(page.get_by_text("Chaperone of")).to_be_visible()
    assert faults_of(page) == []
    page.goto(door + forum.address("consents/"))
    assert faults_of(page) == []
    page.get_by_role("link", name="Young", exact=True).click()
    page.get_by_label("Name of the parent or guardian").fill("Noy Parent")
    page.get_by_label("Their e-mail address").fill("noy@example.org")
    page.get_by_role("button", name="Send or record it").click()
    expect(page.get_by_text("Tick that you know this address").first).to_be_visible()
    assert faults_of(page) == []
    page.get_by_label("I know this address to be the guardian’s").check()
    page.get_by_role("button", name="Send or record it").click()
    expect(page.get_by_text("The guardian is asked by mail.")).to_be_visible()

    do_jobs()
    [mail] = post.received_by("noy@example.org")
    guardian = browser.new_context(viewport=PAGE_SIZES["phone"], reduced_motion="reduce").new_page()
    guardian.goto(link_in(mail.get_content(), door))
    assert faults_of(guardian) == []
    guardian.get_by_role("button", name="Yes, I consent").click()
    expect(guardian.get_by_role("heading", name="You have consented")).to_be_visible()
    assert faults_of(guardian) == []

    young = sign_in(minor, "phone")
    young.goto(door + forum.address())
    expect(young.get_by_text("Your parent or guardian said yes.")).to_be_visible()
    assert faults_of(young) == []
    young.get_by_role("link", name="See or change my profile").click()
    expect(young.get_by_role("heading", name="In words")).to_be_visible()

    guardian.get_by_role("button", name="Withdraw my consent").click()
    expect(guardian.get_by_role("heading", name="We have no yes from you now")).to_be_visible()
    young.reload()
    expect(young.get_by_role("heading", name="You have no profile yet")).to_be_visible()
    assert faults_of(young) == []
    guardian.context.close()
