"""Webhooks in a real browser: added, tried, looked at empty and full, switched off by their server."""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from backend.core.outgoing import Patience
from backend.integrations.models import Webhook
from backend.integrations.services.deliveries import deliver_due
from tests.factories import make_attendee, make_event
from tests.https import Answer, Peer
from tests.journeys.axe import faults_of
from tests.journeys.conftest import signed_in


def test_a_webhook_is_added_tried_and_looked_after(
    transactional_db: None, peer: Peer, context: BrowserContext, door: str
) -> None:
    organiser = make_attendee(make_event(), permission="organiser")
    page = signed_in(context, door, organiser)
    page.goto(f"{door}/e/{organiser.event.slug}/set-up/")
    page.get_by_role("link", name="Webhooks").click()
    expect(page.get_by_role("heading", name="No webhook yet")).to_be_visible()
    faults = looked_at(page, "empty")
    page.get_by_role("link", name="Add a webhook").first.click()
    faults += looked_at(page, "add")
    page.get_by_label("Address").fill("http://example.org/")
    page.get_by_role("button", name="Add this webhook").click()
    faults += looked_at(page, "refused")
    page.get_by_label("Address").fill(peer.address("/in"))
    for what in ("A meeting was agreed", "An agreed meeting was cancelled"):
        page.get_by_label(what, exact=True).check()
    page.get_by_role("button", name="Add this webhook").click()
    expect(page.get_by_label("Its secret")).to_have_value(re.compile("whsec_.+"))
    faults += looked_at(page, "secret")
    page.get_by_role("button", name="Send a test message").click()
    deliver()
    peer.answer = lambda _asked: Answer(status=500)
    page.get_by_role("button", name="Send a test message").click()
    deliver()
    page.reload()
    expect(page.get_by_text("Waits · 500")).to_be_visible()
    faults += looked_at(page, "messages")
    peer.answer = lambda _asked: Answer(status=410)
    page.get_by_role("button", name="Send again").click()
    deliver()
    page.reload()
    expect(page.get_by_text("Off: it answered that it is gone (410)")).to_be_visible()
    faults += looked_at(page, "gone")
    page.goto(f"{door}/e/{organiser.event.slug}/set-up/webhooks/")
    faults += looked_at(page, "list")
    assert faults == []


def deliver() -> None:
    deliver_due(webhook_id=Webhook.objects.get().pk, now=timezone.now(), patience=Patience(tries=1))


def looked_at(page: Page, name: str) -> list[tuple[str, ...]]:
    if folder := os.environ.get("SHOTS"):
        for width in (360, 1440):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
    return faults_of(page)
