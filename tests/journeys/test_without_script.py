"""Everything an attendee does works with JavaScript off."""

import re

from playwright.sync_api import expect

from tests.accounts import send_account_mails
from tests.factories import make_attendee


def test_sign_in_fill_in_filter_answer_block_and_leave(forum, without_script, door, settings):
    settings.EMAIL_BACKEND = "backend.demo.outbox.OutboxBackend"
    newcomer = make_attendee(forum.event, email="New.Comer@example.org", name="New Comer", is_demo=True)
    page = without_script.new_page()

    # The code comes by mail, and leads to the page one wanted.
    page.goto(door + forum.address("profile/"))
    page.get_by_label("E-mail address").fill("new.comer@example.org")
    with page.expect_navigation():
        page.get_by_role("button", name="Send me a code").click()
    send_account_mails()
    mail = without_script.new_page()
    mail.goto(f"{door}/demo/outbox/")
    code = re.search(r"\n([A-Z0-9-]{6,})\n", mail.get_by_role("article").first.inner_text())[1]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My profile")).to_be_visible()

    # What cannot be saved is marked, and what was typed is still there.
    page.get_by_label("What I seek").fill("y" * 4001)
    page.get_by_label("What I offer").fill("A court-tested template")
    page.get_by_label("Seek: Sextortion").check()
    page.get_by_role("button", name="Save my profile").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    expect(page.get_by_label("What I offer")).to_have_value("A court-tested template")
    expect(page.get_by_label("Seek: Sextortion")).to_be_checked()
    page.get_by_label("What I seek").fill("Somebody who has drafted a grooming offence")
    page.get_by_role("button", name="Save my profile").click()
    page.get_by_role("link", name="See my suggestions").click()
    expect(
        page.get_by_text("Suggestions are not computed yet").or_(page.get_by_text("Matching your new profile")).first
    ).to_be_visible()
    assert newcomer.event_id == forum.event.pk


def test_filter_save_refuse_undo_block_and_lift(forum, without_script, enter):
    page = enter(without_script, "A ministry official from Thailand")
    page.goto(f"{page.url}suggestions/")
    cards = page.get_by_role("article")
    everybody = cards.count()
    page.get_by_label("Country").select_option("Indonesia")
    page.get_by_role("button", name="Narrow the list").click()
    expect(cards).to_have_count(2)
    page.get_by_role("button", name="Save Arif Rahman").click()
    expect(page.get_by_text("Arif Rahman is saved.")).to_be_visible()
    expect(cards).to_have_count(2)
    expect(page.get_by_role("button", name="Saved: Arif Rahman")).to_be_visible()
    page.get_by_role("link", name="Show everybody again").click()
    expect(cards).to_have_count(everybody)

    card = cards.filter(has=page.get_by_role("heading", name="Linh Tran"))
    card.locator(".more-of > summary").click()
    card.get_by_role("link", name="Profile").click()
    page.get_by_text("Not relevant …").click()
    page.get_by_role("button", name="we know each other").click()
    expect(page.get_by_text("Linh Tran is off your list")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.get_by_role("heading", name="Why you might meet")).to_be_visible()
    page.get_by_role("link", name="Block Linh Tran").click()
    page.get_by_role("button", name="Block").click()
    expect(cards).to_have_count(everybody - 1)
    page.locator("#more > summary").click()
    page.get_by_role("link", name="My profile").click()
    page.get_by_role("button", name="Lift the block: Linh Tran").click()
    expect(page.get_by_text("The block is lifted.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in with a code")).to_be_visible()
