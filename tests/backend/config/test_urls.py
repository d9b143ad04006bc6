"""The addresses that are not pages: sign-in by code alone, staff, monitors, the description of the API."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from backend.people.models import Person
from tests.accounts import send_account_mails

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/admin/login/"]
)
def test_every_address_that_would_ask_for_a_password_leads_to_the_code_page(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/code/")


def test_a_code_from_the_mail_signs_in_and_another_does_not(client: Client) -> None:
    Person.objects.create_user("siti@example.org", name="Siti Rahma")
    client.post("/accounts/login/code/", {"email": "siti@example.org"})
    send_account_mails()
    code = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", str(mail.outbox[0].body), re.MULTILINE)
    assert code is not None

    client.post("/accounts/login/code/confirm/", {"code": "WRNG-CODE"})
    assert "_auth_user_id" not in client.session
    client.post("/accounts/login/code/confirm/", {"code": code[1]})
    assert client.session["_auth_user_id"] == str(Person.objects.get().pk)


def test_an_unknown_address_opens_no_account(client: Client) -> None:
    client.post("/accounts/login/code/", {"email": "stranger@example.org"})
    client.post("/accounts/signup/", {"email": "stranger@example.org"})
    assert not Person.objects.exists()


def test_a_monitor_is_answered_without_the_database(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz").content == b"ok"


def test_the_api_is_described_from_our_own_origin_and_without_inline_scripts(client: Client) -> None:
    page = client.get("/api/docs")
    text = page.content.decode()
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "//" not in re.sub(r"https?://testserver", "", "".join(re.findall(r'(?:src|href)="([^"]*)"', text)))
    assert not re.search(r"<script>", text)
    assert "openapi: 3" in client.get("/api/schema").content.decode()


@pytest.mark.parametrize("typed", ["ſiti@example.org", "sıti@example.org", "siti@ſchool.example.org"])
def test_a_letter_that_only_looks_alike_in_capitals_has_a_code_go_to_no_other_mailbox(
    client: Client, typed: str
) -> None:
    """ſ and ı become S and I in capitals: the code of an account goes to its own mailbox alone."""
    Person.objects.create_user("siti@example.org", name="Siti Rahma")
    Person.objects.create_user("siti@school.example.org", name="Siti Rahma")
    client.post("/accounts/login/code/", {"email": typed})
    send_account_mails()
    assert all(letter.to[0].isascii() for letter in mail.outbox)
    Client().post("/accounts/login/code/", {"email": "SITI@example.org"})
    send_account_mails()
    assert mail.outbox[-1].to == ["siti@example.org"]
    assert "sign-in code" in str(mail.outbox[-1].subject)


@pytest.mark.parametrize("page", ["login/code/", "login/code/confirm/", "logout/", "inactive/", "confirm-email/x/"])
def test_sign_in_ignores_a_malformed_address_to_lead_to(client: Client, page: str) -> None:
    answers = []
    for visitor in (None, Person.objects.create_user("siti@example.org", name="Siti Rahma")):
        if visitor:
            client.force_login(visitor)
        answers += [
            client.get(f"/accounts/{page}", {"next": "http://["}),
            client.post(f"/accounts/{page}", {"next": "http://["}),
        ]
    for answer in answers:
        assert answer.status_code in (200, 302, 404, 405)
        assert not answer.get("Location", "").startswith("http")


@pytest.mark.parametrize("asked", ["version=%00", "version=2", "version=1%0d%0aX-Asked:%20yes"])
def test_the_description_of_the_api_has_one_version_whichever_is_asked_for(client: Client, asked: str) -> None:
    description = client.get(f"/api/schema?{asked}")
    assert (description.status_code, description["Content-Disposition"]) == (200, 'inline; filename="Titian.yaml"')
    assert "version: '1'" in description.content.decode()


@pytest.mark.parametrize("page", ["/admin/", "/admin/events/event/", "/admin/no-such-page/"])
def test_the_administrator_s_pages_are_not_there_for_others_and_lead_strangers_to_sign_in(
    client: Client, page: str
) -> None:
    assert client.get(page)["Location"].startswith("/admin/login/")
    client.force_login(Person.objects.create_user("siti@example.org", name="Siti Rahma"))
    assert client.get(page).status_code == 404
    assert client.get(f"/admin/login/?next={page}", follow=True).status_code == 404
