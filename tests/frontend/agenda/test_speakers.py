"""Naming speakers on the organiser's page."""

import pytest

from backend.events.models.agenda import SessionPart
from tests.factories import make_session
from tests.frontend.conftest import client_of
from tests.pages import page_of


@pytest.fixture
def talk(booking):
    """A session during the first slot."""
    found = make_session(booking.cast.event, "Talk")
    found.starts_at, found.ends_at = booking.slots[0].starts_at, booking.slots[0].ends_at
    found.save()
    return found


@pytest.fixture
def post(booking, talk):
    client = client_of(booking.cast.organiser.person)

    def send(who, **fields):
        data = {"session_id": talk.pk, "attendee_id": who.pk} | fields
        answer = client.post(booking.cast.address("set-up/speakers/"), data, follow=True)
        return answer.status_code, answer.content.decode()

    return send


def test_before_there_are_sessions_the_page_says_so_and_set_up_leads_there(booking):
    cast = booking.cast
    client = client_of(cast.organiser.person)
    assert cast.address("set-up/speakers/") in client.get(cast.address("set-up/")).content.decode()
    assert "No sessions yet" in page_of(client.get(cast.address("set-up/speakers/")))


def test_a_speaker_is_named_and_dropped_and_a_minor_has_a_first_name_only(booking, talk, post):
    cast = booking.cast
    status, text = post(cast.engineer)
    assert (status, "They speak there" in text, "(Arif Rahman, Talk)" in text) == (200, True, True)
    assert "Delegate" in text  # the hidden one: organisers know who is at their forum
    assert cast.minor.person.name not in text
    assert f"Arif Rahman, {cast.engineer.organisation.name}" in page_of(text).texts("option")
    assert SessionPart.objects.get(part="speaking").attendee == cast.engineer
    assert "Nobody named yet." in post(cast.engineer, do="remove")[1]
    assert not SessionPart.objects.exists()


def test_a_refusal_is_one_sentence_and_the_choice_stays(booking, post):
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    status, text = post(cast.engineer)
    assert (status, "It has to be called off first." in text) == (409, True)
    assert page_of(text).fields("form.outcomes")["attendee_id"] == [str(cast.engineer.pk)]
    assert post(cast.engineer, session_id="none")[0] == 400
    assert not SessionPart.objects.exists()
