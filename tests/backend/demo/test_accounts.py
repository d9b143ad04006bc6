"""Accounts of the demo are its own."""

from __future__ import annotations

import pytest

from backend.demo.loading import AddressTaken, load_forum
from backend.demo.texts import demo_text
from backend.events.models.events import Event
from backend.people.models import Person
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_the_demo_is_not_loaded_over_an_account_that_is_somebody_s() -> None:
    Person.objects.create_superuser(demo_text("accounts")[0]["email"].upper(), name="Root")
    with pytest.raises(AddressTaken, match="has an account that is not the demo's"):
        load_forum(now=NOW)
    assert not Event.objects.exists()
