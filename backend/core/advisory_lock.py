"""Turns: what must not be done twice at once, and lasts too long for a transaction to be held open."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def turn(name: str, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Go on when nobody else has the turn of this name; `waiting` is called first where somebody has.

    The turn is an advisory lock of PostgreSQL. It belongs to the connection, which may take it again, and
    ends with the block, or with the connection where a process is killed.
    """
    key = [int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)]
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", key)
        if cursor.fetchone() == (False,):
            if waiting is not None:
                waiting()
            cursor.execute("select pg_advisory_lock(%s)", key)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", key)
