"""After a meeting, in two real browsers: attest, share contact details, save the card, end it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import vobject
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.axe import faults_of
from tests.journeys.conftest import accept, ask, over


def test_two_who_met_exchange_what_they_choose_and_one_takes_it_back(forum, booking, door, sign_in):
    mali, arif = forum.official, forum.named("Arif Rahman")
    meeting = over(accept(ask(mali, arif, booking[0]), arif))
    address = door + forum.address(f"meetings/{meeting.pk}/")

    def share(page: Page, other: str, **fields: str) -> None:
        page.get_by_role("link", name=f"Stay in touch with {other}").click()
        for label, value in fields.items():
            page.get_by_label(label.replace("_", "-"), exact=True).fill(value)
        assert faults_of(page) == []
        page.get_by_role("button", name=f"Share this with {other}").click()
        expect(page.get_by_text(f"Saved. {other} reads it")).to_be_visible()

    hers, his = sign_in(mali), sign_in(arif, "phone")
    hers.goto(address)
    hers.get_by_role("button", name="Yes, we met").click()
    expect(hers.get_by_text("Thank you, noted.")).to_be_visible()
    hers.get_by_label("What you agreed, in one line").fill("Arif sends the log format")
    hers.get_by_label("Remind me on").fill(str(timezone.now().date() + dt.timedelta(days=7)))
    assert faults_of(hers) == []
    hers.get_by_role("button", name="Save the note").click()
    expect(hers.get_by_text("Is it done?")).to_be_visible()
    share(hers, "Arif Rahman", E_mail="", Telephone="+66 2 123 4567")
    his.goto(door + forum.address("connections/"))
    expect(his.get_by_text("123 4567")).to_have_count(0)
    assert faults_of(his) == []
    his.get_by_role("link", name="Share with Mali Wongsa").click()
    his.get_by_label("Web page").fill("example.org/arif")
    his.get_by_role("button", name="Share this with Mali Wongsa").click()
    expect(his.get_by_role("link", name="+66 2 123 4567")).to_be_visible()
    assert faults_of(his) == []
    hers.reload()
    expect(hers.get_by_role("link", name="https://example.org/arif")).to_be_visible()
    with hers.expect_download() as download:
        hers.get_by_role("link", name="Save the contact (.vcf) (Arif Rahman)").click()
    card = vobject.readOne(Path(download.value.path()).read_text())
    assert (card.fn.value, card.email.value) == ("Arif Rahman", arif.person.email)
    hers.goto(f"{door}/account/connections/")
    expect(hers.get_by_role("link", name="https://example.org/arif")).to_be_visible()
    assert faults_of(hers) == []
    hers.goto(door + forum.address("connections/"))
    hers.get_by_text("End the connection …").click()
    assert faults_of(hers) == []
    hers.get_by_role("button", name="Stop sharing with Arif Rahman").click()
    expect(hers.get_by_text("No connections yet")).to_be_visible()
    his.reload()
    expect(his.get_by_text("No connections yet")).to_be_visible()
