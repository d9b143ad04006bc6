"""Logging without personal data."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from contextvars import ContextVar
from typing import Any

from backend.core.outages import is_outage

_ADDRESS = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:=]+")
# The address is the secret: with it one can answer a request, or read a calendar.
_SECRET = re.compile(r"(/(?:answer|calendar|account/codes)/)[\w.:=~%+-]+/?")
# Queries hold what was searched for, or where sign-in leads to.
_QUERY = re.compile(r"(/[\w/.:=~%+()-]*\?)[^\s\"'<>]+")
# Whom a report or a block is about.
_WHOM = re.compile(r"(/(?:people|meetings)/)\d+(/(?:report|block)/)")
# PostgreSQL repeats the offending row in the DETAIL of an error.
_ROW = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)

LINE = "%(levelname)s %(name)s: %(message)s"

request_id: ContextVar[str] = ContextVar("request_id", default="")  # of what this thread answers


class RedactingFormatter(logging.Formatter):
    """One line per event, tracebacks included, without e-mail addresses, secret links, queries, whom a report
    or block is about, and database rows."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def redacted(text: str) -> str:
    """The text without what the formatters leave out."""
    text = _SECRET.sub(r"\1(secret)", _ADDRESS.sub("(address)", text))
    text = _QUERY.sub(r"\1(withheld)", _WHOM.sub(r"\1(somebody)\2", text))
    return _ROW.sub(r"\1: (withheld)", text)


class JsonFormatter(RedactingFormatter):
    """The same as one JSON object a line, with the time, and the request's id where there is one.

    `fields` of a record, a dict without personal data, are added as they are.
    """

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if identity := request_id.get():
            told["request"] = identity
        if record.exc_info:
            told["trace"] = redacted(self.formatException(record.exc_info))
        return json.dumps(told | getattr(record, "fields", {}), ensure_ascii=False)


class OutageFilter(logging.Filter):
    """One line for a request that found the database away, and no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and is_outage(record.exc_info[1]):
            record.exc_info = None
        return True


def logging_settings(*, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: lines for people, or one JSON object for each event and each request."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": RedactingFormatter, "format": LINE},
            "json": {"()": JsonFormatter},
        },
        "filters": {"outages": {"()": OutageFilter}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "text",
                "filters": ["outages"],
            },
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            # Django's own handlers mail errors to administrators, with personal data in them.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "backend": {"level": "INFO"},
            "backend.requests": {"level": "INFO" if as_json else "WARNING"},
            # Its INFO lines print the arguments of every job.
            "procrastinate": {"level": "WARNING"},
        },
    }
