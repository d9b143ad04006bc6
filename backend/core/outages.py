"""Whether an error says that the database is away, and will answer again."""

from __future__ import annotations

import psycopg
from django.db import InterfaceError, OperationalError

# Of a server that ends or starts; libpq's own errors have no state at all.
AWAY = frozenset({"57P01", "57P02", "57P03", "57P05"})
CLASSES = ("08", "53")  # of the connection; of resources: no disk, memory or connection is left


def is_outage(error: BaseException | None) -> bool:
    """Whether this error, or one that led to it, is about the server and not about a query.

    >>> is_outage(OperationalError("the connection is lost"))
    True
    >>> is_outage(ValueError("no number"))
    False
    """
    while error is not None:
        if isinstance(error, psycopg.Error):
            if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
                return False
            return error.sqlstate is None or error.sqlstate in AWAY or error.sqlstate[:2] in CLASSES
        if error.__cause__ is None and isinstance(error, OperationalError | InterfaceError):
            return True  # Django's own: a connection that was closed within a transaction
        error = error.__cause__ or error.__context__
    return False
