"""The doors that are not pages: sign-in by code alone, staff, monitors, the description of the API."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from backend.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/admin/login/"]
)
def test_every_door_that_would_ask_for_a_password_leads_to_the_code_page(
    client: Client, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/code/")


def test_a_code_from_the_mail_signs_in_and_another_does_not(client: Client) -> None:
    Person.objects.create_user("siti@example.org", name="Siti Rahma")
    client.post("/accounts/login/code/", {"email": "siti@example.org"})
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


def test_a_monitor_is_answered_without_the_database(
    client: Client, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz").content == b"ok"


def test_the_api_is_described_from_our_own_origin_and_without_inline_scripts(client: Client) -> None:
    page = client.get("/api/docs")
    text = page.content.decode()
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "//" not in re.sub(
        r"https?://testserver", "", "".join(re.findall(r'(?:src|href)="([^"]*)"', text))
    )
    assert not re.search(r"<script>", text)
    assert "openapi: 3" in client.get("/api/schema").content.decode()


@pytest.mark.parametrize("typed", ["ſiti@example.org", "sıti@example.org", "siti@ſchool.example.org"])
def test_a_letter_that_only_looks_alike_in_capitals_gets_nobody_s_code(client: Client, typed: str) -> None:
    """ſ and ı become S and I in capitals: the code of an account goes to no other mailbox than its own."""
    Person.objects.create_user("siti@example.org", name="Siti Rahma")
    Person.objects.create_user("siti@school.example.org", name="Siti Rahma")
    client.post("/accounts/login/code/", {"email": typed})
    assert not any("sign-in code" in str(letter.subject) for letter in mail.outbox)
    Client().post("/accounts/login/code/", {"email": "SITI@example.org"})
    assert mail.outbox[-1].to == ["siti@example.org"]
    assert "sign-in code" in str(mail.outbox[-1].subject)
