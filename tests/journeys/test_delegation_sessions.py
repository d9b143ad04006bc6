"""A session with a delegation in a real browser: from the request to its end, and to a refusal."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import Page, expect

from backend.events.models.attendees import Attendee
from tests.delegations import Delegations, make_delegations
from tests.journeys.axe import faults_of

MINE = "my-delegation-sessions/"


def ask(page: Page) -> None:
    page.get_by_label("Topic").select_option(label="Sextortion")
    page.get_by_label("With which delegation").fill("The youth council")
    page.get_by_label("What you would like to talk about").fill("What helps after the first message.")
    page.get_by_role("button", name="Ask the safeguarding leads").click()
    expect(page.get_by_text("The safeguarding leads have it")).to_be_visible()


def propose(page: Page, scene: Delegations) -> None:
    page.get_by_role("link", name="Sextortion").first.click()
    assert faults_of(page) == []
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_text("Choose at least one young person.").first).to_be_visible()
    assert faults_of(page) == []
    page.get_by_label("Chaperone", exact=True).select_option(value=str(scene.chaperone.pk))
    page.get_by_label("Second adult").select_option(value=str(scene.vetted.pk))
    page.get_by_label("Kham (Youth Council)").check()
    page.get_by_label("Time").select_option(value=str(scene.slots[0].pk))
    page.get_by_label("Place in the open").select_option(value=str(scene.table.pk))
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_text("Waits for answers")).to_be_visible()


def test_a_session_is_asked_for_agreed_and_ended_by_the_young_person(forum, door, sign_in):
    scene = make_delegations(forum.event, now=timezone.now())

    def open_as(attendee: Attendee, page: str, device: str = "desk") -> Page:
        opened = sign_in(attendee, device)
        opened.goto(door + forum.address(page))
        assert faults_of(opened) == []
        return opened

    asker = open_as(scene.asker, MINE)
    ask(asker)
    assert faults_of(asker) == []
    lead = open_as(scene.lead, "delegation-sessions/")
    propose(lead, scene)
    young = open_as(scene.minors[0], "", "phone")
    young.get_by_role("link", name="See what it is").click()
    expect(young.get_by_text("Anan Asker")).to_be_visible()
    assert faults_of(young) == []
    young.get_by_role("button", name="Yes, I want to come").click()
    expect(young.get_by_text("You said yes")).to_be_visible()
    for adult in (scene.chaperone, scene.vetted):
        page = open_as(adult, MINE, "phone")
        page.get_by_role("button", name="Yes, I want to come").click()
    lead.reload()
    lead.get_by_role("button", name="Confirm the session").click()
    expect(lead.get_by_text("It takes place").first).to_be_visible()
    assert faults_of(lead) == []
    asker.reload()
    expect(asker.get_by_text("Kham (Youth Council)")).to_be_visible()
    assert faults_of(asker) == []
    asker.goto(door + forum.address("meetings/"))
    expect(asker.get_by_role("link", name="Session with a delegation").first).to_be_visible()

    young.reload()
    young.get_by_role("button", name="I do not want to come any more").click()
    expect(young.get_by_text("Nobody learns that it was you.")).to_be_visible()
    assert faults_of(young) == []
    asker.goto(door + forum.address(MINE))
    expect(asker.get_by_text("The session will not take place")).to_be_visible()
    expect(asker.get_by_text("Kham")).to_have_count(0)


def test_after_a_refusal_the_adult_reads_only_that_it_will_not_take_place(forum, door, sign_in):
    scene = make_delegations(forum.event, now=timezone.now())
    asker = sign_in(scene.asker)
    asker.goto(door + forum.address(MINE))
    ask(asker)
    lead = sign_in(scene.lead)
    lead.goto(door + forum.address("delegation-sessions/"))
    propose(lead, scene)
    young = sign_in(scene.minors[0], "phone")
    young.goto(door + forum.address(MINE))
    young.get_by_role("button", name="No thanks").click()
    expect(young.get_by_role("heading", name="Nobody asks you to a session")).to_be_visible()
    assert faults_of(young) == []
    asker.reload()
    expect(asker.get_by_text("The safeguarding leads have it")).to_be_visible()
    lead.reload()
    lead.get_by_role("button", name="End it").click()
    asker.reload()
    expect(asker.get_by_text("The session will not take place")).to_be_visible()
    for word in ("Kham", "Chan", "Vera"):
        expect(asker.get_by_text(word)).to_have_count(0)
