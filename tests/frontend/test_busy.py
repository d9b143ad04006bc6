"""What a person and a program read when the database ends every try of a change for others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.urls import reverse

from backend.core import transactions
from backend.events.models.attendees import Attendee
from tests.factories import make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.pages import page_of

pytestmark = pytest.mark.django_db(transaction=True)
SENTENCE = "Many people are changing the same things just now. Please try again in a moment."
BODY = {
    "title": "Director", "country": "Laos", "languages": ["lo"], "about": "", "seeks": "Partners",
    "offers": "", "seeks_topics": [], "offers_topics": [], "listed": True,
}  # fmt: skip


@pytest.fixture
def attendee() -> Attendee:
    return make_attendee(make_event())


@pytest.fixture
def always_a_victim(attendee: Attendee) -> Iterator[None]:
    """Every change of an attendee ends as the victim of a deadlock does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION be_a_victim() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'planned' USING ERRCODE = '40P01'; END $$;"
            "CREATE TRIGGER victim BEFORE UPDATE ON events_attendee EXECUTE FUNCTION be_a_victim()"
        )
        yield
        cursor.execute("DROP FUNCTION be_a_victim() CASCADE")


@pytest.mark.usefixtures("always_a_victim")
def test_a_page_answers_503_in_one_sentence_and_says_when_to_try_again(attendee: Attendee) -> None:
    address = reverse("profile", args=[attendee.event.slug])
    answer = client_of(attendee.person).post(address, BODY | {"listed": "on"})
    assert answer.status_code == 503
    assert SENTENCE in page_of(answer)
    assert answer["Retry-After"] == str(transactions.Busy.retry_after)


@pytest.mark.usefixtures("always_a_victim")
def test_the_api_answers_503_in_the_one_shape_and_says_when_to_try_again(attendee: Attendee) -> None:
    address = f"/api/v1/events/{attendee.event.slug}/profile/"
    answer = client_of(attendee.person).put(address, BODY, content_type="application/json")
    assert answer.status_code == 503
    assert answer.json() == {"code": "busy", "message": SENTENCE, "details": {}}
    assert answer["Retry-After"] == str(transactions.Busy.retry_after)
