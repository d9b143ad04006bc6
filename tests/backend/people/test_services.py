"""People: found, or made once."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from backend.people.models import Person, SignInAttempts
from backend.people.selectors import folded_for
from backend.people.services import (
    BadEmail,
    check_email,
    find_or_create_people,
    take_sign_in_attempt,
)
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_of_many_attempts_at_once_as_many_as_allowed_are_taken() -> None:
    def attempt(_number: int) -> bool:
        try:
            return take_sign_in_attempt(key="one code", limit=5, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 5
    assert take_sign_in_attempt(key="another code", limit=5, now=NOW)


def test_attempts_are_forgotten_an_hour_later() -> None:
    for _ in range(3):
        take_sign_in_attempt(key="old", limit=5, now=NOW)
    take_sign_in_attempt(key="new", limit=5, now=NOW + dt.timedelta(hours=1, seconds=1))
    assert list(SignInAttempts.objects.values_list("key", "count")) == [("new", 1)]


@pytest.mark.parametrize(
    "text", ["", "a", "a@b", "a b@example.org", "a@example.org\n b", "x" * 250 + "@example.org"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadEmail):
        check_email(text)


def test_an_address_keeps_its_spelling_and_is_found_in_any_case() -> None:
    first = find_or_create_people(names={" Dara@Example.org".strip(): "Dara"})["Dara@Example.org"]
    found = find_or_create_people(names={"DARA@example.ORG": "Somebody", "new@example.org": "New"})
    assert found["DARA@example.ORG"] == first
    assert (first.email, first.name) == ("Dara@Example.org", "Dara")
    assert not found["new@example.org"].has_usable_password()
    assert Person.objects.count() == 2


def test_finding_many_takes_as_many_queries_as_finding_one() -> None:
    counts = []
    for size in (1, 30):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            find_or_create_people(names={f"p{n}@example.org": "P" for n in range(size)})
        counts.append(len(queries))
        Person.objects.all().delete()
    assert counts[0] == counts[1]


def test_texts_are_folded_as_the_database_does_and_in_order() -> None:
    assert folded_for(["B", "a", "B"]) == ["b", "a", "b"]
    assert folded_for([]) == []
