"""Two named people, proposed, arranged and moved by an organiser: over the services and the API."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.services.answers import decline_meeting
from backend.booking.services.requests import expire_requests
from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.programme.selectors.by_hand import (
    likely_partners,
    one_by_hand,
    people_to_choose,
    put_forward_by_hand,
    times_for,
)
from backend.programme.selectors.planning_data import read_planning_data
from backend.programme.services import by_hand
from tests.backend.programme.conftest import seats_of
from tests.factories import NOW, block_contact, make_attendee, make_run

BASE = "/api/v1/events/forum/"


@pytest.fixture
def client(desk, time_machine):
    time_machine.move_to(NOW, tick=False)
    client = APIClient()
    client.force_login(desk.by)
    return client


def put_forward(desk, a, b, *slots, **more):
    return by_hand.put_forward(
        event=desk.event, pair=(a.pk, b.pk), slot_ids=[slot.pk for slot in slots], by=desk.by, now=NOW, **more
    )


@pytest.mark.parametrize("confirms", [False, True])
def test_it_is_proposed_or_arranged_as_the_event_publishes(desk, confirms):
    if confirms:
        desk.confirm_at_once()
    a, b, *_ = desk.people
    meeting = put_forward(desk, a, b, desk.slots[0], table_id=desk.tables[1].pk, because="You share a topic.")
    assert (meeting.state, meeting.message) == ("accepted" if confirms else "proposed", "You share a topic.")
    (row,) = put_forward_by_hand(desk.event, NOW)
    assert (row.slot, row.table, row.can_move) == (desk.slots[0], desk.tables[1], confirms)
    assert row.can_withdraw is not confirms


@pytest.mark.slow
def test_the_list_tells_no_no_and_holds_nothing_a_plan_put_forward(desk):
    a, b, *_ = desk.people
    meeting = put_forward(desk, a, b, desk.slots[0])
    desk.publish(desk.plan(most=1))
    before = put_forward_by_hand(desk.event, NOW)
    assert [row.meeting_id for row in before] == [meeting.pk]
    decline_meeting(attendee=a, meeting_id=meeting.pk, by=a.person, now=NOW)
    assert put_forward_by_hand(desk.event, NOW) == before
    expire_requests(now=meeting.expires_at)
    (after,) = put_forward_by_hand(desk.event, meeting.expires_at)
    assert after.state == "expired"


def test_whoever_joined_can_be_chosen_and_a_parted_pair_has_no_time(desk, blocked_by):
    a, b, *_ = desk.people
    make_attendee(desk.event, name="Not Yet", has_joined=False)
    chosen = {one.name for one in people_to_choose(desk.event)}
    assert chosen == {f"Person {letter}" for letter in "ABCDEF"}, "the organiser is hidden"
    block_contact(blocked_by, a, b)
    assert chosen == {one.name for one in people_to_choose(desk.event)}
    named = {"event": desk.event, "first_id": a.pk, "now": NOW}
    lonely = desk.people[2]
    lonely.availability.all().delete()
    parted, without = (times_for(second_id=one.pk, **named) for one in (b, lonely))
    assert (parted.times, parted.tables) == (without.times, without.tables)
    assert parted.times == ()


def test_who_is_hidden_is_neither_chosen_nor_named(desk):
    a, b, *_ = desk.people
    meeting = put_forward(desk, a, b, desk.slots[0])
    Attendee.objects.filter(pk=a.pk).update(visibility=Attendee.Visibility.HIDDEN)
    assert a.pk not in {one.attendee_id for one in people_to_choose(desk.event)}
    with pytest.raises(NotFound):
        times_for(event=desk.event, first_id=a.pk, second_id=b.pk, now=NOW)
    (row,) = put_forward_by_hand(desk.event, NOW)
    for people in (row.people, one_by_hand(meeting, NOW).people):
        assert {one.name for one in people} == {"Somebody", "Person B"}


@pytest.mark.slow
def test_an_open_proposal_by_hand_stands_fixed_beside_the_next_plan(desk):
    a, b, *_ = desk.people
    meeting = put_forward(desk, a, b, desk.slots[0], table_id=desk.tables[0].pk)
    rows = list(desk.plan(most=3).planned.all())
    assert (desk.slots[0].pk, desk.tables[0].pk) not in {(row.slot_id, row.table_id) for row in rows}
    assert not {(a.pk, desk.slots[0].pk), (b.pk, desk.slots[0].pk)} & set(seats_of(rows))
    data = read_planning_data(desk.event, NOW)
    assert [fixed.meeting_id for fixed in data.fixed_meetings] == [meeting.pk]


def test_over_the_api_an_organiser_proposes_withdraws_arranges_and_moves(desk, client):
    a, b, c, *_ = desk.people
    address = f"{BASE}plans/by-hand/"
    times = client.get(f"{address}times/{a.pk}/{b.pk}/").json()
    assert [slot["slot"] for slot in times["times"]] == [slot.pk for slot in desk.slots]
    body = {"first": a.pk, "second": b.pk, "slots": [desk.slots[0].pk], "because": "You share a topic."}
    made = [client.post(address, body, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    number = made[0].json()["meeting"]
    assert client.post(f"{address}{number}/withdraw/").status_code == 204
    assert [row["state"] for row in client.get(address).json()] == ["withdrawn"]
    desk.confirm_at_once()
    agreed = client.post(address, body | {"second": c.pk}, format="json").json()
    move = f"{BASE}meetings/{agreed['meeting']}/move/"
    where = {"slot": desk.slots[2].pk, "table": desk.tables[1].pk}
    assert client.post(move, where, format="json").status_code == 204
    meeting = Meeting.objects.get(pk=agreed["meeting"])
    assert (meeting.slot, meeting.table) == (desk.slots[2], desk.tables[1])
    client.force_login(a.person)
    answers = [
        client.get(address),
        client.post(address, body, format="json"),
        client.post(move, where, format="json"),
        client.post(f"{address}{number}/withdraw/"),
        client.get(f"{address}times/{a.pk}/{b.pk}/"),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(403, "only_organisers")] * 5


def names_of(found):
    return [one.attendee_id for one in found]


def likely(desk, attendee):
    return names_of(likely_partners(event=desk.event, attendee_id=attendee.pk, now=NOW))


def test_the_first_three_of_a_list_who_have_a_time_are_likely_partners(desk):
    a, b, c, d, e, _ = desk.people
    desk.event.runs.all().delete()
    make_run(desk.event, {a: [b, c, d, e]})
    assert likely(desk, a) == [b.pk, c.pk, d.pk]
    Availability.objects.filter(attendee=c).delete()
    put_forward(desk, a, b, desk.slots[0])
    assert likely(desk, a) == [d.pk, e.pk]  # b is proposed already, c has no time
    assert likely(desk, b) == []
    assert names_of(likely_partners(event=desk.event, attendee_id=0, now=NOW)) == []


@pytest.mark.parametrize("how", ["block", "report"])
def test_nobody_whom_the_policy_parts_is_a_likely_partner(desk, how):
    a, b, c, *_ = desk.people
    desk.event.runs.all().delete()
    make_run(desk.event, {a: [b, c]})
    block_contact(how, b, a)
    assert likely(desk, a) == [c.pk]
    Attendee.objects.filter(pk=c.pk).update(visibility="hidden")
    assert likely(desk, a) == []
