"""The language of pages and mails: chosen by the reader, else the browser's, else the forum's."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from backend.agenda.services.calendar_feeds import feed_address, make_feed
from backend.config.middleware import asked_language
from backend.events.models.events import Event
from backend.people.models import Person
from backend.people.rules import language_of_person
from backend.people.services import set_language
from frontend.templatetags.ui import _kept
from tests.accounts import send_account_mails
from tests.frontend.conftest import client_of
from tests.languages import MARKED, SECOND
from tests.pages import page_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_languages")]
IN_MARKED, IN_SECOND = {"Accept-Language": MARKED}, {"Accept-Language": SECOND}


def language_shown(answer) -> str:
    page = page_of(answer)
    return page.attribute("html", "lang")


def choose(client: Client, language: str, back: str = "/"):
    return client.post("/language/", {"language": language, "next": back})


@pytest.mark.slow
def test_a_page_is_in_the_language_the_browser_asks_for(client):
    for asked, shown in (
        (MARKED, MARKED),
        ("de, lo;q=0.5, en;q=0.3", SECOND),
        ("de", "en"),
        ("en-GB, tet;q=0.5", "en"),
        ("", "en"),
        ("*;q=x, ;;", "en"),
    ):
        answer = client.get("/", headers={"Accept-Language": asked})
        assert language_shown(answer) == answer["Content-Language"] == shown
        assert "Accept-Language" in answer["Vary"]
    assert "⟦Sign in⟧" in page_of(client.get("/", headers=IN_MARKED))


def test_a_language_is_chosen_without_a_script_and_without_an_account(client):
    page = page_of(client.get("/accounts/login/code/?next=/e/x/"))
    form = page.one("#languages form")
    assert form.attributes["action"] == "/language/"
    assert page.texts("#languages button") == ["English", "Tetun", "ພາສາລາວ"]
    assert page.attributes("#languages button", "lang") == ["en", "tet", "lo"]
    back = page.attribute("#languages input[name=next]", "value")
    answer = choose(client, SECOND, back)
    assert answer["Location"] == "/accounts/login/code/?next=/e/x/"
    assert language_shown(client.get(answer["Location"], headers=IN_MARKED)) == SECOND


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil", ""])
def test_choosing_a_language_leads_to_no_other_site(client, back):
    assert choose(client, MARKED, back)["Location"] == "/"


def test_only_a_language_that_is_offered_is_taken(cast, official):
    answer = choose(official, "th")
    assert answer.status_code == 400
    assert "Choose one of the languages offered." in page_of(answer)
    cast.official.person.refresh_from_db()
    assert cast.official.person.language == ""


def test_an_installation_with_one_language_offers_no_choice(client, settings):
    settings.LANGUAGES = [("en", "English")]
    assert not page_of(client.get("/")).has("#languages")


def test_what_somebody_chose_holds_in_every_browser_and_for_their_mails(cast, official):
    choose(official, MARKED)
    other = client_of(cast.official.person)
    assert language_shown(other.get(cast.address("profile/"), headers=IN_SECOND)) == MARKED
    cast.official.person.refresh_from_db()
    assert cast.official.person.language == MARKED


def test_the_forum_s_language_is_shown_where_the_browser_asks_for_none_offered(cast, official):
    Event.objects.filter(pk=cast.event.pk).update(languages=["th", "lo", "en"])
    assert language_shown(official.get(cast.address("profile/"), headers={"Accept-Language": "de"})) == SECOND
    assert language_shown(official.get(cast.address("profile/"), headers={"Accept-Language": "en"})) == "en"
    assert language_shown(official.get("/account/sign-ins/", headers={"Accept-Language": "de"})) == "en"


@pytest.mark.slow
def test_one_reader_s_language_is_never_another_s(cast):
    """Whatever is kept of pages is kept by language."""
    mali, arif = client_of(cast.official.person), client_of(cast.engineer.person)
    for page in ("", "suggestions/", "people/", "sessions/", "meetings/", "profile/", "my-data/", "safety/"):
        for client, headers, marks, foreign in (
            (mali, IN_MARKED, "⟦⟧", "«»"),
            (arif, IN_SECOND, "«»", "⟦⟧⟪⟫"),
            (mali, IN_MARKED, "⟦⟧", "«»"),
            (arif, {"Accept-Language": "en"}, "", "⟦⟧⟪⟫«»"),
        ):
            text = client.get(cast.address(page), headers=headers, follow=True).content.decode()
            assert all(mark in text for mark in marks), page
            assert not any(mark in text for mark in foreign), page


def test_the_api_answers_in_the_language_asked_for(cast, official):
    address = "/api/v1/events/no-such-forum/"
    for headers, marks in ((IN_MARKED, "⟦"), (IN_SECOND, "«"), ({"Accept-Language": "en"}, "")):
        answer = official.get(f"{address}attendees/", headers=headers)
        assert answer.status_code == 404
        assert answer.json()["message"].startswith(marks)
        assert answer["Content-Language"] in (MARKED, SECOND, "en")


def test_the_demo_s_people_keep_no_language(cast):
    Person.objects.filter(pk=cast.official.person_id).update(is_demo=True)
    person = Person.objects.get(pk=cast.official.person_id)
    set_language(person=person, language=MARKED)
    assert Person.objects.get(pk=person.pk).language == ""


def test_old_codes_of_languages_are_understood(rf, settings):
    settings.LANGUAGES = [("en", "English"), ("fil", "Filipino"), ("id", "Bahasa Indonesia")]
    assert asked_language(rf.get("/", headers={"Accept-Language": "tl-PH"})) == ""
    assert asked_language(rf.get("/", headers={"Accept-Language": "tl"})) == "fil"
    assert asked_language(rf.get("/", headers={"Accept-Language": "in, en"})) == "id"


def test_the_way_back_from_an_answered_form_is_the_form_s_page(cast, official):
    address = f"http://testserver{cast.address('profile/')}"
    answer = official.post(
        cast.address("time-zone/"), {"zone": "Nowhere/None"}, headers={"Referer": address} | IN_MARKED
    )
    assert page_of(answer).attribute("#languages input[name=next]", "value") == cast.address("profile/")
    answer = official.post(
        cast.address("time-zone/"), {"zone": "Nowhere/None"}, headers={"Referer": "https://evil.example/x"}
    )
    assert page_of(answer).attribute("#languages input[name=next]", "value") == "/"


def test_mails_are_in_the_language_of_the_browser_one_signed_in_with(cast, client):
    code_page, confirm_page = "/accounts/login/code/", "/accounts/login/code/confirm/"
    client.post(code_page, {"email": cast.official.person.email}, headers=IN_MARKED)
    send_account_mails()
    (sent,) = mail.outbox
    assert sent.subject.startswith("⟦")
    code = re.search(r"^([A-Z0-9-]{6,})$", sent.body, re.MULTILINE)
    assert code is not None
    client.post(confirm_page, {"code": code[1]}, headers=IN_MARKED)
    person = Person.objects.get(pk=cast.official.person_id)
    assert (person.language, person.browser_language) == ("", MARKED)
    assert language_of_person(person, cast.event) == MARKED
    set_language(person=person, language=SECOND)
    assert language_of_person(person, cast.event) == SECOND


@pytest.mark.slow
def test_a_calendar_s_feed_and_its_mark_follow_the_reader_s_language(booking, client):
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    address = urlsplit(feed_address(make_feed(attendee=cast.official, by=cast.official.person, now=booking.now)))
    first = client.get(address.path, headers=IN_SECOND)
    assert "SUMMARY:Meeting with" in first.content.decode()
    set_language(person=cast.official.person, language=MARKED)
    second = client.get(address.path, headers=IN_SECOND | {"If-None-Match": first["ETag"]})
    assert second.status_code == 200
    assert "⟦Meeting with" in second.content.decode()
    assert client.get(address.path, headers={"If-None-Match": second["ETag"]}).status_code == 304


def test_a_language_that_is_not_offered_any_more_is_passed_over(cast, official):
    Person.objects.filter(pk=cast.official.person_id).update(language="xx", browser_language="yy")
    assert language_shown(official.get(cast.address("profile/"), headers=IN_MARKED)) == MARKED
    assert language_of_person(Person.objects.get(pk=cast.official.person_id), cast.event) == "en"


def test_a_minor_reads_the_language_they_chose(cast):
    set_language(person=cast.minor.person, language=SECOND)
    minor = client_of(cast.minor.person)
    assert language_shown(minor.get(cast.address(), headers=IN_MARKED)) == SECOND


def test_the_api_reads_and_sets_the_language_and_leaves_it_where_it_is_left_out(cast):
    person = cast.official.person
    Person.objects.filter(pk=person.pk).update(is_demo=False)
    mine = APIClient()
    mine.force_authenticate(Person.objects.get(pk=person.pk))
    assert mine.get("/api/v1/me/").json()["language"] == ""
    for sent, kept in (({"language": MARKED}, MARKED), ({}, MARKED), ({"language": ""}, "")):
        assert mine.put("/api/v1/me/", {"timezone": ""} | sent, format="json").json()["language"] == kept
    assert mine.put("/api/v1/me/", {"timezone": "", "language": "xx"}, format="json").status_code == 400


def test_the_choice_of_a_language_leads_back_to_each_page_and_keeps_no_address(client: Client) -> None:
    before = _kept("_languages.html").cache_info().currsize
    for address in ("/accessibility/?one", "/accessibility/?two"):
        assert page_of(client.get(address)).fields("#languages form")["next"] == [address]
    assert _kept("_languages.html").cache_info().currsize <= before + 1
