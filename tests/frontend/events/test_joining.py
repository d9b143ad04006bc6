"""Joining in three steps: where each leads, what it saves, and who is asked nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.booking.models.availability import Availability
from backend.core.encoder import encode
from backend.events.models.attendees import Attendee
from backend.events.rules.agreements import current_agreement
from backend.events.services.setup import load_themes
from backend.suggestions.engine import understood
from tests.factories import make_attendee
from tests.frontend.conftest import Cast, client_of
from tests.pages import page_of

WHO = {"short_name": "Mai", "title": "Officer", "country": "Viet Nam", "languages": ["vi", "en"]}
ACCEPT = {"agree": "on", "version": current_agreement().version}


@pytest.fixture
def newcomer(cast: Cast) -> Attendee:
    return make_attendee(cast.event, name="Nguyen Thi Mai", has_joined=False, about="I prosecute.")


@pytest.fixture
def client(newcomer: Attendee) -> Client:
    return client_of(newcomer.person)


@pytest.fixture
def reading(model_folder, monkeypatch) -> None:
    """The language model, loaded and given time: this machine may be busy."""
    encode(["The model is loaded."], "query")
    monkeypatch.setattr(understood, "TEXT_SECONDS", 60.0)


def state_of(newcomer: Attendee) -> Attendee:
    return Attendee.objects.get(pk=newcomer.pk)


def test_home_leads_to_the_first_step_not_done_until_all_are(cast, booking, newcomer, client):
    for step, values in (
        (1, WHO | ACCEPT),
        (2, {"offers": "A training for prosecutors", "offers_topics": ["evidence-reporting"]}),
        (3, {"seeks_topics": ["sextortion"]}),
    ):
        address = cast.address(f"join/{step}/")
        assert client.get(cast.address("join/"), follow=True).redirect_chain[-1][0] == address
        assert client.get(address).status_code == 200
        answer = client.post(address, values)
        assert answer["Location"] == cast.address("availability/" if step == 3 else f"join/{step + 1}/")
    saved = state_of(newcomer)
    assert (saved.short_name, saved.languages, saved.about) == ("Mai", ["vi", "en"], "I prosecute.")
    assert (saved.offers, saved.seeks) == ("A training for prosecutors", "")
    chosen = {*saved.interests.values_list("topic__key", "seeks", "offers")}
    assert chosen == {("evidence-reporting", False, True), ("sextortion", True, False)}
    assert Availability.objects.filter(attendee=newcomer).count() == len(booking.slots)
    assert client.get(cast.address("join/"))["Location"] == cast.address("suggestions/")


def test_who_signs_in_and_has_not_joined_is_led_to_the_steps(cast, client):
    chain = client.get(cast.address(), follow=True).redirect_chain
    assert [address for address, _ in chain] == [cast.address("join/"), cast.address("join/1/")]


def test_without_the_tick_nothing_is_saved_and_no_later_step_opens(cast, newcomer, client):
    answer = client.post(cast.address("join/1/"), WHO | {"version": ACCEPT["version"]})
    assert (answer.status_code, state_of(newcomer).has_joined, state_of(newcomer).short_name) == (422, False, "")
    assert "without it you cannot join" in answer.text
    assert client.get(cast.address("join/2/"))["Location"] == cast.address("join/1/")
    assert client.post(cast.address("join/3/"), {"seeks": "x"})["Location"] == cast.address("join/1/")
    assert client.get(cast.address("join/4/")).status_code == 404


def test_an_older_version_is_refused_and_nothing_is_saved(cast, newcomer, client):
    answer = client.post(cast.address("join/1/"), WHO | {"agree": "on", "version": "2025-01-01"})
    assert (answer.status_code, state_of(newcomer).has_joined, state_of(newcomer).short_name) == (409, False, "")
    assert "the pledge has changed" in answer.text


def test_an_example_fills_the_text_and_saves_nothing_yet(cast, newcomer, client):
    client.post(cast.address("join/1/"), WHO | ACCEPT)
    sent = {"offers": "My own.", "offers_topics": ["sextortion"], "example": "An example."}
    answer = client.post(cast.address("join/2/"), sent)
    assert (answer.status_code, state_of(newcomer).offers) == (200, "")
    assert "My own.\nAn example.</textarea>" in answer.text
    assert answer.context["chosen"] == ["sextortion"]


def test_the_examples_are_of_the_first_forums_subject_only_where_the_forum_has_its_themes(cast, newcomer, client):
    client.post(cast.address("join/1/"), WHO | ACCEPT)
    steps = [cast.address("join/2/"), cast.address("join/3/")]
    words = [text for step in steps for text in page_of(client.get(step)).texts(".examples button")]
    assert len(words) == 4
    assert "A guide that three partners have used for a year, free to translate." in words
    assert not [text for text in words if "child" in text or "hotline" in text or "prosecutors" in text]
    load_themes(event=cast.event)
    assert "blackmailed with pictures" in page_of(client.get(steps[0]))


def test_a_text_too_long_is_marked_and_kept(cast, newcomer, client):
    client.post(cast.address("join/1/"), WHO | ACCEPT)
    answer = client.post(cast.address("join/3/"), {"seeks": "y" * 4001})
    assert (answer.status_code, state_of(newcomer).seeks) == (422, "")
    assert "y" * 4001 in answer.text


@pytest.mark.slow
def test_the_line_under_the_words_says_what_was_understood_and_saves_nothing(cast, newcomer, client, reading):
    address = cast.address("join/2/understood/")
    answer = client.post(address, {"offers": "Shelter and counselling for victims of abuse"}).text
    assert "We understood: Victim support" in answer
    assert "(written in English)" in answer
    assert state_of(newcomer).offers == ""
    assert client.post(address, {"offers": "  "}).text.strip() == ""
    assert client.post(cast.address("join/1/understood/"), {"offers": "Shelter"}).status_code == 404


def test_where_the_model_is_away_the_line_says_so_and_asks_a_few_times(cast, newcomer, client, settings, tmp_path):
    settings.ENCODER_FOLDER = tmp_path
    away = "We cannot read along just now; what you write is saved all the same."
    for tries, asks_again in (("", True), ("4", True), ("5", False), ("nonsense", True), ("-1", True)):
        sent = {"seeks": "Shelter and counselling", "tries": tries}
        answer = client.post(cast.address("join/3/understood/"), sent).text
        assert (away in answer, "load delay:3s" in answer) == (True, asks_again)


def test_without_javascript_the_line_comes_after_saving(cast, newcomer, client, reading):
    client.post(cast.address("join/1/"), WHO | ACCEPT)
    sent = {"offers": "Shelter and counselling for victims of abuse"}
    assert "We understood" not in client.post(cast.address("join/2/"), sent, follow=True).text
    page = client.post(cast.address("join/2/"), sent | {"without_script": "1"}, follow=True).text
    assert "We understood: Victim support" in page


@pytest.mark.parametrize("page", ["join/", "join/1/", "join/2/"])
def test_somebody_of_unknown_age_reads_one_sentence_and_is_asked_nothing(cast, newcomer, client, page):
    Attendee.objects.filter(pk=newcomer.pk).update(age_class="unknown")
    for answer in (client.get(cast.address(page)), client.post(cast.address("join/1/"), WHO | ACCEPT)):
        main = answer.text.partition("<main")[2].partition("</main>")[0]
        assert "An organiser must confirm that you are an adult before you can join." in main
        assert "<form" not in main
    assert not state_of(newcomer).has_joined


def test_a_minor_is_led_to_the_way_to_the_safeguarding_lead(cast, newcomer, client):
    Attendee.objects.filter(pk=newcomer.pk).update(age_class="minor")
    for page in ("join/", "join/1/"):
        assert client.get(cast.address(page), follow=True).redirect_chain[-1][0] == cast.address("safety/")
    assert client.post(cast.address("join/1/"), WHO | ACCEPT)["Location"] == cast.address("safety/")
    assert not state_of(newcomer).has_joined


def test_the_card_shows_who_has_not_joined_and_offers_no_request(cast, newcomer, official):
    assert official.get(cast.address(f"people/{newcomer.pk}/")).status_code == 404
    cast.event.shows_unjoined = True
    cast.event.save()
    page = official.get(cast.address(f"people/{newcomer.pk}/")).text
    assert "Has not joined yet" in page
    assert f"people/{newcomer.pk}/ask/" not in page
    asked = official.get(cast.address(f"people/{newcomer.pk}/ask/"))
    assert (asked.status_code, "has not joined this forum yet" in asked.text) == (409, True)


def test_organisers_read_how_many_joined(cast, newcomer):
    boss = client_of(cast.organiser.person)
    figures = boss.get(cast.address("set-up/venue/")).context["figures"]
    assert figures.people_joined == figures.people - 1


def test_the_api_says_how_far_i_am_and_joins(cast, booking, newcomer, client):
    address = f"/api/v1/events/{cast.event.slug}/joining/"
    before = client.get(address).json()
    assert (before["has_joined"], before["next_step"], before["agreed_at"]) == (False, 1, None)
    version = before["agreement"]["version"]
    for wrong, status in (({"version": "2025-01-01"}, 409), ({}, 400)):
        assert client.post(address, wrong, content_type="application/json").status_code == status
    after = client.post(address, {"version": version}, content_type="application/json").json()
    assert (after["has_joined"], after["next_step"], after["agreed_version"]) == (True, 2, version)
    assert Availability.objects.filter(attendee=newcomer).count() == len(booking.slots)
    Attendee.objects.filter(pk=newcomer.pk).update(age_class="unknown")
    refused = client.post(address, {"version": version}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "age_not_confirmed")


def test_the_api_says_what_is_understood_and_that_the_model_is_away(
    cast, newcomer, client, reading, settings, tmp_path
):
    address = f"/api/v1/events/{cast.event.slug}/profile/understood/"
    words = {"field": "offers", "text": "Shelter and counselling for victims of abuse"}
    read = client.post(address, words, content_type="application/json").json()
    assert (read["topics"][0], read["language"]) == ("Victim support", "en")
    short = client.post(address, words | {"text": "ab"}, content_type="application/json").json()
    assert short == {"topics": [], "language": ""}
    for wrong in ({"text": "x" * 4001}, {"field": "about"}):
        refused = client.post(address, words | wrong, content_type="application/json")
        assert refused.status_code == 400
    settings.ENCODER_FOLDER = tmp_path
    away = client.post(address, words, content_type="application/json")
    assert (away.status_code, away.json()["code"], away["Retry-After"]) == (503, "encoder_away", "60")
    assert state_of(newcomer).offers == ""
