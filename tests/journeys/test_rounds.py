"""Three rounds of tables in real browsers: drafted, moved by hand, published, accepted and left."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from backend.groups.models import Rounds
from backend.groups.selectors.rounds import own_tables
from tests.factories import in_two_weeks
from tests.halls import Hall
from tests.journeys.axe import faults_of
from tests.journeys.conftest import mail_to


def test_rounds_are_drafted_published_and_answered_on_a_phone(booking, door, sign_in, post):
    hall = Hall(now=timezone.now(), **in_two_weeks())
    me, base = hall.people[0], f"{door}/e/{hall.event.slug}/"
    desk = sign_in(hall.boss)
    desk.goto(f"{base}programme/")
    desk.get_by_role("link", name="Small groups").click()
    desk.get_by_label("Title").fill("Everybody meets everybody")
    for legend in ("Times", "Tables"):
        for choice in desk.get_by_role("group", name=legend).get_by_role("checkbox").all():
            choice.focus()
            desk.keyboard.press("Space")
    assert faults_of(desk) == []
    desk.get_by_role("button", name="Draft them").press("Enter")
    expect(desk.get_by_text("The planner seats people")).to_be_visible()
    assert faults_of(desk) == []
    rounds = hall.work(Rounds.objects.get())
    expect(desk.get_by_role("heading", name="Round 1")).to_be_visible()
    desk.get_by_role("link", name="Round 3").click()
    expect(desk.get_by_role("heading", name="Round 3")).to_be_visible()
    expect(desk.get_by_text("12 people are asked")).to_be_hidden()
    assert faults_of(desk) == []
    person = desk.locator(".entry", has_text=me.name).first
    person.get_by_label(f"Table of {me.name}").fill("")
    person.get_by_role("button").click()
    expect(desk.get_by_text("Taken out.")).to_be_visible()
    desk.get_by_text("1 person without a seat").click()
    assert faults_of(desk) == []
    desk.get_by_role("button", name="Publish and ask").click()
    expect(desk.get_by_text("Published. Everybody with a place is asked")).to_be_visible()
    hall.work(rounds)

    mail = mail_to(post, me, "Places at tables for you")
    assert f"/meetings/rounds/{rounds.pk}/" in mail.get_body(("plain",)).get_content()
    phone = sign_in(me, "phone")
    phone.goto(f"{base}meetings/")
    phone.get_by_role("link", name="See your tables").first.click()
    assert faults_of(phone) == []
    phone.get_by_role("button", name="I come to all of them").press("Enter")
    expect(phone.get_by_text("You have a place at 2 tables.")).to_be_visible()
    assert faults_of(phone) == []
    phone.get_by_role("button", name="I do not come").first.press("Enter")
    expect(phone.get_by_text("You have no place at this table any more")).to_be_visible()
    assert [row.state for row in own_tables(me, timezone.now())] == ["cancelled", "accepted"]
    desk.reload()
    desk.get_by_role("link", name="Round 2").click()
    expect(desk.get_by_text("Yes", exact=True)).to_have_count(1)
    assert faults_of(desk) == []
