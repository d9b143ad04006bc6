"""The page of a long job: how far it is, on a phone, in the dark, and without JavaScript."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from backend.events.models.long_jobs import LongJob
from tests.factories import make_attendee
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Forum, signed_in
from tests.long_jobs import do_long_jobs


def test_a_job_is_followed_to_its_file_and_each_state_of_it_is_accessible(
    forum: Forum, context: BrowserContext, door: str
) -> None:
    organiser = make_attendee(forum.event, permission="organiser", visibility="hidden")
    page = signed_in(context, door, organiser)
    page.goto(door + forum.address("attendees/"))
    page.get_by_role("link", name="Download as CSV").click()
    expect(page.get_by_text("Waiting to begin")).to_be_visible()
    found = faults_of(page)
    LongJob.objects.update(state="running", done=400, total=1_000)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "400")  # without a reload
    found += faults_of(page)
    LongJob.objects.update(state="failed")
    expect(page.get_by_role("alert")).to_contain_text("do the same again")
    found += faults_of(page)
    LongJob.objects.update(state="waiting")
    page.reload()
    do_long_jobs()
    ready = page.get_by_role("link", name="Download")
    expect(ready).to_be_visible()
    found += faults_of(page)
    with page.expect_download() as download:
        ready.click()
    assert download.value.suggested_filename == f"{forum.event.slug}-attendees.csv"
    page.reload()
    expect(page.get_by_text("is kept no longer")).to_be_visible()
    assert found + faults_of(page) == []


def test_without_script_the_page_renews_itself_and_leads_on(
    forum: Forum, context: BrowserContext, without_script: BrowserContext, door: str
) -> None:
    organiser = make_attendee(forum.event, permission="organiser", visibility="hidden")
    signed_in(context, door, organiser)
    without_script.add_cookies(context.cookies())
    page = without_script.new_page()
    page.goto(door + forum.address("attendees/import/"))
    page.get_by_label("List of attendees").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": b"email,name\na@example.org,Ana\n"}
    )
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_text("Waiting to begin")).to_be_visible()
    do_long_jobs()
    expect(page.get_by_role("button", name="Import this list")).to_be_visible()
