"""Who acts for a forum or the installation has proved a second factor; one sign-in may go without."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from backend.config import api_urls
from backend.events.api.views import OrganiserView, TeamView
from backend.events.models.attendees import Attendee
from backend.people.models import ApiToken, Person
from backend.people.services import make_token
from backend.safeguarding.api import LeadView
from frontend import urls
from tests.factories import make_attendee
from tests.frontend.conftest import Cast
from tests.pages import page_of
from tests.second_factor import SECRET, give_factor, without_factor

SENTENCE = "This is open to you once you have a second factor"
ACTING = ("organiser", "safeguarding lead", "who may start forums", "administrator")
FILES = {"attendees_file": "attendees.csv"}


def acting_pages(cast: Cast, roles: tuple[str, ...]) -> Iterator[str]:
    """Every address that one of these roles opens, with somebody who is there in the place of numbers."""
    for pattern in urls.urlpatterns:
        if pattern.callback.access_policy in roles:
            route = str(pattern.pattern).replace("<slug:slug>", cast.event.slug)
            route = route.replace("<str:name>", FILES.get(pattern.name, "x"))
            yield "/" + re.sub(r"<\w+:\w+>", str(cast.engineer.pk), route)


def acting_operations(cast: Cast, kinds: tuple[type, ...]) -> Iterator[tuple[str, str]]:
    """Method and address of every operation of the API that is for one of these."""
    for pattern in api_urls.urlpatterns:
        view = pattern.callback.view_class  # type: ignore[attr-defined]
        if issubclass(view, kinds):
            route = str(pattern.pattern).replace("<slug:slug>", cast.event.slug)
            route = re.sub(r"<str:\w+>", "attendees.csv", route)
            address = "/api/v1/" + re.sub(r"<int:\w+>", str(cast.engineer.pk), route)
            methods = ("get", "post", "put", "patch", "delete")
            yield from ((method, address) for method in methods if hasattr(view, method))


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def token_of(person: Person) -> str:
    """A token with every scope."""
    scopes = ApiToken.Scope.values
    return make_token(person=person, name="Mine", scopes=scopes, days=30, now=timezone.now())


def after_grace(person: Person) -> Client:
    """Somebody who acts for others, in the sign-in after the one that may go without a second factor."""
    Person.objects.filter(pk=person.pk).update(factor_grace_at="2026-01-01T00:00Z")
    return without_factor(person)


@pytest.fixture
def lead(cast: Cast) -> Attendee:
    return make_attendee(cast.event, permission="safeguarding-lead", visibility="hidden")


@pytest.fixture
def root(db: None) -> Person:
    return Person.objects.create_superuser("root@example.org", name="Root")


@pytest.mark.slow
def test_without_a_second_factor_every_acting_page_is_refused_in_one_sentence(
    cast: Cast, lead: Attendee, root: Person
) -> None:
    both = "organiser or safeguarding lead"
    walked = 0
    for person, roles in (
        (cast.organiser.person, ("organiser", both)),
        (lead.person, ("safeguarding lead", both)),
        (root, ("who may start forums", "administrator")),
    ):
        client = after_grace(person)
        for address in acting_pages(cast, roles):
            for method in ("get", "post"):
                answer = getattr(client, method)(address)
                assert answer.status_code == 403, (method, address)
                page = page_of(answer)
                assert SENTENCE in page, (method, address)
                assert ("Set up a second factor", "/accounts/2fa/") in page.links("main")
                walked += 1
        assert client.get("/").status_code in (200, 302)
        assert client.get("/accounts/2fa/").status_code == 200
    policies = {pattern.callback.access_policy for pattern in urls.urlpatterns}
    open_to_all = {"participant", "signed in", "demo only", "the organiser or lead who asked for it"}
    assert {one for one in policies if not one.startswith("public")} == {*ACTING, both, *open_to_all}
    assert walked > 200


@pytest.mark.slow
def test_without_a_second_factor_every_acting_operation_of_the_api_is_refused(cast: Cast, lead: Attendee) -> None:
    walked = 0
    theirs = {cast.organiser.person: (OrganiserView, TeamView), lead.person: (LeadView, TeamView)}
    for person, kinds in theirs.items():
        by_session, by_token = after_grace(person), APIClient()
        by_token.credentials(HTTP_AUTHORIZATION=f"Token {token_of(person)}")
        for method, address in acting_operations(cast, kinds):
            for client in (by_session, by_token):
                answer = getattr(client, method)(address)
                assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_required"), address
                walked += 1
        mine = by_token.get(f"/api/v1/events/{cast.event.slug}/agenda/")
        assert mine.status_code == 200
    assert walked > 200


def test_the_administrator_s_pages_are_refused_too(root: Person) -> None:
    client = after_grace(root)
    for address in ("/admin/", "/admin/events/event/", "/admin/events/appointment/add/"):
        answer = client.get(address)
        assert (answer.status_code, SENTENCE in page_of(answer)) == (403, True)
    give_factor(root)
    assert client.get("/admin/")["Location"].startswith("/accounts/2fa/reauthenticate/")


def test_the_first_sign_in_may_act_and_says_what_comes_and_the_next_may_not(cast: Cast) -> None:
    organiser = cast.organiser.person
    first, page = without_factor(organiser), cast.address("attendees/")
    for _again in range(2):
        answer = first.get(page)
        assert answer.status_code == 200
        assert "From your next sign-in on, this page needs a second factor." in page_of(answer)
    assert "next sign-in" not in page_of(first.get(cast.address("home/")))
    assert first.get(f"/api/v1/events/{cast.event.slug}/attendees/").status_code == 200
    second = without_factor(organiser)
    assert second.get(page).status_code == 403
    assert second.get(cast.address("home/")).status_code == 200
    assert first.get(page).status_code == 200
    first.logout()
    assert without_factor(organiser).get(page).status_code == 403


def test_a_sign_in_that_did_not_use_the_factor_is_asked_for_it_and_then_acts(cast: Cast) -> None:
    client, one = after_grace(cast.organiser.person), cast.engineer
    give_factor(cast.organiser.person)
    address = cast.address(f"attendees/{one.pk}/roles/")
    api = client.get(f"/api/v1/events/{cast.event.slug}/attendees/")
    assert (api.status_code, api.json()["code"]) == (403, "proof_required")
    asked = client.post(address, {"set_visibility": "hidden"})
    assert asked["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
    one.refresh_from_db()
    assert one.visibility == "listed"
    done = client.post(asked["Location"], {"code": code_now(), "next": address})
    one.refresh_from_db()
    assert (done.status_code, one.visibility) == (302, "hidden")


def test_the_demo_s_people_act_without_on_this_machine_alone(cast: Cast, settings: object) -> None:
    settings.TITIAN_DEMO = True  # type: ignore[attr-defined]
    made_up = make_attendee(cast.event, email="desk@demo.example.org", permission="organiser")
    client = after_grace(made_up.person)
    assert client.get(cast.address("attendees/")).status_code == 200
    settings.TITIAN_IS_LOCAL = False  # type: ignore[attr-defined]
    assert client.get(cast.address("attendees/")).status_code == 403
    assert client.get("/accounts/2fa/totp/activate/").status_code == 403, "anybody can enter as them"


def test_no_address_outside_the_lists_walked_takes_a_form_of_an_organiser(cast: Cast) -> None:
    """The walks above know every address: pages, the API, the administrator's, and those of signing in."""
    tops = {str(one.pattern) for one in get_resolver().url_patterns if not isinstance(one, URLPattern)}
    assert tops == {"accounts/", "accounts/2fa/", "admin/", "api/v1/", ""}
