"""Transactions of services: begun anew where the database ended one for a conflict, and read-only ones."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError

TRIES = 3
MAX_PAUSE_SECONDS = 0.05  # before another try, random, so that two do not meet again
DEADLOCK, SERIALIZATION_FAILURE = "40P01", "40001"
FOREIGN_KEY = "23503"  # found at the commit: one removed a row while another began to refer to it
CONFLICTS = frozenset({DEADLOCK, SERIALIZATION_FAILURE, FOREIGN_KEY})

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Busy(BusinessError):
    """The database ended every try for others that wrote the same rows; nothing was saved."""

    code = "busy"
    status = 503
    retry_after = 5


def in_transaction(service: Callable[Given, Result]) -> Callable[Given, Result]:
    """Run a service in one transaction, and again where the database ends it for a conflict with another.

    Within a transaction the service is part of that one, and the outermost begins anew: so a service reads
    what it changes after it began, and refuses what was removed meanwhile. Refuses Busy after three tries.
    """

    @functools.wraps(service)
    def run(*arguments: Given.args, **named: Given.kwargs) -> Result:
        is_part = connection.in_atomic_block
        for left in range(TRIES - 1, -1, -1):
            try:
                with transaction.atomic():
                    return service(*arguments, **named)
            except (OperationalError, IntegrityError) as error:
                if is_part or not is_conflict(error):
                    raise
                if not left:
                    if isinstance(error, IntegrityError):
                        raise  # no race fails three times in this way
                    break
                time.sleep(random.uniform(0, MAX_PAUSE_SECONDS))  # noqa: S311
        raise Busy(_("Many people are changing the same things just now. Please try again in a moment."))

    return run


def is_conflict(error: DatabaseError) -> bool:
    """Whether the database ended this transaction for another one: repeated, it may succeed."""
    return getattr(error.__cause__, "sqlstate", None) in CONFLICTS


@contextmanager
def read_only() -> Iterator[None]:
    """A transaction in which the database refuses to write or to lock a row."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield
