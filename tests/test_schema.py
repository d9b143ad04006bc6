"""The database has exactly the committed schema: a change of it is a change of `tests/schema.txt` too."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from tests.catalogue import SCHEMA, catalogue


@pytest.mark.django_db
def test_the_migrated_database_is_the_committed_schema() -> None:
    """To accept a change: `python -m tests.catalogue > tests/schema.txt` on a migrated database."""
    committed = SCHEMA.read_text().splitlines()
    assert not list(unified_diff(committed, catalogue(), "committed", "migrated", lineterm="", n=0))
