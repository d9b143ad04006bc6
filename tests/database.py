"""The tests' database server, and how a test holds the database to what it must never accept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

SERVER_OF_THIS_RUN = "TITIAN_TEST_POSTGRES"  # the variable that holds its folder


def count_rows_anew() -> None:
    """Tell the planner how many rows there are, as autovacuum does within a minute of many new ones."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def refused_by(constraint: str, write: Callable[[], object]) -> None:
    """The database refuses the write, at once or at the commit, by this constraint."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert caught.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


def tables_holding(*words: str) -> set[str]:
    """The tables in which one of these words stands, whatever its case, in any column."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            for word in words:
                cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text ILIKE %s LIMIT 1', [f"%{word}%"])
                if cursor.fetchone():
                    found.add(table)
    return found
