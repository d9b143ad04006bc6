"""The programme speaks in the organisers' name: proposed, answered, counted; arranged and moved by hand."""

from __future__ import annotations

import re
import time

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from backend.booking.models.meetings import Meeting
from backend.booking.services.requests import expire_requests
from backend.programme.rules.options import PlanOptions
from backend.programme.services.drafting import draft_plan
from backend.programme.services.publishing import apply_publication, publish_plan, set_publishing
from backend.programme.services.solving import solve_plan
from tests.journeys.axe import faults_of
from tests.journeys.programme_forum import make_planned_forum

BASE = "/e/programme/"


@pytest.fixture
def forum(transactional_db, settings):
    settings.TITIAN_DEMO = True
    return make_planned_forum(people=6)


@pytest.fixture
def signed_in(browser, door):
    """A page in a browser of its own, signed in as this attendee."""
    contexts = []

    def sign_in(attendee):
        client = Client()
        client.force_login(attendee.person)
        context = browser.new_context(reduced_motion="reduce")
        contexts.append(context)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": door}])
        return context.new_page()

    yield sign_in
    for context in contexts:
        context.close()


def published(forum):
    """A plan of one meeting for each, published by its organiser."""
    named, now = {"event": forum.event, "by": forum.organiser.person}, timezone.now()
    plan = draft_plan(options=PlanOptions(most=1, seconds=1), now=now, **named)
    solve_plan(plan_id=plan.pk, round_number=1, now=now, clock=time.monotonic)
    plan = publish_plan(plan_id=plan.pk, now=now, **named)
    apply_publication(plan=plan, by=forum.organiser.person, now=now)
    return plan


def test_one_yes_and_one_no_are_counted_and_both_read_only_that_it_did_not_come_about(forum, door, signed_in):
    plan = published(forum)
    refused, agreed, _ = Meeting.objects.filter(planned__plan=plan).order_by("pk")
    one, other = (seat.attendee for seat in refused.seats.select_related("attendee__person"))
    pages = {person.pk: signed_in(person) for person in (one, other)}
    for person, answer in ((one, "Yes"), (other, "No")):
        page = pages[person.pk]
        page.goto(f"{door}{BASE}meetings/")
        card = page.get_by_role("article").filter(has_text="The organisers propose that you two meet")
        expect(card).to_have_count(1)
        assert faults_of(page) == []
        card.get_by_role("button", name=re.compile(f"^{answer}")).click()
        expect(page.get_by_role("status").first).to_contain_text(f"Your {answer.lower()} is noted")
        expect(page.get_by_role("region", name="The organisers proposed")).to_contain_text(f"You said {answer.lower()}")
    for seat in agreed.seats.select_related("attendee__person"):
        page = signed_in(seat.attendee)
        page.goto(f"{door}{BASE}meetings/{agreed.pk}/")
        page.get_by_role("button", name=re.compile("^Yes")).click()
    expect(page.get_by_role("status").first).to_contain_text("You meet")

    Meeting.objects.filter(state="proposed").update(expires_at=timezone.now())
    expire_requests(now=timezone.now())
    for page in pages.values():
        page.goto(f"{door}{BASE}meetings/{refused.pk}/")
        main = page.get_by_role("main")
        expect(main).to_contain_text("The organisers proposed that you two meet. It did not come about.")
        expect(main).not_to_contain_text(re.compile("declined|refused|said no|said yes", re.IGNORECASE))
        assert faults_of(page) == []

    desk = signed_in(forum.organiser)
    desk.goto(f"{door}{BASE}desk/progress/")
    funnel = desk.get_by_role("region", name="From suggestion to a useful meeting")
    for step, count in (("Requested", "0"), ("Proposed", "3"), ("Accepted", "1")):
        expect(funnel.locator("tbody tr", has_text=step).first.locator("td").first).to_have_text(count)


def test_two_people_are_arranged_and_moved_by_hand(forum, door, signed_in):
    set_publishing(event=forum.event, confirms=True, by=forum.organiser.person)
    a, b, *_ = forum.people
    page = signed_in(forum.organiser)
    page.goto(f"{door}{BASE}attendees/{a.pk}/")
    page.get_by_role("link", name="Arrange a meeting").click()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    page.wait_for_load_state()  # before its scripts are there, nothing reads what is typed
    page.get_by_label("and the other").press_sequentially(b.name)
    page.get_by_role("radio", name=b.name).check()
    assert faults_of(page) == []
    page.get_by_role("button", name="Go on").press("Enter")
    page.get_by_role("radio").first.check()
    page.get_by_label("Why, if you like").fill("You both work on safety by design.")
    assert faults_of(page) == []
    page.get_by_role("button", name="Arrange it").press("Enter")
    expect(page.get_by_text("The meeting is arranged, and both are told.")).to_be_visible()
    meeting = Meeting.objects.get()
    assert (meeting.state, meeting.asker) == ("accepted", None)

    page.get_by_role("link", name="Move").click()
    assert faults_of(page) == []
    page.get_by_label("Time").select_option(index=2)
    page.get_by_label("Table").select_option(label="T3")
    page.get_by_role("button", name="Move it").press("Enter")
    expect(page.get_by_text("The meeting is moved.")).to_be_visible()
    moved = Meeting.objects.select_related("table").get()
    assert (moved.sequence, moved.table.label) == (1, "T3")
    assert moved.slot_id != meeting.slot_id

    theirs = signed_in(b)
    theirs.goto(f"{door}{BASE}meetings/{meeting.pk}/")
    main = theirs.get_by_role("main")
    expect(main).to_contain_text("The organisers put this meeting forward, because:")
    expect(main).to_contain_text("You both work on safety by design.")
    theirs.get_by_text("Cancel the meeting …").click()
    theirs.get_by_label("Why").fill("I am at the plenary then.")
    theirs.get_by_role("button", name="Cancel the meeting", exact=True).press("Enter")
    expect(theirs.get_by_text("The meeting is cancelled")).to_be_visible()
