"""A question about a request, on the pages of the two and over the API."""

from __future__ import annotations

import pytest

from backend.booking.models.meetings import Meeting
from backend.booking.models.questions import Question
from backend.core.limits import LIMITS, Kind, count_use
from tests.factories import token_of
from tests.frontend.conftest import Booking, client_of
from tests.pages import page_of

WHICH, CHATS = "About which evidence?", "Chats kept by platforms."


@pytest.fixture
def asked(booking: Booking) -> Meeting:
    return booking.ask(booking.cast.official, booking.cast.engineer, booking.slots[0], message="Dear Arif")


def test_who_is_asked_asks_from_the_list_and_the_asker_answers_there(booking, asked):
    cast = booking.cast
    mali, arif = client_of(cast.official.person), client_of(cast.engineer.person)
    waiting = page_of(arif.get(cast.address("meetings/")))
    assert booking.page(asked, "question/") in waiting.attributes("form", "action")
    told = page_of(arif.post(booking.page(asked, "question/"), {"text": WHICH}, follow=True))
    assert "Your question is sent." in told
    assert "Not answered yet. You need not wait for it." in told
    assert told.has("button.time")  # accepting is still one press away
    hers = page_of(mali.get(cast.address("meetings/")))
    assert "1 request waits for your answer" in hers
    assert WHICH in hers
    assert not hers.has("button.time")
    done = page_of(mali.post(booking.page(asked, "question/answer/"), {"text": CHATS}, follow=True))
    assert "Your answer is sent." in done
    for client in (mali, arif):
        page = page_of(client.get(booking.page(asked)))
        assert WHICH in page
        assert CHATS in page
        assert not page.has("textarea[name=text]")


def test_what_was_typed_stays_after_a_refusal(booking, asked):
    arif = client_of(booking.cast.engineer.person)
    answer = arif.post(booking.page(asked, "question/"), {"text": "y" * 501})
    assert answer.status_code == 400
    page = page_of(answer)
    assert "Please keep it under 500 characters." in page
    assert page.text_of("textarea[name=text]").strip() == "y" * 501
    assert not Question.objects.exists()


def test_questions_and_answers_count_as_messages(booking, asked):
    cast = booking.cast
    for writer, path in ((cast.engineer, "question/"), (cast.official, "question/answer/")):
        client = client_of(writer.person)
        for _time in range(LIMITS[Kind.MESSAGE_SENT][0].by_account):
            count_use(Kind.MESSAGE_SENT, account=writer.person_id)
        assert client.post(booking.page(asked, path), {"text": WHICH}).status_code == 429
        address = f"/api/v1/events/{cast.event.slug}/meetings/{asked.pk}/{path}"
        assert client.post(address, {"text": WHICH}, content_type="application/json").status_code == 429
    assert not Question.objects.exists()


def test_the_api_does_the_same(booking, asked, client):
    cast = booking.cast

    def post(attendee, path, text):
        return client.post(
            f"/api/v1/events/{cast.event.slug}/meetings/{asked.pk}/{path}",
            {"text": text},
            content_type="application/json",
            headers={"authorization": f"Token {token_of(attendee.person)}"},
        )

    assert post(cast.official, "question/", WHICH).json()["code"] == "not_yours"
    assert post(cast.engineer, "question/", WHICH).json()["question"] == {"text": WHICH, "answer": ""}
    answered = post(cast.official, "question/answer/", CHATS).json()
    assert answered["question"] == {"text": WHICH, "answer": CHATS}
    assert post(cast.official, "question/answer/", "More").json()["code"] == "already_questioned"
