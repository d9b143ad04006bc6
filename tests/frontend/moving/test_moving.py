"""A lead agrees to a move on a page; an account that came with a forum is proved at the next sign-in."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from backend.events.models.attendees import Attendee
from backend.moving.models import Approval
from backend.people.models import Person
from tests.factories import make_attendee, make_event
from tests.frontend.conftest import Cast, client_of
from tests.frontend.people.test_sign_ins import newest_code
from tests.pages import page_of

pytestmark = pytest.mark.django_db
ADDRESS, WHO = "siti@ministry.example", "/account/who/"


def test_a_lead_agrees_and_withdraws_and_nobody_else_finds_the_page(cast: Cast) -> None:
    lead = make_attendee(cast.event, permission="safeguarding-lead", visibility="hidden")
    page, client = cast.address("move/"), client_of(lead.person)
    assert page in dict(page_of(client.get(cast.address("roles/"))).links("main")).values()
    for stranger in (cast.official, cast.organiser, cast.minor):
        assert client_of(stranger.person).post(page, {"do": "delete"}).status_code in {403, 404}
    assert client.post(page, {"do": "everything"}).status_code == 400
    assert not Approval.objects.exists()
    client.post(page, {"do": "export"})
    assert Approval.objects.get().kind == "export"
    assert "not done yet" in page_of(client.get(page))
    client.post(page, {"do": "withdraw"})
    assert not Approval.objects.exists()


@pytest.fixture
def came() -> Person:
    """An account beside the one that had the address here."""
    mine = make_attendee(make_event("here"), name="Siti Rahma", email=ADDRESS).person
    came = Person.objects.create(email=ADDRESS, name="Siti Rahma", shares_with=mine, waits_for_proof=True)
    make_attendee(make_event("came"), person=came, name="Siti R.")
    return came


def after_the_code() -> Client:
    client = Client()
    client.post("/accounts/login/code/", {"email": ADDRESS})
    client.post("/accounts/login/code/confirm/", {"code": newest_code()})
    return client


def test_a_code_makes_two_accounts_of_one_name_one(came: Person) -> None:
    mine = came.shares_with
    assert mine is not None
    client = after_the_code()
    assert client.session["_auth_user_id"] == str(mine.pk)
    assert Attendee.objects.get(event__slug="came").person_id == mine.pk
    assert not Person.objects.filter(waits_for_proof=True).exists()


def test_another_way_of_signing_in_proves_no_address(came: Person) -> None:
    client = Client()
    assert came.shares_with is not None
    client.force_login(came.shares_with)
    assert client.get("/").status_code in {200, 302}
    assert Attendee.objects.get(event__slug="came").person_id == came.pk


def test_of_another_name_they_are_asked_and_each_has_an_account(came: Person) -> None:
    Person.objects.filter(pk=came.pk).update(name="Budi")
    client = after_the_code()
    assert "_auth_user_id" not in client.session
    assert page_of(client.get(WHO)).texts("main button") == ["Siti Rahma", "Budi"]
    client.post(WHO, {"person": came.pk})
    assert client.session["_auth_user_id"] == str(came.pk)
    assert Attendee.objects.get(event__slug="came").person_id == came.pk


def test_who_holds_an_office_goes_on_as_before(came: Person) -> None:
    Person.objects.filter(pk=came.pk).update(name="Budi")
    Attendee.objects.filter(person=came.shares_with).update(permission="organiser")
    client = after_the_code()
    assert client.session["_auth_user_id"] == str(came.shares_with_id)
    assert Attendee.objects.get(event__slug="came").person_id == came.pk


def test_an_old_yes_is_not_shown(cast: Cast) -> None:
    lead = make_attendee(cast.event, permission="safeguarding-lead", visibility="hidden")
    before = timezone.now() - dt.timedelta(hours=25)
    Approval.objects.create(event=cast.event, lead=lead.person, kind="delete", approved_at=before)
    assert "Deletion" not in page_of(client_of(lead.person).get(cast.address("move/")))
