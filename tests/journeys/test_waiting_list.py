"""In two real browsers: one waits for a time with somebody who has none, and gets the one that falls free."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.services.requests import MeetingRequestData
from backend.booking.services.waiting_list import join_waiting_list, leave_waiting_list
from backend.events.models.agenda import Slot
from tests.factories import make_attendee
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Forum, accept, ask, mail_to
from tests.worker import do_jobs


@pytest.fixture
def taken(forum: Forum, booking: list[Slot]) -> Meeting:
    """Arif has one open time, and meets Linh then."""
    arif, linh = forum.named("Arif Rahman"), forum.named("Linh Tran")
    Availability.objects.filter(attendee=arif, slot__in=booking[1:]).delete()
    return accept(ask(linh, arif, booking[0]), arif)


def test_who_waits_is_told_of_the_time_that_fell_free_and_the_two_meet(forum, booking, taken, door, sign_in, post):
    mali, arif = forum.official, forum.named("Arif Rahman")
    first = forum.named("Grace Lim")
    wish = MeetingRequestData(message="First of all")
    join_waiting_list(attendee=first, other_id=arif.pk, data=wish, by=first.person, now=timezone.now())
    hers, his = sign_in(mali), sign_in(arif, "phone")
    hers.goto(door + forum.address(f"people/{arif.pk}/ask/"))
    expect(hers.get_by_text("no free time in common at the moment")).to_be_visible()
    assert faults_of(hers) == []
    hers.get_by_label("Your message").fill("How do you keep chat logs?")
    hers.get_by_label("Your message").press("Tab")
    hers.get_by_role("button", name="Wait for a free time").press("Enter")
    expect(hers.get_by_text("1 person is before you.")).to_be_visible()
    assert faults_of(hers) == []
    his.goto(door + forum.address("meetings/"))
    expect(his.get_by_text("2 people wait for a free time with you")).to_be_visible()
    expect(his.get_by_text("Mali Wongsa")).to_have_count(0)
    assert faults_of(his) == []
    leave_waiting_list(attendee=first, entry_id=first.waiting_for.get().pk, by=first.person)
    hers.reload()
    expect(hers.get_by_text("You are the next.")).to_be_visible()

    his.goto(door + forum.address(f"meetings/{taken.pk}/"))
    his.locator("details.choice summary", has_text="Cancel").click()
    his.get_by_label("Why").fill("My flight leaves earlier")
    his.get_by_role("button", name="Cancel the meeting").click()
    expect(his.get_by_text("The meeting is cancelled")).to_be_visible()
    do_jobs()
    hers.reload()
    expect(hers.get_by_text("A time with Arif Rahman fell free")).to_be_visible()
    assert faults_of(hers) == []
    his.goto(door + forum.address("meetings/"))
    expect(his.get_by_role("blockquote").get_by_text("How do you keep chat logs?")).to_be_visible()
    assert faults_of(his) == []
    mail = mail_to(post, arif, "waited for a free time with you").get_body(("plain",)).get_content()
    assert "How do you keep chat logs?" in mail
    assert "fell free" in mail_to(post, mali, "fell free")["Subject"]
    his.locator("section.to-answer button.time").click()
    expect(his.get_by_text("You meet Mali Wongsa")).to_be_visible()
    hers.reload()
    expect(hers.get_by_text("Arif Rahman accepted.")).to_be_visible()


def test_one_stops_waiting_and_the_desk_counts_who_is_left(forum, booking, taken, door, sign_in):
    mali, arif, grace = forum.official, forum.named("Arif Rahman"), forum.named("Grace Lim")
    boss = make_attendee(forum.event, name="Orla", permission="organiser", visibility="hidden")
    desk = sign_in(boss)

    def counted(page: Page) -> None:
        page.goto(door + forum.address("desk/who-needs-help/"))
        assert faults_of(page) == []

    counted(desk)
    expect(desk.get_by_text("Nobody waits.")).to_be_visible()
    for one in (mali, grace):
        join_waiting_list(
            attendee=one, other_id=arif.pk, data=MeetingRequestData(), by=one.person,
            now=timezone.now(),
        )  # fmt: skip
    counted(desk)
    expect(desk.locator("#waiting td")).to_have_text(["2"])
    hers = sign_in(grace, "phone")
    hers.goto(door + forum.address("meetings/"))
    hers.get_by_role("button", name="Wait no longer (Arif Rahman)").click()
    expect(hers.get_by_text("You wait no longer.")).to_be_visible()
    assert faults_of(hers) == []
    counted(desk)
    expect(desk.locator("#waiting td")).to_have_text(["1"])
