"""The organiser's page of contact rules, and what a rule does to requests and meetings."""

import pytest
from rest_framework.test import APIClient

from backend.booking.models.meetings import Meeting
from backend.booking.services.meetings import end_refused_meetings
from backend.core.models import Act
from backend.safeguarding.models import ContactRule
from tests.frontend.conftest import client_of
from tests.pages import page_of


@pytest.fixture
def rule(booking):
    """A rule between the groups of the official and the engineer, as a form sends it."""
    groups = [one.organisation.sector.key for one in (booking.cast.official, booking.cast.engineer)]
    return {"first": f"sector:{groups[0]}", "second": f"sector:{groups[1]}"}


@pytest.fixture
def send(cast):
    client = client_of(cast.organiser.person)

    def post(fields, part="set-up/contact/"):
        return client.post(cast.address(part), fields, follow=True)

    return post


def test_a_preview_says_whom_it_parts_and_what_it_ends_and_changes_nothing(booking, send, rule):
    asked = booking.ask(booking.cast.official, booking.cast.engineer, booking.slots[0])
    booking.accept(booking.cast.engineer, asked)
    page = page_of(send(rule))
    assert "Agreed meetings to come that are cancelled: fewer than 5; requests that end: 0." in page
    assert "fewer than 5, " in page
    assert not ContactRule.objects.exists()


@pytest.mark.slow
def test_a_rule_ends_what_stands_as_a_block_does_and_says_why_nobody_can_ask(booking, send, rule):
    cast, now = booking.cast, booking.now
    met = booking.ask(cast.official, cast.engineer, booking.slots[0])
    booking.accept(cast.engineer, met)
    page = page_of(send(rule | {"do": "add"}))
    assert "The two groups are parted" in page
    assert end_refused_meetings(now=now) == 1
    met.refresh_from_db()
    assert met.state == Meeting.State.CANCELLED
    client = client_of(cast.official.person)
    assert client.get(cast.address(f"people/{cast.engineer.pk}/")).status_code == 200
    answer = client.get(cast.address(f"people/{cast.engineer.pk}/ask/"))
    assert "do not have people of your two groups meet" in page_of(answer)
    own = cast.address(f"people/{cast.engineer.pk}/block/")
    assert client.get(own).status_code == 200
    made = ContactRule.objects.get()
    page = page_of(send({}, f"set-up/contact/{made.pk}/"))
    assert "may meet again" in page
    assert "No groups are parted." in page


def test_the_audit_log_says_who_parted_which_groups_and_let_them_meet_again(booking, send, rule):
    names = [one.organisation.sector.name for one in (booking.cast.official, booking.cast.engineer)]
    groups = " · ".join(names)
    send(rule | {"do": "add"})
    send(rule | {"do": "add"})
    send({}, f"set-up/contact/{ContactRule.objects.get().pk}/")
    acts = Act.objects.filter(kind__in=(Act.Kind.PARTED, Act.Kind.REJOINED), what=groups)
    by = booking.cast.organiser.person_id
    assert list(acts.order_by("pk").values_list("kind", "person")) == [("parted", by), ("rejoined", by)]
    page = page_of(client_of(booking.cast.organiser.person).get(booking.cast.address("desk/done/")))
    assert f"Parted two groups: {groups}" in page
    assert f"Let two groups meet again: {groups}" in page


def test_a_form_without_two_groups_says_so(send):
    answer = send({"first": "constituency:industry"})
    assert (answer.status_code, "Choose two groups." in page_of(answer)) == (422, True)


def test_the_same_by_api(booking, rule):
    cast = booking.cast
    client = APIClient()
    client.force_login(cast.organiser.person)
    address = f"/api/v1/events/{cast.event.slug}/contact-rules/"
    booking.ask(cast.official, cast.engineer, booking.slots[0])
    assert client.post(f"{address}preview/", rule, format="json").json() == {"requests": None, "meetings": 0}
    made = client.post(address, rule, format="json")
    assert made.status_code == 201
    assert client.get(address).json() == made.json()
    assert client.delete(f"{address}{made.json()[0]['rule']}/").status_code == 204
    assert client.get(address).json() == []
    refused = client.post(address, rule | {"first": "nobody"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_contact_rule")
