"""People: found, or made once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.people.models import Person
from backend.people.selectors import folded_for
from backend.people.services import BadEmail, check_email, find_or_create_people

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["", "a", "a@b", "a b@example.org", "a@example.org\n b", "x" * 250 + "@example.org"])
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
        with CaptureQueriesContext(connection) as queries:
            find_or_create_people(names={f"p{n}@example.org": "P" for n in range(size)})
        counts.append(len(queries))
        Person.objects.all().delete()
    assert counts[0] == counts[1]


def test_texts_are_folded_as_the_database_does_and_in_order() -> None:
    assert folded_for(["B", "a", "B"]) == ["b", "a", "b"]
    assert folded_for([]) == []
