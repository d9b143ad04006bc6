"""Another attendee's page."""

import pytest

from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from backend.suggestions.models import Feedback
from tests.factories import make_session
from tests.frontend.conftest import OFFER, SEEK, client_of
from tests.pages import page_of


def test_a_page_shows_who_it_is_what_they_declare_and_why_we_might_meet(cast, official):
    session = make_session(cast.event, "Evidence that stands up in court")
    for attendee in (cast.official, cast.engineer):
        SessionPart.objects.create(event=cast.event, attendee=attendee, session=session)
    Attendee.objects.filter(pk=cast.engineer.pk).update(shows_sessions=True)
    shown = page_of(official.get(cast.address(f"people/{cast.engineer.pk}/")))
    text = shown.text
    assert shown.text_of("h1") == "Arif Rahman"
    assert "Head of trust" in text
    assert "Indonesia" in text
    assert OFFER in shown.texts("[lang=th]")
    assert SEEK in text
    assert "Evidence that stands up in court" in text
    assert ["Justice", "", "Evidence reporting"] in shown.rows(cells="th, td")


def test_somebody_who_is_not_suggested_to_me_has_a_page_without_a_match(cast):
    text = client_of(cast.lawyer.person).get(cast.address(f"people/{cast.engineer.pk}/")).content.decode()
    assert "Not in your current suggestions." in text
    assert "Match " not in text


def test_whoever_i_called_not_relevant_keeps_a_page_where_i_can_change_my_mind(cast, official):
    page = cast.address(f"people/{cast.engineer.pk}/")
    address = cast.address(f"suggestions/{cast.engineer.pk}/feedback/")
    answer = official.post(address, {"verdict": "not-relevant", "cause": "known", "next": page}, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "Undo" in answer.content.decode()
    official.post(address, {"verdict": "withdraw", "next": page})
    assert not Feedback.objects.exists()


def test_a_number_that_is_nobody_and_my_own_number_are_not_found(cast, official):
    for number in (999_999_999, cast.official.pk, 10**30):
        answer = official.get(cast.address(f"people/{number}/"))
        assert answer.status_code == 404
        assert "There is no such person at this forum" in answer.content.decode()


def test_back_on_a_person_s_page_leads_where_one_came_from(booking):
    cast = booking.cast
    official = client_of(cast.official.person)
    meeting = booking.ask(cast.engineer, cast.official, booking.slots[0])
    for page, label in (
        ("", "Home"), ("suggestions/", "Suggestions"), ("people/?q=arif&country=Indonesia", "People"),
        ("meetings/", "Meetings"), (f"meetings/{meeting.pk}/", "Meeting"),
        ("people/working-on/?topic=evidence-reporting", "Who works on it"),
    ):  # fmt: skip
        address = cast.address(page)
        person = cast.address(f"people/{cast.engineer.pk}/")
        links = page_of(official.get(address)).links("main")
        [way, *_others] = [to for _text, to in links if to.split("?")[0] == person]
        assert page_of(official.get(way)).links(".back") == [(f"← {label}", address)], page


@pytest.mark.parametrize(
    "asked",
    [
        "https://evil.example/", "//evil.example/e/forum/people/", "javascript:alert(1)", "/admin/",
        "\\\\evil.example", "/e/elsewhere/people/", "/e/forum/../../admin/", "/e/forum/people/7/",
        "/e/forum/nowhere/", "people/", "/e/forum/reports/", "/e/forum/people/?q=" + 1_000 * "x",
        "https://testserver/e/forum/people/", "",
    ],
)  # fmt: skip
def test_back_leads_to_pages_of_this_forum_alone(cast, official, asked):
    page = page_of(official.get(cast.address(f"people/{cast.engineer.pk}/"), {"from": asked}))
    assert page.links(".back") == [("← Suggestions", cast.address("suggestions/"))]


def test_a_note_keeps_the_way_back(cast, official):
    way = cast.address("people/?q=arif")
    address = cast.address(f"people/{cast.engineer.pk}/")
    official.post(f"{address}note/", {"note": "x"})
    action = page_of(official.get(address, {"from": way})).attribute(".note-of-mine form", "action")
    page = page_of(official.post(action, {"note": "y"}, follow=True))
    assert page.links(".back") == [("← People", way)]
    long = page_of(official.post(action, {"note": 600 * "x"}))
    assert long.links(".back") == [("← People", way)]
