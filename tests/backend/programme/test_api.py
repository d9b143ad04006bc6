"""Programmes over HTTP: from order to withdrawal, refusals by code, organisers only."""

import pytest

from backend.booking.models.meetings import Meeting
from backend.programme.models import Plan
from backend.programme.services.publishing import apply_publication
from tests.backend.conftest import client_of
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("at_now")

BASE = "/api/v1/events/forum/plans/"


def test_a_plan_is_ordered_read_changed_published_and_withdrawn(desk):
    client = client_of(desk.organiser)
    ordered = client.post(BASE, {"most": 2, "seconds": 1}, format="json")
    assert (ordered.status_code, ordered.json()["work"]) == (202, "waiting")
    plan = Plan.objects.get(pk=ordered.json()["plan"])
    desk.solve(plan)
    address = f"{BASE}{plan.pk}/"
    read = client.get(address).json()
    assert read["figures"]["planned"] == len(read["meetings"]) == 6
    assert (read["figures"]["least"], read["figures"]["median"], read["figures"]["most"]) == (2, 2.0, 2)
    row = read["meetings"][0]["planned"]
    taken = {meeting["slot"] for meeting in read["meetings"]}
    free = next(slot.pk for slot in desk.slots if slot.pk not in taken)
    moved = client.patch(f"{address}meetings/{row}/", {"slot": free, "locked": True}, format="json").json()
    assert (moved["slot"], moved["locked"], moved["moved_by_hand"]) == (free, True, True)
    assert client.delete(f"{address}meetings/{row}/").status_code == 204
    assert client.put(f"{BASE}publishing/", {"confirms": True}, format="json").json() == {"confirms": True}
    published = client.post(f"{address}publish/")
    assert (published.status_code, published.json()["work"]) == (202, "carrying_out")
    apply_publication(plan=Plan.objects.get(pk=plan.pk), by=desk.by, now=NOW)
    assert {meeting["state"] for meeting in client.get(address).json()["meetings"]} == {"agreed"}
    again = client.post(f"{address}again/")
    assert (again.status_code, again.json()["plan"] != plan.pk) == (202, True)
    assert client.post(f"{address}withdraw/").json()["state"] == "withdrawn"
    assert [row["state"] for row in client.get(BASE).json()] == ["draft", "withdrawn"]
    assert Meeting.objects.filter(state="accepted").count() == 5


def test_the_value_of_a_plan_follows_its_current_meetings(desk):
    client = client_of(desk.organiser)
    plan = desk.order(most=1)
    address = f"{BASE}{plan.pk}/"
    Plan.objects.update(work="solving", value=1.0, bound=2.5)
    [listed] = client.get(BASE).json()
    assert (listed["value_so_far"], listed["bound_so_far"]) == (1.0, 2.5)
    Plan.objects.update(work="waiting")
    desk.solve(plan)
    desk.drop(plan.planned.first())
    read = client.get(address).json()
    assert (read["figures"]["value"], read["figures"]["bound"]) == (1.0, 1.5)
    assert read["figures"]["gap"] == pytest.approx(1 / 3)
    assert (read["plan"]["value_so_far"], read["plan"]["bound_so_far"]) == (None, None)
    assert not {"value", "bound", "gap"} & read["plan"].keys()


def test_refusals_carry_their_code_and_change_nothing(desk):
    client = client_of(desk.organiser)
    refused = client.post(BASE, {"least": 4, "most": 3}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_aims")
    plan = desk.plan(most=5)
    first, second = plan.planned.filter(first=desk.people[0]).order_by("pk")[:2]
    address = f"{BASE}{plan.pk}/meetings/{first.pk}/"
    refused = client.patch(address, {"slot": second.slot_id, "locked": True}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "clash")
    first.refresh_from_db()
    assert not first.is_locked
    assert client.patch(address, {}, format="json").status_code == 400
    assert client.patch(address, {"slot": 10**30}, format="json").status_code == 400
    assert client.get(f"{BASE}{10**30}/").status_code == 404


@pytest.mark.slow
def test_reading_a_plan_costs_the_same_for_few_and_many_meetings(desk, django_assert_max_num_queries):
    plan = desk.plan(most=5)
    client = client_of(desk.organiser)
    with django_assert_max_num_queries(24) as many:
        client.get(f"{BASE}{plan.pk}/")
    plan.planned.exclude(pk=plan.planned.first().pk).delete()
    with django_assert_max_num_queries(len(many)) as one:
        client.get(f"{BASE}{plan.pk}/")
    assert len(one) == len(many)


def test_a_running_planner_is_stopped_and_a_finished_one_is_not(desk):
    client = client_of(desk.organiser)
    plan = desk.order(seconds=60)
    address = f"{BASE}{plan.pk}/"
    for _ in range(2):
        stopped = client.post(f"{address}stop/")
        assert (stopped.status_code, stopped.json()["stop_asked"]) == (202, True)
    desk.solve(plan)
    assert (plan.work, plan.planned.count()) == ("ready", 9)
    refused = client.post(f"{address}stop/")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_being_planned")
    assert client.post(f"{address}again/").json()["stop_asked"] is False
    assert client_of(desk.people[0]).post(f"{address}stop/").status_code == 403
