"""The main path in one look: sign in, profile, first list, request, answer, calendar, what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import icalendar
from playwright.sync_api import BrowserContext, Page, expect

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from tests.accounts import send_account_mails
from tests.factories import make_attendee
from tests.journeys.axe import ONE_LOOK, faults_of
from tests.journeys.conftest import Forum, over
from tests.smtp import MailServer
from tests.worker import do_jobs


def sign_in_by_mail(page: Page, post: MailServer, email: str) -> None:
    """Ask for a code on the open page, read it in the mail, type it."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    assert faults_of(page, ONE_LOOK) == []
    send_account_mails()
    code = re.search(r"code[^:]*: (\S+)", post.received_by(email)[-1]["Subject"])
    assert code is not None
    page.get_by_label("Code").fill(code[1])
    page.get_by_role("button", name="Sign in", exact=True).click()


def entry_in_calendar(page: Page, address: str) -> icalendar.Event:
    """The only meeting of somebody's calendar, read at its secret address as a calendar program does."""
    page.goto(address)
    assert faults_of(page, ONE_LOOK) == []
    page.get_by_role("button", name="Make my calendar address").click()
    feed = page.request.get(page.get_by_label("Your secret address").input_value()).body()
    found = icalendar.Calendar.from_ical(feed).walk("VEVENT")
    (entry,) = (entry for entry in found if "eeting with" in entry["SUMMARY"])
    assert isinstance(entry, icalendar.Event)
    return entry


def test_from_the_code_in_a_mail_to_what_came_of_the_first_meeting(
    forum: Forum,
    booking: list[Slot],
    context: BrowserContext,
    door: str,
    post: MailServer,
    sign_in: Callable[..., Page],
    model_folder: object,
) -> None:
    official = make_attendee(
        forum.event, email="somchai@example.org", name="Somchai Prasert", sector="ict-ministry",
        constituency="government", country="Thailand", languages=["th", "en"],
    )  # fmt: skip
    Availability.objects.bulk_create(Availability(event=forum.event, attendee=official, slot=slot) for slot in booking)
    arif = forum.named("Arif Rahman")

    page = context.new_page()
    page.goto(door + forum.address("profile/"))
    sign_in_by_mail(page, post, "somchai@example.org")
    expect(page.get_by_role("heading", name="My profile")).to_be_visible()
    page.get_by_label("What I seek").fill("How messengers keep chat logs as evidence across borders.")
    page.get_by_label("What I offer").fill("A contact in our ministry for reports of the police.")
    assert faults_of(page, ONE_LOOK) == []
    page.get_by_role("button", name="Save my profile").click()
    expect(page.get_by_text("Saved. Your suggestions are being matched again.")).to_be_visible()

    do_jobs()
    page.get_by_role("link", name="See my suggestions").click()
    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Arif Rahman"))
    expect(card).to_contain_text("evidence is preserved across borders")
    expect(page.get_by_text("Young Delegate")).to_have_count(0)
    assert faults_of(page, ONE_LOOK) == []

    card.get_by_role("link", name=re.compile(r"^Ask.*\(Arif Rahman\)$")).click()
    for slot in booking[:2]:
        page.locator(f"#slot-{slot.pk}").check()
    assert faults_of(page, ONE_LOOK) == []
    page.get_by_role("button", name="Ask Arif Rahman").click()
    expect(page.get_by_text("Request sent.")).to_be_visible()

    his = sign_in(arif)
    his.goto(door + forum.address("meetings/"))
    his.get_by_role("button", name=re.compile("^Meet Somchai Prasert: .*10:30–")).click()
    expect(his.get_by_text(re.compile("You meet Somchai Prasert: .*10:30–11:00"))).to_be_visible()
    assert faults_of(his, ONE_LOOK) == []

    entries = [entry_in_calendar(one, door + forum.address("calendar/")) for one in (page, his)]
    assert {entry.start for entry in entries} == {booking[1].starts_at}
    assert entries[0]["UID"] == entries[1]["UID"]

    meeting = over(Meeting.objects.get(asker=official))
    for one in (page, his):
        one.goto(door + forum.address(f"meetings/{meeting.pk}/"))
        one.get_by_role("button", name="Yes, we met").click()
        expect(one.get_by_text("Thank you, noted.")).to_be_visible()
    assert faults_of(page, ONE_LOOK) == []
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.HELD
    assert Attendee.objects.get(pk=official.pk).seeks.startswith("How messengers")
