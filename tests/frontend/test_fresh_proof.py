"""Age classes, roles, files, hand-overs, leaving and tokens ask for a proof of the last 15 minutes."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from backend.core.encryption import decrypt
from backend.core.models import UseCount
from backend.people.models import Person
from frontend import urls
from frontend.kept_forms import KEPT, KEPT_FOR, PURPOSE
from tests.factories import make_attendee
from tests.frontend.conftest import Cast, client_of
from tests.frontend.test_second_factor_required import code_now, token_of
from tests.long_jobs import read

READING = {"attendees_file", "who_needs_help", "done_file", "api_access", "my_data_file", "alias"}
SENDING = {
    "attendees", "attendee_roles", "propose_adult", "decide_adult", "roles", "decide_role", "outside_contact",
    "starters", "start_forum", "forum_quota", "forum_roles", "decide_forum_role", "hand_over_all", "hand_over",
    "report_file", "reset_factor", "leave", "change_address", "merge", "lift_alias",
    "link_elsewhere", "move_forum", *READING,
}  # fmt: skip


def stale(person: Person) -> Client:
    """Somebody who proved who they are long ago."""
    client = client_of(person)
    client.raise_request_exception = False
    session = client.session
    for proof in session["account_authentication_methods"]:
        proof["at"] = 0.0
    session.save()
    return client


@pytest.mark.slow
def test_exactly_these_addresses_ask(cast: Cast) -> None:
    lead = make_attendee(cast.event, permission="safeguarding-lead", visibility="hidden").person
    root = Person.objects.create_superuser("root@example.org", name="Root")
    organiser = stale(cast.organiser.person)
    let_in = {
        "safeguarding lead": [stale(lead)],
        "organiser or safeguarding lead": [organiser, stale(lead)],
        "administrator": [stale(root)],
        "who may start forums": [stale(root)],
    }
    asked: dict[str, set[str]] = {"get": set(), "post": set()}
    for pattern in urls.urlpatterns:
        route = str(pattern.pattern).replace("<slug:slug>", cast.event.slug)
        route = re.sub(r"<str:\w+>", "attendees.csv", route)
        if pattern.name in ("end_all_sign_ins", "demo_enter_as", "confirm_by_code"):
            continue
        for client in let_in.get(pattern.callback.access_policy, [organiser]):
            for method, names in asked.items():
                answer = getattr(client, method)("/" + re.sub(r"<\w+:\w+>", str(cast.engineer.pk), route))
                if "/2fa/reauthenticate/" in answer.get("Location", ""):
                    names.add(pattern.name)
    assert asked == {"get": READING, "post": SENDING}


@pytest.mark.slow
@pytest.mark.parametrize("htmx", [False, True])
def test_what_was_sent_is_done_after_the_proof_and_not_before(cast: Cast, htmx: bool) -> None:
    client, one = stale(cast.organiser.person), cast.engineer
    address = f"{cast.address('attendees/')}?page=1"
    fields = {"attendee": [one.pk], "set_visibility": "hidden"}
    asked = client.post(address, fields, headers={"HX-Request": "true"} if htmx else {})
    target = asked["HX-Redirect"] if htmx else asked["Location"]
    one.refresh_from_db()
    assert one.visibility == "listed"
    after = parse_qs(urlsplit(target).query)["next"][0]
    done = client.post(target, {"code": code_now(), "next": after})
    one.refresh_from_db()
    assert (done.status_code, one.visibility) == (302, "hidden")
    assert client.post(address, {**fields, "set_visibility": "listed"})["Location"].startswith("/e/")


def test_of_a_form_its_fields_are_kept_and_nothing_else_of_the_request(cast: Cast) -> None:
    client = stale(cast.organiser.person)
    sent = {"attendee": [cast.engineer.pk], "set_visibility": "hidden", "csrfmiddlewaretoken": "t0ken"}
    client.post(cast.address("attendees/"), sent, headers={"User-Agent": "Br0wser", "Cookie": "other=s3cret"})
    client.post(cast.address("attendees/"), sent, headers={"User-Agent": "Br0wser"})
    text = json.dumps(dict(client.session))
    assert not [one for one in ("Br0wser", "s3cret", "META", "set_visibility", "t0ken") if one in text]
    assert client.session.session_key not in text
    form = decrypt(client.session[KEPT].encode(), purpose=PURPOSE, within=KEPT_FOR, now=timezone.now())
    assert json.loads(form) == {
        "path": cast.address("attendees/"),
        "query": "",
        "fields": f"attendee={cast.engineer.pk}&set_visibility=hidden",
    }


def test_a_form_is_kept_for_an_hour_and_sent_anew_by_its_own_proof_alone(cast: Cast, time_machine: object) -> None:
    one, page = cast.engineer, cast.address("attendees/")
    fields = {"attendee": [one.pk], "set_visibility": "hidden"}
    client, now = stale(cast.organiser.person), timezone.now()
    asked = client.post(page, fields)["Location"]
    assert client.post("/account/sign-ins/end/", {"next": page}).status_code == 302
    client = stale(cast.organiser.person)
    asked = client.post(page, fields)["Location"]
    client.post(asked, {"code": code_now(), "next": "/"})  # a proof for something else
    time_machine.move_to(now + dt.timedelta(minutes=61), tick=False)  # type: ignore[attr-defined]
    client.get(page)
    assert KEPT not in client.session
    UseCount.objects.all().delete()
    client.post(asked, {"code": code_now(), "next": page})
    one.refresh_from_db()
    assert one.visibility == "listed"


def test_what_a_stranger_sends_to_a_page_that_asks_for_a_proof_is_not_kept(db: None) -> None:
    client = Client()
    asked = client.post("/accounts/2fa/webauthn/add/", {"name": "s3cret"})
    assert asked["Location"].startswith("/accounts/login/code/?next=")
    assert not client.session.keys()


def test_no_link_to_them_would_save_the_page_that_asks_as_the_file() -> None:
    folder = Path(urls.__file__).parent / "templates"
    links = [link for file in folder.rglob("*.html") for link in re.findall(r"<a\b.*?</a>", file.read_text(), re.S)]
    asking = [link for link in links if any(f"url '{name}'" in link for name in READING)]
    assert len(asking) >= len(READING)
    assert not [link for link in asking if re.search(r"\sdownload\b[^\"]*>", link)]


def test_a_list_is_downloaded_after_the_proof(cast: Cast) -> None:
    client, file = stale(cast.organiser.person), cast.address("attendees/files/attendees.csv")
    asked = client.get(file)
    assert asked["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
    proved = client.post(asked["Location"], {"code": code_now(), "next": file})
    assert proved["Location"] == file
    assert read(client, file)["Content-Type"].startswith("text/csv")


def test_a_browser_is_no_way_round_by_the_api_and_a_program_is_not_asked(cast: Cast) -> None:
    organiser = cast.organiser.person
    api, by_token = f"/api/v1/events/{cast.event.slug}/", APIClient()
    by_token.credentials(HTTP_AUTHORIZATION=f"Token {token_of(organiser)}")
    fresh, old = client_of(organiser), stale(organiser)
    for method, address in (
        ("get", "attendees/files/attendees.csv"),
        ("patch", f"attendees/{cast.engineer.pk}/"),
        ("post", "roles/"),
        ("put", "outside-contact/"),
        ("post", "leave/"),
        ("get", "/api/v1/me/data/"),
        ("post", "/api/v1/me/erase/"),
    ):
        where = urljoin(api, address)
        refused = getattr(old, method)(where)
        assert (refused.status_code, refused.json()["code"]) == (403, "proof_required")
        for client in (fresh, by_token):
            assert b"proof_required" not in getattr(client, method)(where).content
