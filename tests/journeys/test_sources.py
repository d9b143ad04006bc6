"""Sources of people in a real browser: added, looked at, read and decided about."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from backend.events.models.agenda import Session
from backend.events.models.attendees import Attendee
from backend.integrations.models import Source
from tests.https import Answer
from tests.journeys.axe import faults_of
from tests.journeys.conftest import signed_in
from tests.long_jobs import do_long_jobs
from tests.programmes import publish, talk
from tests.registrations import Shop


def press(page: Page, name: str) -> None:
    """Press a button whose work is a long job, do it, and open its answer."""
    page.get_by_role("button", name=name).click()
    page.wait_for_url("**/jobs/**")
    address = page.url
    do_long_jobs()
    page.goto(f"{address.split('/answer')[0]}answer/")


def test_a_source_is_added_read_and_decided_about(
    transactional_db: None, shop: Shop, context: BrowserContext, door: str
) -> None:
    Source.objects.all().delete()
    faults = []
    page = signed_in(context, door, shop.organiser)
    page.goto(f"{door}/e/{shop.event.slug}/attendees/")
    page.get_by_role("link", name="Sources").click()
    expect(page.get_by_role("heading", name="No source yet")).to_be_visible()
    faults += looked_at(page, "empty")
    page.get_by_role("link", name="Add a source").first.click()
    faults += looked_at(page, "add")
    page.get_by_label("Name").fill("Registration")
    page.get_by_label("Address").fill("http://example.org/")
    page.get_by_label("Token").fill("very-secret")
    page.get_by_role("button", name="Add this source").click()
    expect(page.get_by_text("begins with https://").first).to_be_visible()
    faults += looked_at(page, "refused")
    page.get_by_label("Address").fill(shop.peer.address("/list.csv"))
    page.get_by_label("Token").fill("very-secret")
    page.get_by_role("button", name="Add this source").click()
    shop.add(*range(1, 13))
    press(page, "See what it would do")
    expect(page.get_by_text("12 would come in")).to_be_visible()
    press(page, "Bring the list up to it")
    expect(page.get_by_text("12 came in").first).to_be_visible()
    faults += looked_at(page, "source")
    for number in range(1, 8):
        shop.rows[number]["status"] = "cancelled"
    shop.rows[8] |= {"email": "bea@example.org", "name": "Bea Bell"}
    shop.add(13, name="")
    shop.add(14, email="person9@example.org", name="Cid Cole")
    press(page, "See what it would do")
    faults += looked_at(page, "preview")
    page.get_by_label("Take these 7 people off the list").check()
    page.get_by_label("Take Ann8").check()
    press(page, "Bring the list up to it")
    left = Attendee.objects.filter(event=shop.event).exclude(pk=shop.organiser.pk)
    assert left.count() == 5
    page.goto(f"{door}/e/{shop.event.slug}/attendees/sources/")
    expect(page.get_by_text("1 waits for your decision.")).to_be_visible()
    faults += looked_at(page, "list")
    assert faults == []


def looked_at(page: Page, name: str) -> list[tuple[str, ...]]:
    if folder := os.environ.get("SHOTS"):
        for width in (360, 1440):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
    return faults_of(page)


def test_a_programme_is_followed_and_decided_about(
    transactional_db: None, shop: Shop, context: BrowserContext, door: str
) -> None:
    Source.objects.all().delete()
    faults = []
    page = signed_in(context, door, shop.organiser)
    page.goto(f"{door}/e/{shop.event.slug}/set-up/sessions/")
    faults += looked_at(page, "sessions")
    page.get_by_role("link", name="Follow a programme elsewhere").click()
    page.get_by_role("link", name="Add a source").first.click()
    page.get_by_label("Name").fill("Our programme")
    page.get_by_label("Kind").select_option("programme")
    page.get_by_label("Address").fill(shop.peer.address("/talks.csv"))
    faults += looked_at(page, "programme-add")
    page.get_by_role("button", name="Add this source").click()
    publish(shop, *map(talk, range(1, 13)))
    press(page, "See what it would do")
    expect(page.get_by_text("12 would come in")).to_be_visible()
    press(page, "Bring the agenda up to it")
    expect(page.get_by_text("12 came in").first).to_be_visible()
    outside = ("s13", "Talk 13", "2027-01-09 09:00", "2027-01-09 10:00", "Hall")
    publish(shop, talk(1, hour=18), talk(2, title="Talk two"), *map(talk, (3, 4, 5, 14)), outside)
    press(page, "See what it would do")
    faults += looked_at(page, "programme-preview")
    page.get_by_label("Take these 7 sessions out of the agenda").check()
    press(page, "Bring the agenda up to it")
    faults += looked_at(page, "programme-source")
    assert Session.objects.filter(event=shop.event).count() == 6
    shop.peer.answer = lambda _asked: Answer(b"<html>")
    press(page, "See what it would do")
    expect(page.get_by_text("Nothing was changed.")).to_be_visible()
    faults += looked_at(page, "programme-refused")
    assert faults == []
