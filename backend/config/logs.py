"""Logging without personal data."""

from __future__ import annotations

import logging
import re

from backend.core.outages import is_outage

_ADDRESS = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:=]+")
# The address is the secret: with it one can answer a request, or read a calendar.
_SECRET = re.compile(r"(/(?:answer|calendar)/)[\w.:=~%+-]+/?")
# Queries hold what was searched for, or where sign-in leads to.
_QUERY = re.compile(r"(/[\w/.:=~%+()-]*\?)[^\s\"'<>]+")
# Whom a report or a block is about.
_WHOM = re.compile(r"(/(?:people|meetings)/)\d+(/(?:report|block)/)")
# PostgreSQL repeats the offending row in the DETAIL of an error.
_ROW = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)

LINE = "%(levelname)s %(name)s: %(message)s"


class RedactingFormatter(logging.Formatter):
    """One line per event, tracebacks included, without e-mail addresses, secret links, queries, whom a report
    or block is about, and database rows."""

    def format(self, record: logging.LogRecord) -> str:
        text = _SECRET.sub(r"\1(secret)", _ADDRESS.sub("(address)", super().format(record)))
        text = _QUERY.sub(r"\1(withheld)", _WHOM.sub(r"\1(somebody)\2", text))
        return _ROW.sub(r"\1: (withheld)", text)


class OutageFilter(logging.Filter):
    """One line for a request that found the database away, and no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and is_outage(record.exc_info[1]):
            record.exc_info = None
        return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "redacting": {"()": RedactingFormatter, "format": LINE},
    },
    "filters": {"outages": {"()": OutageFilter}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "redacting", "filters": ["outages"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers mail errors to administrators, with personal data in them.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "backend": {"level": "INFO"},
        # Its INFO lines print the arguments of every job.
        "procrastinate": {"level": "WARNING"},
    },
}
