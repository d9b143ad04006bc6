"""Nobody changes anything of another forum, whatever they send, and opening a page changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from tests.other_forums import ROLES, change_theirs, open_all

ROUNDS = 5  # forms sent to each address


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")


@pytest.mark.django_db
@pytest.mark.parametrize("person", ROLES)
def test_nobody_changes_anything_of_another_forum(person: int, amount: Callable[[int], int]) -> None:
    assert change_theirs(person, rounds=amount(ROUNDS)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("person", ROLES)
def test_opening_a_page_changes_nothing(person: int) -> None:
    assert open_all(person) == []
