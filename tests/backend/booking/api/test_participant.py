"""Meetings over HTTP: the same refusals by the same codes, and nothing for strangers."""

import pytest

from backend.booking.models.meetings import Meeting
from tests.backend.conftest import client_of
from tests.factories import block_contact, make_attendee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
BASE = "/api/v1/events/forum/"


def test_a_request_is_made_answered_and_cancelled_over_the_api(forum):
    a, b, *_ = forum.people
    slots = [slot.pk for slot in forum.slots[:2]]
    asked = client_of(a).post(
        BASE + "meetings/",
        {"other": b.pk, "slots": slots, "message": "Shall we?", "theme": "justice"},
        format="json",
        headers={"Idempotency-Key": "tap-1"},
    )
    assert asked.status_code == 201
    meeting = asked.json()["meeting"]
    assert asked.json()["actions"] == ["edit", "withdraw"]
    waiting = client_of(b).get(BASE + "meetings/").json()["to_answer"]
    assert [row["meeting"] for row in waiting] == [meeting]
    assert waiting[0]["message"] == "Shall we?"
    assert [time["slot"] for time in waiting[0]["times"]] == slots
    accepted = client_of(b).post(f"{BASE}meetings/{meeting}/accept/", {"slot": slots[1]}, format="json")
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    assert accepted.json()["place"]["label"] == "T1"
    for person in (a, b):
        (day,) = client_of(person).get(BASE + "agenda/").json()
        (item,) = day["items"]
        assert item["meeting"]["meeting"] == meeting
    refused = client_of(a).post(f"{BASE}meetings/{meeting}/cancel/", {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "reason_needed")
    cancelled = client_of(a).post(f"{BASE}meetings/{meeting}/cancel/", {"reason": "ill"}, format="json")
    assert (cancelled.json()["state"], cancelled.json()["sequence"]) == ("cancelled", 1)


def test_a_taken_slot_is_409_with_the_next_three_common_free_slots(forum):
    a, b, c, _ = forum.people
    first, second = forum.ask(a, b, forum.slots[0], forum.slots[3]), forum.ask(c, b, forum.slots[0])
    forum.accept(b, second)
    refused = client_of(b).post(f"{BASE}meetings/{first.pk}/accept/", {"slot": forum.slots[3].pk}, format="json")
    assert refused.status_code == 200
    taken = client_of(a).post(BASE + "meetings/", {"other": c.pk, "slots": [forum.slots[0].pk]}, format="json")
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    offered = [row["slot"] for row in taken.json()["details"]["alternatives"]]
    assert offered == [forum.slots[n].pk for n in (1, 2, 4)]


def test_the_same_key_makes_one_meeting_and_another_person_is_refused(forum):
    a, b, c, _ = forum.people
    body = {"other": b.pk, "slots": [forum.slots[0].pk]}
    client = client_of(a)
    first, second = (
        client.post(BASE + "meetings/", body, format="json", headers={"Idempotency-Key": "k"}) for _ in "ab"
    )
    assert first.json()["meeting"] == second.json()["meeting"]
    assert Meeting.objects.count() == 1
    other = client.post(BASE + "meetings/", body | {"other": c.pk}, format="json", headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


@pytest.mark.parametrize("verb", ["accept", "decline", "withdraw", "cancel", "attest"])
def test_no_change_reaches_a_meeting_of_others_or_one_no_database_can_hold(forum, verb):
    a, b, c, _ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    body = {"reason": "none of mine", "took_place": True}
    for meeting_id in (meeting.pk, 0, 2**70):
        refused = client_of(c).post(f"{BASE}meetings/{meeting_id}/{verb}/", body, format="json")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    meeting.refresh_from_db()
    assert meeting.state == "requested"


def test_a_block_or_report_hides_the_meeting_from_every_read_at_once(forum, blocked_by):
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    block_contact(blocked_by, b, a)
    for person in (a, b):
        client = client_of(person)
        assert client.get(f"{BASE}meetings/{meeting.pk}/").status_code == 404
        assert not any(client.get(BASE + "meetings/").json().values())
        assert client.get(BASE + "agenda/").json() == []
        assert client.get(BASE + "notices/").json() == []
    assert client_of(a).get(f"{BASE}people/{b.pk}/free-slots/").status_code == 404


def test_an_attendee_opens_and_closes_slots_all_or_none(forum):
    (a,) = forum.join(1)
    client = client_of(a)
    body = {"close": [forum.slots[0].pk]}
    days = client.post(BASE + "availability/", body, format="json").json()
    assert [cell["is_open"] for cell in days[0]["cells"]] == [False] + [True] * 5
    bad = client.post(BASE + "availability/", {"open": [forum.slots[0].pk], "close": [2**62]}, format="json")
    assert (bad.status_code, bad.json()["code"]) == (400, "unknown_slot")
    (day,) = client.get(BASE + "availability/").json()
    assert not day["cells"][0]["is_open"]


def test_an_organiser_previews_and_lays_slots_and_adds_tables(forum):
    boss = make_attendee(forum.event, permission="organiser", visibility="hidden")
    client = client_of(boss)
    grid = {
        "days": ["2026-12-10"],
        "windows": [{"opens": "10:00", "closes": "11:00"}],
        "length_minutes": 25,
        "break_minutes": 5,
    }
    preview = client.post(BASE + "slots/preview/", grid, format="json").json()
    assert [period["starts_at"] for period in preview] == ["2026-12-10T03:00:00Z", "2026-12-10T03:30:00Z"]
    assert len(client.get(BASE + "slots/").json()) == 6
    assert client.post(BASE + "slots/", grid, format="json").json() == {"count": 2}
    assert client.post(BASE + "slots/", grid, format="json").json() == {"count": 0}
    room = {"label": "Online", "is_online": True, "room_link": "https://meet.example.org/x"}
    refused = client.post(BASE + "tables/", room, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_table")
    room["room_link"] = "https://meet.example.org/{meeting}"
    assert client.post(BASE + "tables/", room, format="json").status_code == 201
    assert client.put(BASE + "meetings/rules/", {"open_requests": 3, "expiry_hours": 24}, format="json").json() == {
        "open_requests": 3,
        "expiry_hours": 24,
        "proposal_hours": 72,
    }
    assert client.get(BASE + "meetings/overview/").json()["people"] == 4


@pytest.mark.slow
def test_lists_cost_the_same_number_of_queries_for_one_and_for_many(forum, django_assert_num_queries):
    me, *others = forum.people
    guests = others + forum.join(9)
    client = client_of(me)

    def queries(path):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as caught:
            assert client.get(BASE + path).status_code == 200
        return len(caught)

    forum.ask(guests[0], me, forum.slots[0])
    forum.accept(me, forum.ask(guests[1], me, forum.slots[1]))
    before = {path: queries(path) for path in ("meetings/", "agenda/", "notices/", "availability/")}
    for number, guest in enumerate(guests[2:]):
        meeting = forum.ask(guest, me, *([forum.slots[number]] if number in (2, 3, 4) else ()))
        if number in (2, 3, 4):
            forum.accept(me, meeting)
    assert len(client.get(BASE + "meetings/").json()["to_answer"]) >= 5
    assert {path: queries(path) for path in before} == before


def test_times_in_the_api_are_aware_and_the_openapi_document_names_every_operation():
    from drf_spectacular.generators import SchemaGenerator

    document = SchemaGenerator().get_schema(request=None, public=True)
    operations = {
        body["operationId"] for path in document["paths"].values() for body in path.values() if "operationId" in body
    }
    assert {
        "meetings_request",
        "meetings_edit",
        "meetings_accept",
        "meetings_decline",
        "meetings_withdraw",
        "meetings_cancel",
        "meetings_attest",
        "availability_change",
        "agenda_read",
        "slots_preview",
        "tables_add",
    } <= operations
    accept = document["paths"]["/api/v1/events/{slug}/meetings/{meeting_id}/accept/"]["post"]
    assert {"200", "400", "403", "404", "409"} <= set(accept["responses"])
