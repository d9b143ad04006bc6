"""A ministry official reads why, says what is not relevant, asks in Thai, and finds the English answer.

Then an organiser looks at how the lists came out.
"""

import datetime as dt
import os

import pytest
from playwright.sync_api import expect

from backend.demo.people import demo_people
from backend.events.models.attendees import Interest
from backend.suggestions.models import Suggestion
from backend.suggestions.services.runs import build_run
from tests.factories import NOW, make_attendee, make_event
from tests.journeys.conftest import PATIENCE_MS

OFFICIAL = "A ministry official from Thailand"
THAI = "ต้องการแนวปฏิบัติร่วมกันในการเก็บรักษาหลักฐานการสนทนาข้ามพรมแดน"
THAI_SEXTORTION = "ต้องการให้ตำรวจและแพลตฟอร์มร่วมมือกันในคดีขู่กรรโชกทางเพศเด็กทางออนไลน์"
SEXTORTION_DESK = "Our desk brings police and platforms together on sextortion cases, day and night."
# The target is five seconds, which `make bench` holds it to; beside other tests it may take longer.
LIST_MS = int(os.environ.get("TITIAN_PATIENCE_MS", PATIENCE_MS))
# Whom the demo's cast adds, and what those added do not speak of.
CONSTITUENCIES = {
    "social-welfare": "government",
    "education": "government",
    "large-company": "industry",
    "medium-company": "industry",
    "academia": "academia",
    "un-agency": "intergovernmental",
    "civil-society": "civil-society",
}
ASKED_FOR = {"evidence-reporting", "cross-border-enforcement", "investigation-tools", "sextortion"}
CROWD = 24


@pytest.fixture
def crowded_forum(forum, model_folder):
    """The forum after a Run, with so many more that lists leave most out, and words alone to tell by."""
    others = [
        member
        for member in demo_people()
        if member.sector in CONSTITUENCIES
        and member.seeks.isascii()
        and not ASKED_FOR & {*member.topics_seek, *member.topics_offer}
    ]
    for member in others[:: len(others) // CROWD][:CROWD]:
        make_attendee(
            forum.event, name=member.name, sector=member.sector, constituency=CONSTITUENCIES[member.sector],
            country=member.country, languages=list(member.languages),
            seeks=member.seeks, offers=member.offers,
        )  # fmt: skip
    make_attendee(
        forum.event, name="Siti Hassan", sector="law-enforcement", constituency="government",
        country="Malaysia", languages=["ms", "en"], seeks="Interpreters for interviews by telephone.",
        offers=f"We lend a meeting hall in Penang. {SEXTORTION_DESK}",
    )  # fmt: skip
    Interest.objects.filter(event=forum.event).delete()
    build_run(event=forum.event, now=NOW)
    return forum


def first_five(cards):
    """Names on the first cards; the last place of a list is drawn by lot, and may be anybody's."""
    return cards.get_by_role("heading").all_inner_texts()[:5]


def test_from_the_door_to_a_new_list(worker, crowded_forum, context, enter):
    page = enter(context, OFFICIAL)
    page.goto(f"{page.url}suggestions/")
    expect(page.get_by_role("heading", name="People to meet")).to_be_visible()
    cards = page.get_by_role("article")
    first = cards.first
    expect(first.locator(".line")).to_be_visible()
    expect(page.get_by_text("Young Delegate")).to_have_count(0)
    expect(page.get_by_text("Blocked Delegate")).to_have_count(0)
    answer = cards.filter(has=page.get_by_role("heading", name="Arif Rahman"))
    expect(cards).to_have_count(10)
    assert "Arif Rahman" not in first_five(cards)

    # One is not relevant: it leaves at once, and the list is computed again without it.
    first = cards.filter(has_not=page.get_by_role("heading", name="Siti Hassan")).first  # she is wanted below
    name = first.get_by_role("heading").inner_text()
    first.locator(".more-of > summary").click()
    first.get_by_text("Not relevant …").click()
    first.get_by_role("button", name="the topic is not mine").click()
    expect(page.get_by_text(f"{name} is off your list")).to_be_visible()
    expect(page.get_by_role("heading", name=name, exact=True)).to_have_count(0)
    # The first computation also waits for the worker to start and read its model.
    expect(page.get_by_text("Updating your list")).to_have_count(0)
    assert "Arif Rahman" not in first_five(cards)

    # What I seek, in Thai; the worker is warm by now.
    page.locator("#more > summary").click()
    page.get_by_role("link", name="My profile").click()
    page.get_by_label("What I seek").fill(THAI)
    page.get_by_role("button", name="Save my profile").click()
    expect(page.get_by_text("Saved. Your suggestions are being matched again.")).to_be_visible()
    page.get_by_role("link", name="See my suggestions").click()
    expect(page.get_by_text("Matching your new profile")).to_have_count(0, timeout=LIST_MS)
    expect(answer).to_contain_text("evidence is preserved across borders")
    assert "Arif Rahman" in first_five(cards)
    answer.locator(".more-of > summary").click()
    expect(answer.get_by_text(THAI).first).to_be_visible()
    assert name not in cards.get_by_role("heading").all_inner_texts()

    # Another need in Thai; each row shows a word, never a percentage.
    page.locator("#more > summary").click()
    page.get_by_role("link", name="My profile").click()
    page.get_by_label("What I seek").fill(THAI_SEXTORTION)
    page.get_by_role("button", name="Save my profile").click()
    page.get_by_role("link", name="See my suggestions").click()
    desk = cards.filter(has=page.get_by_role("heading", name="Siti Hassan"))
    expect(page.get_by_text("Matching your new profile")).to_have_count(0, timeout=LIST_MS)
    desk.locator(".more-of > summary").click()
    expect(desk.get_by_text(THAI_SEXTORTION).first).to_be_visible()
    expect(desk.locator("mark").filter(has_text=SEXTORTION_DESK)).to_be_visible()
    assert "Siti Hassan" in first_five(cards)
    expect(cards.first.locator(".facts strong")).to_be_visible()
    assert "%" not in page.locator("#list").inner_text()


def test_axe_finds_nothing_on_the_pages_about_the_lists(matched_forum, visit):
    make_attendee(matched_forum.event, email="organiser@demo.example.org", permission="organiser", visibility="hidden")
    matched_forum.event.previous = make_event(
        "earlier", name="ASEAN ICT Forum on Child Online Protection 2024", starts_on=dt.date(2024, 12, 9)
    )
    matched_forum.event.save()
    of = matched_forum.official.pk
    first = Suggestion.objects.get(attendee=of, rank=1, run__state="current").other_id
    pages = ("matching/", "matching/lists/", f"matching/lists/?of={of}", f"matching/lists/{of}/{first}/")
    assert visit([matched_forum.address(page) for page in pages], "The organiser") == []
