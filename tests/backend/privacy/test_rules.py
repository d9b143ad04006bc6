"""Every table has a rule for erasure, in the code and in docs/data.md."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection

from backend.privacy.rules import TABLES, Rule, as_markdown, meanings_as_markdown

DOCUMENT = settings.BASE_DIR / "docs" / "data.md"
TEXTS = {"character varying", "text", "jsonb", "json", "bytea", "ARRAY", "uuid", "USER-DEFINED"}


def text_columns() -> dict[str, set[str]]:
    """Every table of the database, with its columns that can hold text."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for table, column, kind in cursor.fetchall():
            found.setdefault(table, set()).update({column} if kind in TEXTS else ())
    return found


@pytest.mark.django_db
def test_every_table_of_the_database_has_one_rule() -> None:
    """A new table: say in backend/privacy/rules.py what an erasure does to it, and do it."""
    named = [one.table for one in TABLES]
    assert sorted(named) == sorted(text_columns())


@pytest.mark.django_db
def test_every_text_of_a_row_that_stays_is_emptied_or_known_to_be_plain() -> None:
    """A new column of such a table: empty it in an erasure, or name it as plain."""
    columns = text_columns()
    for one in TABLES:
        if one.rule == Rule.ANONYMISED:
            assert columns[one.table] - {*one.emptied, *one.plain} == set(), one.table
        else:
            assert not one.emptied
            assert not one.plain


def test_the_document_says_what_the_rules_say() -> None:
    """To accept a change: copy what `as_markdown` and `meanings_as_markdown` give into docs/data.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert as_markdown() in text
    assert meanings_as_markdown() in text
