"""The pages of assistants: named by an address, asked, acting, ended; and where nobody acts."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from backend.assistants.models import Assistant
from backend.assistants.services.assistants import accept_principal, name_assistant
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.services.answers import decline_meeting
from backend.core.limits import LIMITS, Kind, count_use
from backend.events.models.attendees import Attendee
from frontend import urls
from tests.factories import block_contact, make_attendee
from tests.frontend.conftest import Booking, client_of
from tests.pages import page_of


@pytest.fixture
def ana(booking: Booking) -> Attendee:
    """Who acts for Mali."""
    cast = booking.cast
    ana = make_attendee(cast.event, name="Ana Reyes")
    row = name_assistant(attendee=cast.official, email=ana.person.email, by=cast.official.person, now=booking.now)
    accept_principal(attendee=ana, assistant_id=row.pk, by=ana.person, now=booking.now)
    return ana


@pytest.fixture
def hers(ana: Attendee) -> Client:
    return client_of(ana.person)


def acting(booking: Booking, meeting: Meeting | None = None, verb: str = "") -> str:
    part = f"meetings/{meeting.pk}/{verb}/" if meeting else ""
    return booking.cast.address(f"for/{booking.cast.official.pk}/{part}")


def test_somebody_is_named_agrees_and_is_ended(booking):
    cast = booking.cast
    mali, arif = client_of(cast.official.person), client_of(cast.engineer.person)
    page = cast.address("assistants/")
    assert page in page_of(mali.get(cast.address("meetings/"))).attributes("a", "href")
    assert page in page_of(mali.get(cast.address("profile/"))).attributes("a", "href")
    assert "Nobody. You answer yourself." in page_of(mali.get(page))
    answers = [
        page_of(mali.post(page, {"email": email}, follow=True))
        for email in (cast.engineer.person.email, cast.minor.person.email)
    ]
    assert all("they are asked" in told for told in answers)
    assert "Asked, and not answered yet" in answers[1]
    assert not answers[1].has("input[name=email]")  # two are the most
    assert "Arif" not in answers[1]
    for home in ("", "home/", "meetings/"):
        assert "Mali Wongsa asks you to act for them" in page_of(arif.get(cast.address(home), follow=True))
    row = Assistant.objects.first()
    told = page_of(arif.post(cast.address(f"assistants/{row.pk}/accept/"), follow=True))
    assert "You act for Mali Wongsa" in told
    assert "Arif Rahman" in page_of(mali.get(page))
    assert "Mali Wongsa: nothing waits" in page_of(arif.get(cast.address("home/")))
    told = page_of(mali.post(cast.address(f"assistants/{row.pk}/end/"), follow=True))
    assert "Ended, at once." in told
    assert arif.get(acting(booking)).status_code == 404
    assert "You act for" not in page_of(arif.get(page))


@pytest.mark.slow
def test_a_minor_reads_no_question_and_can_have_no_assistant(booking):
    cast = booking.cast
    mali, minor = client_of(cast.official.person), client_of(cast.minor.person)
    mali.post(cast.address("assistants/"), {"email": cast.minor.person.email})
    for page in ("home/", "meetings/", "assistants/"):
        assert "Mali" not in page_of(minor.get(cast.address(page)))
    page = page_of(minor.get(cast.address("assistants/")))
    assert not page.has("input[name=email]")
    assert cast.address("assistants/") not in page_of(minor.get(cast.address("profile/"))).attributes("a", "href")
    assert minor.post(cast.address("assistants/"), {"email": "a@example.org"}).status_code == 400
    row = Assistant.objects.get()
    for verb in ("accept", "end"):
        assert minor.post(cast.address(f"assistants/{row.pk}/{verb}/")).status_code == 404


def test_what_is_no_address_is_said_at_the_field_and_too_many_are_refused(booking):
    cast = booking.cast
    mali = client_of(cast.official.person)
    answer = mali.post(cast.address("assistants/"), {"email": "nothing"})
    assert answer.status_code == 400
    assert "“nothing” is not an e-mail address." in page_of(answer)
    for _time in range(LIMITS[Kind.ASSISTANT_NAMED][0].by_account - 1):
        count_use(Kind.ASSISTANT_NAMED, account=cast.official.person_id)
    answer = mali.post(cast.address("assistants/"), {"email": "a@example.org"})
    assert answer.status_code == 429
    assert not Assistant.objects.exists()


def test_the_assistant_answers_and_all_three_read_who_did(booking, hers):
    cast = booking.cast
    first = booking.ask(cast.engineer, cast.official, *booking.slots[:2], message="Dear Mali")
    asking = page_of(client_of(cast.lawyer.person).get(cast.address(f"people/{cast.official.pk}/ask/")))
    assert "Ana Reyes reads it, too, and may answer for Mali Wongsa." in asking
    second = booking.ask(cast.lawyer, cast.official, booking.slots[2])
    for page in ("home/", "meetings/"):
        assert "Mali Wongsa: 2 requests wait" in page_of(hers.get(cast.address(page)))
    page = page_of(hers.get(acting(booking)))
    assert "2 requests to answer" in page
    assert len(page.texts(".to-answer .row .name")) == 2
    assert "Dear Mali" in page
    told = page_of(hers.post(acting(booking, first, "accept"), {"slot": booking.slots[1].pk}, follow=True))
    assert "Accepted. Both read that you did it." in told
    assert "1 request to answer" in told
    assert "Arif Rahman" in told.text_of(".agenda .row .name")
    told = page_of(hers.post(acting(booking, second, "decline"), {"reason": "In Jakarta"}, follow=True))
    assert "Declined." in told
    arif, mali = client_of(cast.engineer.person), client_of(cast.official.person)
    theirs = "Ana Reyes, assistant of Mali Wongsa, accepted."
    mine = "Ana Reyes accepted the request of Arif Rahman for you."
    for client, sentence in ((arif, theirs), (mali, mine)):
        assert sentence in page_of(client.get(booking.page(first)))
        assert sentence in page_of(client.get(cast.address("notices/")))
    told = page_of(hers.post(acting(booking, first, "cancel"), {"reason": "She is ill"}, follow=True))
    assert "Cancelled." in told
    assert "Ana Reyes cancelled the meeting with Arif Rahman for you." in page_of(mali.get(booking.page(first)))
    sent = booking.ask(cast.official, cast.lawyer, booking.slots[3])
    page = page_of(hers.get(acting(booking)))
    assert "Linh Tran" in page.text_of("[aria-labelledby=sent] .row .name")
    assert acting(booking, sent, "withdraw") in page.attributes("[aria-labelledby=sent] form", "action")
    assert "Taken back." in page_of(hers.post(acting(booking, sent, "withdraw"), follow=True))
    olga = page_of(client_of(cast.organiser.person).get(cast.address("desk/done/")))
    for text in (
        "Acting for Mali Wongsa: accepted a request",
        "Acting for Mali Wongsa: declined a request",
        "Acting for Mali Wongsa: cancelled a meeting",
        "Acting for Mali Wongsa: took a request back",
    ):
        assert text in olga
    assert "Ana Reyes" in olga
    assert "on behalf of others" not in olga


@pytest.mark.slow
def test_a_refusal_is_read_on_the_page_with_what_was_typed(booking, hers):
    cast = booking.cast
    meeting = booking.ask(cast.engineer, cast.official, booking.slots[0])
    answer = hers.post(acting(booking, meeting, "decline"), {"reason": "x" * 501})
    page = page_of(answer)
    assert answer.status_code == 400
    assert "Please keep the reason under 500 characters." in page
    assert page.text_of("textarea[name=reason]").strip() == "x" * 501
    decline_meeting(attendee=cast.official, meeting_id=meeting.pk, by=cast.official.person, now=booking.now)
    answer = hers.post(acting(booking, meeting, "accept"), {"slot": booking.slots[0].pk})
    assert answer.status_code == 409
    assert "This request is no longer open: declined." in page_of(answer)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["block", "report"])
@pytest.mark.parametrize("by_assistant", [True, False], ids=["by the assistant", "by the other"])
def test_whom_the_policy_parts_from_the_assistant_is_on_no_page_and_in_no_number(booking, ana, hers, how, by_assistant):
    cast = booking.cast
    asked = booking.ask(cast.engineer, cast.official, booking.slots[0], message="Secret words")
    agreed = booking.accept(cast.official, booking.ask(cast.lawyer, cast.official, booking.slots[1]))
    for other in (cast.engineer, cast.lawyer):
        block_contact(how, *((ana, other) if by_assistant else (other, ana)))
    for page in ("home/", "meetings/", "assistants/", "notices/", f"for/{cast.official.pk}/"):
        shown = page_of(hers.get(cast.address(page)))
        for trace in ("Arif", "Linh", "Secret words", "request waits", "1 request"):
            assert trace not in shown, page
    assert "Mali Wongsa: nothing waits" in page_of(hers.get(cast.address("home/")))
    for meeting in (asked, agreed):
        for verb in ("accept", "decline", "withdraw", "cancel"):
            assert hers.post(acting(booking, meeting, verb), {"reason": "x"}).status_code == 404
    assert not Seat.objects.filter(assistant__isnull=False).exists()


@pytest.mark.slow
def test_an_assistant_reaches_no_other_page_of_the_principal(booking, hers):
    """Every address with the meeting's number: nothing of it is read, and nothing changes."""
    cast = booking.cast
    asked = booking.ask(cast.engineer, cast.official, booking.slots[0], message="Secret words")
    agreed = booking.accept(cast.official, booking.ask(cast.lawyer, cast.official, booking.slots[1]))
    before = list(Meeting.objects.order_by("pk").values()), Notice.objects.count()
    walked = 0
    for pattern in urls.urlpatterns:
        route = str(pattern.pattern)
        if "<int:meeting_id>" not in route or "/for/" in route:
            continue
        for meeting in (asked, agreed):
            address = "/" + re.sub(r"<int:\w+>", str(meeting.pk), route).replace("<slug:slug>", cast.event.slug)
            for method in ("get", "post"):
                answer = getattr(hers, method)(address, {"reason": "x", "text": "x", "words": "x"})
                assert answer.status_code in (403, 404, 405), address
                assert "Secret words" not in answer.content.decode()
                walked += 1
    assert walked > 60
    for page in ("profile/", "meetings/", "connections/", "notices/", "my-data/", "availability/"):
        assert "Secret words" not in hers.get(cast.address(page)).content.decode()
    assert (list(Meeting.objects.order_by("pk").values()), Notice.objects.count()) == before


@pytest.mark.slow
def test_of_nobody_else_there_is_a_page_to_act_on(booking, hers, client):
    cast = booking.cast
    meeting = booking.ask(cast.lawyer, cast.engineer, booking.slots[0])
    for other in (cast.engineer, cast.minor, cast.hidden, cast.blocked):
        assert hers.get(cast.address(f"for/{other.pk}/")).status_code == 404
        address = cast.address(f"for/{other.pk}/meetings/{meeting.pk}/accept/")
        assert hers.post(address, {"slot": booking.slots[0].pk}).status_code == 404
    assert client_of(cast.official.person).get(acting(booking)).status_code == 404
