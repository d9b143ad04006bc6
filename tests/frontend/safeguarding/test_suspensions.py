"""The leads' pages of suspended people, and what the suspended and everybody else read."""

from __future__ import annotations

from backend.booking.models.meetings import Meeting
from backend.booking.services.meetings import end_refused_meetings
from backend.events.models.suspensions import Suspension
from backend.safeguarding.models import Report
from tests.factories import token_of
from tests.frontend.conftest import client_of
from tests.pages import page_of

REASON = "He followed a delegate."


def suspend(cast, desk, attendee, **fields):
    sent = {"attendee": attendee.pk, "reason": REASON} | fields
    return desk.post(cast.address("suspensions/person/"), sent, follow=True)


def lift(cast, desk, attendee):
    return desk.post(cast.address("suspensions/lift/"), {"attendee": attendee.pk}, follow=True)


def asked_about(cast, attendee):
    return cast.address(f"suspensions/person/?attendee={attendee.pk}")


def test_a_lead_finds_somebody_suspends_them_and_lifts_it(cast, desk):
    assert "Nobody is suspended" in page_of(desk.get(cast.address("suspensions/")))
    page = page_of(desk.get(cast.address("suspensions/"), {"name": "arif"}))
    assert ("Arif Rahman", asked_about(cast, cast.engineer)) in page.links()
    assert "Nobody at this forum is listed" in page_of(desk.get(cast.address("suspensions/"), {"name": "zz"}))
    assert "Suspend Arif Rahman?" in page_of(desk.get(asked_about(cast, cast.engineer)))
    assert not Suspension.objects.exists()
    assert suspend(cast, desk, cast.engineer, reason=" ").status_code == 422
    page = page_of(suspend(cast, desk, cast.engineer))
    for shown in ("Arif Rahman is suspended.", REASON, "Suspended by Lea Duarte"):
        assert shown in page
    assert "This person is suspended." in page_of(desk.get(asked_about(cast, cast.engineer)))
    lifted = lift(cast, desk, cast.engineer)
    assert "The suspension is lifted." in page_of(lifted)
    assert "lifted by Lea Duarte" in page_of(lifted)
    assert "Nobody is suspended" in page_of(lifted)


def test_the_suspended_read_that_it_is_paused_and_write_to_the_leads(cast, desk, lead):
    other = client_of(cast.engineer.person)
    suspend(cast, desk, cast.engineer)
    for page in ("", "suggestions/", "people/", "meetings/", "profile/", "notices/", "calendar/"):
        answer = other.get(cast.address(page))
        assert answer.status_code == 403
        text = page_of(answer)
        assert "Your part in the forum is paused" in text
        assert ("Write to the safeguarding lead", cast.address("safety/")) in text.links()
        for word in ("suspen", REASON, "Mali"):
            assert word not in answer.content.decode().lower()
    safety = other.get(cast.address("safety/"))
    assert "Lea Duarte" in page_of(safety)
    assert ("Suggestions", cast.address("suggestions/")) not in page_of(safety).links()
    sent = other.post(cast.address("safety/"), {"words": "Why am I out?", "wants_news": "on"}, follow=True)
    assert "The safeguarding lead is told." in page_of(sent)
    assert Report.objects.get().reporter == cast.engineer
    assert other.get(cast.address("safety/news/")).status_code == 200
    lift(cast, desk, cast.engineer)
    assert other.get(cast.address("suggestions/")).status_code == 200


def test_over_the_api_it_is_the_same(cast, desk):
    headers = {"HTTP_AUTHORIZATION": f"Token {token_of(cast.engineer.person)}"}
    base = f"/api/v1/events/{cast.event.slug}/"
    suspend(cast, desk, cast.engineer)
    client = client_of(cast.engineer.person)
    answer = client.get(f"{base}suggestions/", **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "part_paused")
    body = {"words": "Why am I out?"}
    sent = client.post(f"{base}safety/", body, content_type="application/json", **headers)
    assert sent.status_code == 201


def test_to_others_they_look_hidden_and_their_meetings_end_without_a_cause(booking, desk):
    cast = booking.cast
    agreed = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer))
    asked = booking.ask(cast.lawyer, cast.engineer)
    suspend(cast, desk, cast.engineer)
    official = client_of(cast.official.person)
    assert official.get(cast.address(f"people/{cast.engineer.pk}/")).status_code == 404
    for page in ("suggestions/", "people/", "meetings/"):
        assert "Arif" not in official.get(cast.address(page)).content.decode()
    end_refused_meetings(now=booking.now)
    lift(cast, desk, cast.engineer)
    states = dict(Meeting.objects.values_list("pk", "state"))
    assert (states[agreed.pk], states[asked.pk]) == ("cancelled", "expired")
    assert Meeting.objects.get(pk=agreed.pk).reason == ""
    assert official.get(cast.address(f"people/{cast.engineer.pk}/")).status_code == 200


def test_from_a_report_it_is_written_down_there(cast, lead, desk, official):
    official.post(cast.address(f"people/{cast.engineer.pk}/report/"), {"category": "harassment", "words": "He waits."})
    report = Report.objects.get()
    page = page_of(desk.get(cast.address(f"reports/{report.pk}/")))
    address = f"{asked_about(cast, cast.engineer)}&report={report.pk}"
    assert ("Suspend Arif Rahman", address) in page.links()
    suspend(cast, desk, cast.engineer, report=report.pk)
    page = page_of(desk.get(cast.address(f"reports/{report.pk}/")))
    assert "They are suspended." in page
    assert REASON in page


def test_a_suspended_organiser_organises_nothing(cast, desk):
    organiser = client_of(cast.organiser.person)
    suspend(cast, desk, cast.organiser)
    for page in ("desk/", "attendees/", "set-up/"):
        assert organiser.get(cast.address(page)).status_code == 403
    assert organiser.post(cast.address("set-up/state/"), {"state": "live"}).status_code == 403
