"""A roundtable on phones: proposed, approved at the desk, joined, left."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from backend.booking.models.meetings import Meeting
from backend.groups.selectors.rounds import own_tables
from tests.factories import in_two_weeks
from tests.halls import OpenHall
from tests.journeys.axe import faults_of
from tests.journeys.conftest import mail_to


def test_a_roundtable_is_proposed_approved_joined_and_left_on_phones(booking, door, sign_in, post):
    hall = OpenHall(people=3, tables=1, slots=2, now=timezone.now(), **in_two_weeks())
    host, me, third = hall.people
    base = f"{door}/e/{hall.event.slug}/"
    phone = sign_in(host, "phone")
    phone.goto(f"{base}meetings/")
    phone.get_by_role("link", name="Roundtables", exact=True).click()
    expect(phone.get_by_text("There is no roundtable to join now")).to_be_visible()
    assert faults_of(phone) == []
    phone.get_by_label("What it is about").fill("Evidence that reaches the police")
    phone.get_by_label("Topic").select_option(hall.topic)
    phone.get_by_label("Seats, with yours").select_option("4")
    phone.get_by_role("button", name="Propose a roundtable").press("Enter")
    expect(phone.get_by_text("Proposed. An organiser reads it first.")).to_be_visible()
    expect(phone.get_by_text("Waiting for an organiser")).to_be_visible()
    assert faults_of(phone) == []
    phone.get_by_role("link", name="Change").click()
    expect(phone.get_by_label("Seats, with yours")).to_have_value("4")
    assert faults_of(phone) == []
    phone.get_by_label("What it is about").fill("Evidence that reaches the police in time")
    phone.get_by_role("button", name="Save changes").press("Enter")
    expect(phone.get_by_text("Changed. An organiser reads it first.")).to_be_visible()

    other = sign_in(me, "phone")
    other.goto(f"{base}meetings/roundtables/")
    expect(other.get_by_text("Evidence that reaches the police")).to_have_count(0)

    desk = sign_in(hall.boss)
    desk.goto(f"{base}desk/")
    expect(desk.get_by_text("roundtable that an attendee proposes waits for your yes or no")).to_be_visible()
    desk.get_by_role("link", name="Read what they propose").click()
    expect(desk.get_by_text(host.name)).to_be_visible()
    desk.get_by_text("Decline …").click()
    assert faults_of(desk) == []
    desk.get_by_role("button", name="Approve").press("Enter")
    expect(desk.get_by_text("Approved. Its host is told")).to_be_visible()
    assert faults_of(desk) == []
    mail = mail_to(post, host, "Your roundtable")
    assert "/meetings/rounds/" in mail.get_body(("plain",)).get_content()

    meeting = Meeting.objects.of_rounds().get()
    hall.join(third, meeting)
    other.reload()
    expect(other.get_by_text("2 of 4 places are left.")).to_be_visible()
    assert faults_of(other) == []
    other.get_by_role("button", name="Join").press("Enter")
    expect(other.get_by_text("You have a place at 1 table.")).to_be_visible()
    expect(other.get_by_role("link", name=third.name)).to_be_visible()
    assert faults_of(other) == []
    phone.goto(f"{base}meetings/roundtables/")
    phone.get_by_role("link", name="See your tables").click()
    expect(phone.get_by_text("If you leave, the roundtable is off for everybody.")).to_be_visible()
    expect(phone.get_by_role("link", name=me.name)).to_be_visible()
    assert faults_of(phone) == []
    other.get_by_role("button", name="I do not come").press("Enter")
    expect(other.get_by_text("You have no place at this table any more")).to_be_visible()
    assert [row.state for row in own_tables(me, timezone.now())] == ["cancelled"]
    phone.reload()
    expect(phone.get_by_role("link", name=me.name)).to_have_count(0)

    hall.propose(host, slot=1)
    desk.goto(f"{base}programme/rounds/")
    desk.get_by_text("Decline …").click()
    desk.get_by_label("Why").fill("A session is about it already")
    desk.get_by_role("button", name="Decline it").press("Enter")
    expect(desk.get_by_text("Declined. Whoever proposed it is told why.")).to_be_visible()
    assert "A session is about it already" in mail_to(post, host, "was declined").get_body(("plain",)).get_content()
    phone.goto(f"{base}notices/")
    expect(phone.get_by_text("was declined. The reason given: “A session is about it already”")).to_be_visible()
    assert faults_of(phone) == []
