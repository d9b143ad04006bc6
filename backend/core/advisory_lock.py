"""Session-level PostgreSQL advisory locks, for work that outlasts a transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

# PostgreSQL shows a key of 64 bits in two halves.
HELD = """
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (classid::bigint << 32) | objid::bigint = %s
)
"""


@contextmanager
def advisory_lock(name: str, *, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the advisory lock of this name; `on_wait` is called once where another connection holds it.

    The lock belongs to the connection, which may take it again, and ends with the block, or with the
    connection where a process is killed.
    """
    key = _key(name)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", key)
        if cursor.fetchone() == (False,):
            if on_wait is not None:
                on_wait()
            cursor.execute("select pg_advisory_lock(%s)", key)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", key)


@contextmanager
def advisory_lock_if_free(name: str) -> Iterator[bool]:
    """Hold the advisory lock of this name unless another connection does; gives whether it is held."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", _key(name))
        is_held = cursor.fetchone() == (True,)
    try:
        yield is_held
    finally:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", _key(name))


def is_advisory_lock_held(name: str) -> bool:
    """Whether any connection holds the advisory lock of this name; one query, which waits for nobody."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, _key(name))
        return bool(cursor.fetchone()[0])


def _key(name: str) -> list[int]:
    return [int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)]
