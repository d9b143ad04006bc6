"""An administrator takes away a second factor that was lost: recorded, told, and with no sign-in left."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command

from backend.people.models import FactorReset, Person
from backend.people.services import AdministratorsOnly, reset_second_factors
from tests.accounts import send_account_mails
from tests.factories import NOW
from tests.frontend.conftest import client_of
from tests.second_factor import give_factor, without_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    found = Person.objects.create_user("siti@example.org", name="Siti Rahma")
    give_factor(found)
    return found


def test_the_command_removes_it_signs_out_records_and_tells(person: Person, capsys: object) -> None:
    client = without_factor(person)
    assert client.get("/accounts/2fa/").status_code == 200
    call_command("reset_second_factor", "SITI@example.org")
    assert not Authenticator.objects.exists()
    assert client.get("/accounts/2fa/").status_code == 302
    assert list(FactorReset.objects.values_list("person", "by")) == [(person.pk, None)]
    assert "siti" not in capsys.readouterr().out  # type: ignore[attr-defined]
    send_account_mails()
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["siti@example.org"], "Your second factor was removed")
    ]
    with pytest.raises(CommandError, match="has no second factor"):
        call_command("reset_second_factor", "siti@example.org")
    with pytest.raises(CommandError, match="no open account"):
        call_command("reset_second_factor", "nobody@example.org")


def test_only_an_administrator_resets(person: Person) -> None:
    with pytest.raises(AdministratorsOnly):
        reset_second_factors(email=person.email, by=person, now=NOW)
    assert Authenticator.objects.filter(user=person).exists()
    root = Person.objects.create_superuser("root@example.org", name="Root")
    reset_second_factors(email=person.email, by=root, now=NOW)
    assert FactorReset.objects.get().by == root
    assert client_of(root).get("/forums/").status_code == 200
