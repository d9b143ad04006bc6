"""With JavaScript on, the page changes in place: address, focus and messages stay true."""

import re

from playwright.sync_api import expect

OFFICIAL = "A ministry official from Thailand"


def test_a_filter_narrows_in_place_keeps_the_focus_and_can_be_linked_to(forum, context, enter):
    page = enter(context, OFFICIAL)
    page.goto(f"{page.url}suggestions/")
    page.evaluate("window.sameDocument = true")
    cards = page.get_by_role("article")
    everybody = cards.count()
    page.get_by_label("Country").focus()
    page.get_by_label("Country").select_option("Indonesia")
    expect(cards).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/suggestions/\?country=Indonesia$"))
    expect(page.get_by_label("Country")).to_be_focused()
    assert page.evaluate("window.sameDocument")
    page.reload()
    expect(cards).to_have_count(2)
    page.get_by_role("link", name="Show everybody again").click()
    expect(cards).to_have_count(everybody)


def test_saving_and_refusing_happen_in_place_and_never_lose_the_keyboard(forum, context, enter):
    page = enter(context, OFFICIAL)
    page.goto(f"{page.url}suggestions/")
    page.evaluate("window.sameDocument = true")
    cards = page.get_by_role("article")
    everybody = cards.count()
    page.get_by_role("button", name="Save Linh Tran").press("Enter")
    expect(page.get_by_role("status").get_by_text("Linh Tran is saved.")).to_be_visible()
    saved = page.get_by_role("button", name="Saved: Linh Tran")
    expect(saved).to_be_focused()
    expect(saved).to_have_attribute("aria-pressed", "true")

    card = cards.filter(has=page.get_by_role("heading", name="Aung Min"))
    card.locator(".more-of > summary").press("Enter")
    card.get_by_text("Not relevant …").press("Enter")
    card.get_by_role("button", name="another reason").press("Enter")
    expect(cards).to_have_count(everybody - 1)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect(cards).to_have_count(everybody)
    assert page.evaluate("window.sameDocument")


def test_what_was_pressed_stays_in_view(forum, context, enter):
    page = enter(context, OFFICIAL)
    page.goto(f"{page.url}suggestions/")
    page.get_by_role("button", name="Save Dara Sok").click()
    expect(page.get_by_role("status").get_by_text("Dara Sok is saved.")).to_be_visible()
    expect(page.get_by_role("button", name="Saved: Dara Sok")).to_be_in_viewport()


def test_a_lost_connection_shows_a_message_and_nothing_changes(forum, context, enter):
    page = enter(context, OFFICIAL)
    page.goto(f"{page.url}suggestions/")
    everybody = page.get_by_role("article").count()
    context.set_offline(True)
    page.get_by_role("button", name="Save Linh Tran").click()
    expect(page.get_by_text("The connection failed, and nothing was changed.")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(everybody)
    context.set_offline(False)


def test_a_session_that_ended_leads_to_the_sign_in_page(forum, context, enter):
    page = enter(context, OFFICIAL)
    page.goto(f"{page.url}suggestions/")
    context.clear_cookies(name="sessionid")
    page.get_by_label("Country").select_option("Indonesia")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
