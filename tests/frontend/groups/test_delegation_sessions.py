"""The pages of sessions with a delegation: the leads', the minor's and the adults'."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from backend.agenda.services.calendar_feeds import feed_address, make_feed
from backend.events.models.attendees import Attendee
from backend.events.models.suspensions import Suspension
from backend.groups.selectors.delegation_sessions import own_delegation_sessions
from backend.safeguarding.models import Chaperone, DelegationSession, Vetting
from tests.delegations import Delegations, make_delegations
from tests.factories import in_two_weeks, make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Delegations:
    return make_delegations(make_event(**in_two_weeks()), now=timezone.now())


def address(scene: Delegations, page: str) -> str:
    return f"/e/{scene.event.slug}/{page}"


MINE = "my-delegation-sessions/"


def pages_of(scene: Delegations) -> dict[str, Client]:
    return {
        "lead": client_of(scene.lead.person),
        "asker": client_of(scene.asker.person),
        "chaperone": client_of(scene.chaperone.person),
        "vetted": client_of(scene.vetted.person),
        "minor": client_of(scene.minors[0].person),
        "other": client_of(scene.minors[1].person),
    }


def proposal(scene: Delegations) -> dict[str, object]:
    plan = scene.plan()
    return {name: getattr(plan, name) for name in ("chaperone_id", "vetted_id", "minor_ids", "slot_id", "table_id")}


@pytest.mark.slow
def test_from_the_request_to_the_session_each_reads_only_what_they_need(scene):
    clients = pages_of(scene)
    topic = scene.event.topics.get(key="sextortion")
    mine = address(scene, MINE)
    wrong = clients["asker"].post(mine, {"topic_id": topic.pk, "wish": ""})
    assert wrong.status_code == 422
    asked = {"topic_id": topic.pk, "wish": "The youth council", "words": "What we plan."}
    assert clients["asker"].post(mine, asked).status_code == 302
    session = DelegationSession.objects.get()
    led = address(scene, f"delegation-sessions/{session.pk}/")
    page = page_of(clients["lead"].get(led))
    assert "What we plan." in page
    assert "Kham (Youth Council)" in page
    assert "Family" not in page
    assert clients["lead"].post(led, {**proposal(scene), "minor_ids": []}).status_code == 422
    assert clients["lead"].post(led, proposal(scene)).status_code == 302

    page = page_of(clients["minor"].get(mine))
    assert "Do you want to come?" in page
    assert "Anan Asker" in page
    assert "What we plan." not in page
    assert "Noy" not in page
    assert "Kham" not in page_of(clients["chaperone"].get(mine))
    assert "See what it is" in page_of(clients["minor"].get(address(scene, "")))
    answer = address(scene, f"{MINE}{session.pk}/answer/")
    for who in ("minor", "chaperone", "vetted"):
        assert clients[who].post(answer, {"answer": "yes"}).status_code == 302
    assert clients["other"].post(answer, {"answer": "no"}).status_code == 302
    assert "Nobody asks you to a session" in page_of(clients["other"].get(mine))
    assert "Kham" not in page_of(clients["asker"].get(mine))

    assert clients["lead"].post(f"{led}confirm/").status_code == 302
    page = page_of(clients["asker"].get(mine))
    assert "It takes place" in page
    assert "Kham (Youth Council)" in page
    assert "Noy" not in page
    assert "Family" not in page
    agenda = page_of(clients["asker"].get(address(scene, "meetings/")))
    assert "Session with a delegation" in agenda
    assert "Kham" not in agenda

    assert clients["minor"].post(address(scene, f"{MINE}{session.pk}/end/")).status_code == 302
    for who in ("asker", "minor", "chaperone", "vetted"):
        page = page_of(clients[who].get(mine))
        assert "The session will not take place" in page
        assert who == "minor" or "Kham" not in page


@pytest.mark.slow
def test_after_every_minor_said_no_the_asker_reads_nothing_but_that_it_does_not_take_place(scene):
    clients = pages_of(scene)
    session = scene.propose(scene.ask())
    answer = address(scene, f"{MINE}{session.pk}/answer/")
    before = own_delegation_sessions(scene.asker, scene.now)
    for who in ("minor", "other"):
        clients[who].post(answer, {"answer": "no"})
    assert own_delegation_sessions(scene.asker, scene.now) == before
    assert "The safeguarding leads have it" in page_of(clients["asker"].get(address(scene, MINE)))
    clients["lead"].post(address(scene, f"delegation-sessions/{session.pk}/end/"))
    page = page_of(clients["asker"].get(address(scene, MINE)))
    assert "The session will not take place" in page
    assert not any(word in page for word in ("Kham", "Noy", "Chan", "Vera", "Foyer"))


def test_a_chaperone_who_cannot_be_chosen_is_named_with_the_reason(scene):
    session, lead = scene.ask(), client_of(scene.lead.person)
    led = address(scene, f"delegation-sessions/{session.pk}/")
    assert not page_of(lead.get(led)).has("#absent")
    for change, words in (
        ({"agreed_at": None, "agreement_version": ""}, "has not joined the forum yet"),
        ({"visibility": "hidden"}, "has a hidden profile"),
        ({"age_class": "unknown"}, "is not confirmed to be an adult"),
    ):
        before = {name: getattr(scene.chaperone, name) for name in change}
        Attendee.objects.filter(pk=scene.chaperone.pk).update(**change)
        page = page_of(lead.get(led))
        [line] = page.texts("#absent li")
        assert line.startswith("Chan")
        assert line.endswith(words)
        assert "Chan" not in page.text_of("select[name=chaperone_id]")
        Attendee.objects.filter(pk=scene.chaperone.pk).update(**before)
    suspension = Suspension.objects.create(attendee=scene.chaperone, reason="x", suspended_at=timezone.now())
    [line] = page_of(lead.get(led)).texts("#absent li")
    assert line.endswith("is suspended")
    suspension.delete()
    Vetting.objects.filter(attendee=scene.chaperone).update(ended_at=timezone.now())
    [line] = page_of(lead.get(led)).texts("#absent li")
    assert line.endswith("the check has ended, or was never recorded")
    Chaperone.objects.create(event=scene.event, attendee=scene.asker, country="Laos", recorded_at=timezone.now())
    assert page_of(lead.get(led)).texts("#absent li")[0].endswith("asked for this session")


def test_nobody_but_a_lead_finds_the_leads_pages_and_a_stranger_nothing(scene):
    session = scene.propose(scene.ask())
    organiser = client_of(make_attendee(scene.event, permission="organiser").person)
    for client in (organiser, *(pages_of(scene)[who] for who in ("asker", "minor", "chaperone"))):
        assert client.get(address(scene, "delegation-sessions/")).status_code == 404
        assert client.get(address(scene, f"delegation-sessions/{session.pk}/")).status_code == 404
        for do in ("confirm", "end"):
            assert client.post(address(scene, f"delegation-sessions/{session.pk}/{do}/")).status_code == 404
    for page in (f"{MINE}{session.pk}/answer/", f"{MINE}{session.pk}/end/"):
        assert organiser.post(address(scene, page), {"answer": "yes"}).status_code == 404
    assert "Ask for a session" not in page_of(pages_of(scene)["minor"].get(address(scene, MINE)))


def test_a_bad_answer_gets_one_sentence(scene):
    session = scene.propose(scene.ask())
    client = pages_of(scene)["minor"]
    answer = address(scene, f"{MINE}{session.pk}/answer/")
    assert client.post(answer, {"answer": "perhaps"}).status_code == 400
    client.post(answer, {"answer": "no"})
    again = client.post(answer, {"answer": "yes"})
    assert again.status_code == 409
    assert "Nobody asks you this any more" in page_of(again)


def test_calendars_say_session_with_a_delegation_and_name_nobody(scene):
    scene.confirmed()
    feed = make_feed(attendee=scene.asker, by=scene.asker.person, now=scene.now)
    path = feed_address(feed).split("/", 3)[3]
    entries = Client().get(f"/{path}").content.decode()
    assert "SUMMARY:Session with a delegation" in entries
    assert "Kham" not in entries
    scene.minors[0].guardian_consents.update(state="withdrawn")
    entries = Client().get(f"/{path}").content.decode()
    assert "SUMMARY:Cancelled: session with a delegation" in entries
    assert "STATUS:CANCELLED" in entries
