"""Office hours with five, in real browsers: one press for all, one leaves, another gets the place."""

from __future__ import annotations

import icalendar
from playwright.sync_api import expect

from backend.booking.models.meetings import Meeting
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Forum, ask, mail_to


def asked_by_five(forum: Forum, slot: object) -> list[Meeting]:
    return [ask(other, forum.official, slot) for other in forum.others[:5]]


def test_five_who_asked_the_same_get_one_office_hour(forum, booking, door, sign_in, post):
    host, (first, second, *_others), late = forum.official, forum.others, forum.others[5]
    asked_by_five(forum, booking[0])
    hers = sign_in(host, "phone")
    hers.goto(door + forum.address("meetings/"))
    expect(hers.get_by_text("5 people asked you about the same: Evidence reporting.")).to_be_visible()
    assert faults_of(hers) == []
    hers.get_by_role("link", name="Open an office hour (Evidence reporting)").press("Enter")
    expect(hers.get_by_role("checkbox", checked=True)).to_have_count(5)
    assert faults_of(hers) == []
    hers.get_by_role("radio", name="5 of 5 can come").nth(2).focus()
    hers.keyboard.press("Space")
    hers.get_by_label("What it is about").fill("Evidence across borders")
    hers.get_by_role("button", name="Open the office hour").press("Enter")
    expect(hers.get_by_text("5 guests are invited and told.")).to_be_visible()
    expect(hers.locator("#guests + ul > li")).to_have_count(5)
    assert faults_of(hers) == []
    assert Meeting.objects.office_hours().get().slot == booking[2]

    mail = mail_to(post, first, "invites you to an office hour")
    assert "4 others who asked about it come, too." in mail.get_body(("plain",)).get_content()
    (entry,) = [
        icalendar.Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")[0]
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]
    assert "Mali Wongsa" in str(entry["summary"])

    his = sign_in(first, "phone")
    his.goto(door + forum.address("meetings/"))
    his.get_by_role("link", name="Office hour: Evidence across borders").first.click()
    expect(his.get_by_text(second.name)).to_be_visible()
    assert faults_of(his) == []
    his.get_by_role("button", name="I cannot come").click()
    expect(his.get_by_text("Your place is free for another")).to_be_visible()

    ask(late, host, booking[5])
    hers.goto(door + forum.address("meetings/"))
    expect(hers.get_by_text("A guest does not come to your office hour").first).to_be_visible()
    hers.get_by_role("button", name="Put into my office hour").click()
    expect(hers.get_by_role("link", name=late.name)).to_be_visible()
    expect(hers.get_by_role("link", name=first.name)).to_have_count(0)
    hers.get_by_text("Cancel the office hour …").click()
    hers.get_by_label("Why").fill("The minister calls")
    assert faults_of(hers) == []
    hers.get_by_role("button", name="Cancel the office hour", exact=True).click()
    expect(hers.get_by_text("We let all guests know why.")).to_be_visible()
    off = mail_to(post, second, "Cancelled for you")
    assert "The minister calls" in off.get_body(("plain",)).get_content()


def test_the_page_without_three_who_asked_the_same_says_what_to_do(forum, booking, door, sign_in):
    page = sign_in(forum.official)
    page.goto(door + forum.address("meetings/office-hours/new/"))
    expect(page.get_by_role("heading", name="No three people wait who asked you about the same")).to_be_visible()
    assert faults_of(page) == []


def test_it_is_opened_without_scripts(forum, booking, door, without_script, enter):
    asked_by_five(forum, booking[0])
    page = enter(without_script, "A ministry official from Thailand")
    page.goto(door + forum.address("meetings/office-hours/new/"))
    page.get_by_role("radio", name="5 of 5 can come").first.check()
    page.get_by_role("button", name="Open the office hour").click()
    expect(page.get_by_text("5 guests are invited and told.")).to_be_visible()
