"""Waiting lists over the API: for whom I wait, how many wait for me, and who is wanted most."""

from __future__ import annotations

import pytest

from backend.booking.models.meetings import Meeting
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.services.freed_times import offer_freed_times
from backend.booking.services.waiting_list import leave_waiting_list
from tests.backend.booking.api.test_participant import BASE, client_of
from tests.backend.conftest import Forum, make_forum
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def full() -> Forum:
    """The first of its people has one time, and meets the second then."""
    forum = make_forum(people=8, tables=3, slots=1)
    wanted, b, *_ = forum.people
    forum.accept(wanted, forum.ask(b, wanted, forum.slots[0]))
    return forum


def test_one_waits_is_asked_for_and_leaves_over_the_api(full: Forum) -> None:
    wanted, b, c, d, *_ = full.people
    me, them = client_of(c), client_of(wanted)
    refused = me.post(BASE + "meetings/", {"other": wanted.pk, "slots": []}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert refused.json()["details"] == {"alternatives": [], "can_wait": True}
    full.wait(d, wanted)
    wish = {"other": wanted.pk, "message": "Shall we?", "theme": "justice"}
    joined = me.post(BASE + "waiting-list/", wish, format="json")
    assert joined.status_code == 201
    [row] = joined.json()["waiting_for"]
    assert (row["other"]["name"], row["before"], row["message"]) == (wanted.name, 1, "Shall we?")
    assert joined.json()["waiting_for_me"] == 0
    assert them.get(BASE + "waiting-list/").json() == {"waiting_for": [], "waiting_for_me": 2}
    assert client_of(d).delete(f"{BASE}waiting-list/{row['entry']}/").status_code == 404
    leave_waiting_list(attendee=d, entry_id=WaitingListEntry.objects.get(attendee=d).pk, by=d.person)
    full.cancel(b, Meeting.objects.get())
    offer_freed_times(now=NOW)
    [asked] = them.get(BASE + "meetings/").json()["to_answer"]
    assert (asked["message"], asked["theme"]) == ("Shall we?", "justice")
    assert me.get(BASE + "waiting-list/").json()["waiting_for"] == []
    assert me.post(BASE + "waiting-list/", wish, format="json").json()["code"] == "already_asked"
    assert me.delete(f"{BASE}waiting-list/{row['entry']}/").status_code == 204


def test_who_is_wanted_most_is_for_organisers_and_few_are_no_number(full: Forum) -> None:
    wanted, b, *waiters = full.people
    for one in waiters[:4]:
        full.wait(one, wanted)
    address = BASE + "waiting-list/wanted/"
    assert client_of(b).get(address).status_code == 403
    boss = client_of(full.boss())
    [row] = boss.get(address).json()
    assert (row["attendee"], row["waiting"]) == (wanted.pk, None)
    full.wait(waiters[4], wanted)
    assert boss.get(address).json()[0]["waiting"] == 5
