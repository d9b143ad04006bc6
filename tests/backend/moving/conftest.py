"""A second installation: an empty database under another secret key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from backend.events.models.attendees import Attendee
from tests.backend.conftest import Forum, make_forum
from tests.backend.privacy.test_leaving import leaver
from tests.factories import make_attendee

__all__ = ["leaver"]  # somebody of whom every feature stores something

OTHER_KEY = "the secret key of the other installation"
KEPT = ("auth_permission", "django_content_type", "django_migrations")


def empty() -> None:
    """Delete every row of the database, in the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [f'"{name}"' for (name,) in cursor.fetchall() if name not in KEPT]
        cursor.execute(f"TRUNCATE {', '.join(tables)}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.ERASURES = tmp_path / "erasures.jsonl"


@pytest.fixture
def elsewhere(settings: Any, tmp_path: Path) -> Callable[[], None]:
    """A function: from now on this is another installation, with nothing in it."""

    def move() -> None:
        empty()
        settings.SECRET_KEY = OTHER_KEY
        settings.ERASURES = tmp_path / "erasures-elsewhere.jsonl"

    return move


@pytest.fixture
def forum() -> Forum:
    return make_forum(people=4)


@pytest.fixture
def lead(forum: Forum) -> Attendee:
    return make_attendee(forum.event, permission="safeguarding-lead", visibility="hidden")
