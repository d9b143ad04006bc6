"""Somebody invited joins on a phone: few taps, few fields, nothing lost, accessible in every look."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from backend.booking.models.availability import Availability
from backend.core.encoder import encode
from backend.events.models.attendees import Attendee, Interest
from backend.suggestions.engine import understood

OFFICIAL = "A ministry official from Thailand"
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def newcomer(forum, booking):
    """The official as an organiser's list brought them: nothing sought or offered, not joined."""
    Interest.objects.filter(attendee=forum.official).delete()
    Availability.objects.filter(attendee=forum.official).delete()
    Attendee.objects.filter(pk=forum.official.pk).update(
        agreed_at=None, agreement_version="", seeks="", offers="", about=""
    )
    return forum.official


@pytest.fixture
def reading(model_folder, monkeypatch):
    """The language model, loaded and given time: this machine may be busy."""
    encode(["The model is loaded."], "query")
    monkeypatch.setattr(understood, "TEXT_SECONDS", 60.0)


def test_joining_takes_six_taps_and_one_typed_field_on_a_phone(forum, newcomer, browser, enter, door):
    context = browser.new_context(viewport=PHONE, has_touch=True, reduced_motion="reduce")
    page, taps, typed = enter(context, OFFICIAL), 0, 0

    def tap(found):
        nonlocal taps
        found.tap()
        taps += 1

    page.goto(door + forum.address())
    expect(page.get_by_role("heading", name="Who I am")).to_be_visible()
    tap(page.get_by_label("I accept the privacy notice"))
    tap(page.get_by_role("button", name="Accept and go on"))

    tap(page.get_by_role("button", name="A training of two days"))
    expect(page.get_by_label("What I offer")).to_have_value(
        "A training of two days for civil servants, in Thai and English."
    )
    tap(page.get_by_role("button", name="Save and go on"))

    expect(page.get_by_role("heading", name="What I seek")).to_be_visible()
    page.goto(door + forum.address("join/"))  # away, and back at the first step that is not done
    expect(page.get_by_role("heading", name="What I seek")).to_be_visible()
    page.get_by_label("What I seek").fill("เพื่อนร่วมงานจากแพลตฟอร์ม")
    typed += 1
    tap(page.get_by_label("Sextortion"))
    tap(page.get_by_role("button", name="Save and see my times"))
    expect(page.get_by_text("You have joined.")).to_be_visible()
    assert (taps, typed) == (6, 1)
    newcomer.refresh_from_db()
    assert (newcomer.has_joined, newcomer.seeks) == (True, "เพื่อนร่วมงานจากแพลตฟอร์ม")
    assert Availability.objects.filter(attendee=newcomer).count() == forum.event.slots.count()

    before = page.locator(".tick-cell input:checked").count()
    assert before > 0
    tap(page.get_by_role("button", name="Close everything"))
    expect(page.locator(".tick-cell input:checked")).to_have_count(0)
    assert Availability.objects.filter(attendee=newcomer).count() == 0
    context.close()


def test_the_line_follows_what_is_typed_in_thai_and_khmer(forum, newcomer, browser, enter, door, reading):
    Attendee.objects.filter(pk=newcomer.pk).update(agreed_at="2026-11-26T00:00Z", agreement_version="1")
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page = enter(context, OFFICIAL)
    page.goto(door + forum.address("join/2/"))
    line = page.locator("#understood")
    expect(line).to_have_attribute("aria-live", "polite")
    for words, language in (
        ("บทเรียนความปลอดภัยออนไลน์สำหรับโรงเรียนในชนบท", "Thai"),
        ("មេរៀនសុវត្ថិភាពអនឡាញសម្រាប់សាលារៀននៅជនបទ", "Khmer"),
    ):
        page.get_by_label("What I offer").fill(words)
        expect(line).to_contain_text("We understood: Safety by design schools")
        expect(line).to_contain_text(f"(written in {language})")
    context.close()


def test_what_is_typed_is_saved_without_the_button_and_there_after_a_reload(forum, newcomer, browser, enter, door):
    Attendee.objects.filter(pk=newcomer.pk).update(agreed_at="2026-11-26T00:00Z", agreement_version="1")
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page = enter(context, OFFICIAL)
    for address, label in (("join/2/", "What I offer"), ("profile/", "What I seek")):
        page.goto(door + forum.address(address))
        page.get_by_label(label).first.fill("A guide we use")
        expect(page.locator("#draft")).to_have_text("Saved")
        expect(page.locator("#draft")).to_be_visible()
        page.reload()
        expect(page.get_by_label(label).first).to_have_value("A guide we use")
    context.close()


LEAVES_WHILE_TYPING = """([id, words]) => {
    const text = document.getElementById(id);
    text.value = words;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    location.assign("about:blank");
}"""


def test_what_was_typed_as_the_page_was_left_is_saved(forum, newcomer, browser, enter, door):
    Attendee.objects.filter(pk=newcomer.pk).update(agreed_at="2026-11-26T00:00Z", agreement_version="1")
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page, posts = enter(context, OFFICIAL), []
    page.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)
    for address, field in (("join/2/", "id_offers"), ("join/3/", "id_seeks"), ("profile/", "id_about")):
        posts.clear()
        page.goto(door + forum.address(address))
        words = f"Left in the middle of {address}"
        page.evaluate(LEAVES_WHILE_TYPING, [field, words])
        page.wait_for_url("about:blank")
        for _ in range(60):  # what leaves with the page arrives a moment after it
            page.goto(door + forum.address(address), wait_until="networkidle")
            if page.locator(f"#{field}").input_value() == words:
                break
        expect(page.locator(f"#{field}")).to_have_value(words)
        assert door + forum.address(address) not in posts  # so it was not what saves after a pause
    newcomer.refresh_from_db()
    assert newcomer.offers == "Left in the middle of join/2/"
    context.close()


def test_the_first_screen_holds_what_is_asked_and_nothing_is_wider_than_the_phone(
    forum, newcomer, browser, enter, door
):
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page = enter(context, OFFICIAL)
    for step, asked in ((1, "I accept the privacy notice"), (2, "What I offer"), (3, "What I seek")):
        page.goto(door + forum.address(f"join/{step}/"))
        box = page.get_by_label(asked).bounding_box()
        assert box["y"] + 40 < PHONE["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        Attendee.objects.filter(pk=newcomer.pk).update(agreed_at="2026-11-26T00:00Z", agreement_version="1")
    context.close()


def test_axe_finds_nothing_on_the_steps(forum, newcomer, visit):
    assert visit([forum.address("join/"), forum.address("suggestions/")], OFFICIAL) == []
    Attendee.objects.filter(pk=newcomer.pk).update(agreed_at="2026-11-26T00:00Z", agreement_version="1")
    assert visit([forum.address(f"join/{step}/") for step in (1, 2, 3)], OFFICIAL) == []
    Attendee.objects.filter(pk=newcomer.pk).update(age_class="unknown")
    assert visit([forum.address("join/")], OFFICIAL) == []


def test_the_steps_work_without_javascript(forum, newcomer, without_script, enter, door):
    page = enter(without_script, OFFICIAL)
    page.goto(door + forum.address("join/"))
    page.get_by_label("I accept the privacy notice").check()
    page.get_by_role("button", name="Accept and go on").click()
    page.get_by_label("What I offer").fill("My own words.")
    page.get_by_role("button", name="A guide that three partners").click()
    expect(page.get_by_label("What I offer")).to_have_value(
        "My own words.\nA guide that three partners have used for a year, free to translate."
    )
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Sextortion").click()
    page.get_by_role("button", name="Save and see my times").click()
    expect(page.get_by_text("You have joined.")).to_be_visible()
