"""An organiser changes nothing of another forum, and opening pages nothing; `make soak` tries more."""

from __future__ import annotations

import logging

import pytest

from tests.other_forums import ROLES, change_theirs, open_all

ORGANISER = 0


@pytest.mark.django_db
def test_an_organiser_changes_nothing_of_another_forum(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    assert ROLES[ORGANISER] == "organiser"
    assert change_theirs(ORGANISER, rounds=1) == []


@pytest.mark.django_db
def test_opening_a_page_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    assert open_all(ORGANISER) == []
