"""The page on which somebody leaves: it says what happens, asks twice, and signs out."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from backend.events.models.attendees import Attendee
from backend.people.models import Person
from backend.people.services import make_token
from backend.safeguarding.models import Report
from backend.safeguarding.services.reports import file_report
from backend.safeguarding.services.suspensions import suspend_person
from tests.factories import NOW, make_attendee
from tests.frontend.conftest import Booking, Cast, client_of
from tests.pages import page_of

pytestmark = pytest.mark.django_db


def test_it_says_what_ends_and_nothing_of_reports(booking: Booking) -> None:
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    booking.ask(cast.official, cast.lawyer, booking.slots[1])
    client = client_of(cast.official.person)
    before = page_of(client.get(cast.address("my-data/leave/")))
    assert "1 meeting to come is cancelled, and the other person is told." in before
    assert "1 open request ends." in before
    file_report(reporter=cast.lawyer, reported_id=cast.official.pk, category="other", words="Loud.", now=NOW)
    after = page_of(client.get(cast.address("my-data/leave/")))
    assert after.text.count("report") == before.text.count("report")


def test_without_the_tick_nothing_happens_and_with_it_the_forum_is_left(cast: Cast) -> None:
    client = client_of(cast.official.person)
    refused = client.post(cast.address("my-data/leave/"), {"what": "forum"})
    assert refused.status_code == 400
    assert "Tick that you have read what happens" in page_of(refused)
    assert Attendee.objects.filter(pk=cast.official.pk).exists()
    done = client.post(cast.address("my-data/leave/"), {"what": "forum", "is_confirmed": "on"}, follow=True)
    assert "You have left" in page_of(done)
    assert client.get(cast.address("profile/")).status_code == 404
    assert Person.objects.filter(pk=cast.official.person_id, erased_at=None).exists()


def test_an_erased_account_is_signed_out_and_signs_in_no_more(cast: Cast) -> None:
    client = client_of(cast.official.person)
    sent = {"what": "account", "is_confirmed": "on"}
    done = client.post(cast.address("my-data/leave/"), sent, follow=True)
    assert "Your account is erased, and you are signed out." in page_of(done)
    assert client.get(cast.address("profile/")).status_code == 302


def test_the_only_organiser_reads_what_to_do_first(cast: Cast) -> None:
    client = client_of(cast.organiser.person)
    refused = client.post(cast.address("my-data/leave/"), {"what": "forum", "is_confirmed": "on"})
    assert refused.status_code == 409
    assert "name another organiser first" in page_of(refused)


@pytest.mark.slow
def test_somebody_suspended_takes_their_data_and_leaves_and_the_case_is_held(cast: Cast) -> None:
    lead = make_attendee(cast.event, permission="safeguarding-lead")
    file_report(reporter=cast.lawyer, reported_id=cast.official.pk, category="other", words="Loud.", now=NOW)
    suspend_person(lead=lead, attendee_id=cast.official.pk, reason="Until it is clear.", by=lead.person, now=NOW)
    client = client_of(cast.official.person)
    assert client.get(cast.address("profile/")).status_code == 403
    assert client.get(cast.address("my-data/my-data.json")).status_code == 200
    client.post(cast.address("my-data/leave/"), {"what": "account", "is_confirmed": "on"})
    page = page_of(client_of(lead.person).get(cast.address(f"reports/{Report.objects.get().pk}/")))
    assert f"{cast.official.name} (left the forum)" in page
    organiser = page_of(client_of(cast.organiser.person).get(cast.address("attendees/")))
    assert cast.official.name not in organiser
    assert "Somebody who left" not in organiser


def test_over_the_api_one_exports_leaves_and_erases(cast: Cast) -> None:
    person = cast.official.person
    token = make_token(person=person, name="Mine", scopes=["read", "act"], days=30, now=timezone.now())
    given, event = {"HTTP_AUTHORIZATION": f"Token {token}"}, f"/api/v1/events/{cast.event.slug}"
    assert Client().get("/api/v1/me/data/", **given).json()["account"]["email"] == person.email
    client, sent = client_of(person), {"content_type": "application/json", "data": {"is_confirmed": False}}
    assert client.post(f"{event}/leave/", **sent).json()["code"] == "not_confirmed"
    sent["data"] = {"is_confirmed": True}
    assert Client().post(f"{event}/leave/", **sent, **given).json()["code"] == "token_scope"
    assert Client().post("/api/v1/me/erase/", **sent, **given).json()["code"] == "token_scope"
    assert client.post(f"{event}/leave/", **sent).status_code == 204
    assert client.get(f"{event}/profile/").status_code == 404
    assert client.post("/api/v1/me/erase/", **sent).status_code == 204
    assert Client().get("/api/v1/me/data/", **given).status_code == 401
