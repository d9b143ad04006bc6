"""Logging without personal data."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from contextvars import ContextVar
from typing import Any

from backend.core.outages import is_outage
from backend.core.routes import route_name, secret_route_in

_ADDRESS = re.compile(r"[^\s<>\"'(),;:=]+(?:@|%(?:25)*40)[^\s<>\"'(),;:=]+")
# A file of a traceback, which is kept; or a path, with its host where that stands before it.
_PATH = re.compile(r"""File "[^"\n]*"|(?:\w+://[^\s/"'<>]+)?(/[^\s"'<>?]+)(\?[^\s"'<>]*)?""")
# What may be an address written otherwise: encoded, once or more often, or without its first slash.
_WORD = re.compile(r"""File "[^"\n]*"|[^\s"'<>]*(?:[/\\]|%(?:25)*2f)[^\s"'<>]*""", re.IGNORECASE)
_PUNCTUATION = ".,;:)]}"
_REST_OF_LINE = re.compile(r"[^\n]*")
# PostgreSQL repeats the offending row in the DETAIL of an error, and of a statement the line with its values.
_ROW = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*$", re.MULTILINE)

LINE = "%(levelname)s %(name)s: %(message)s"

request_id: ContextVar[str] = ContextVar("request_id", default="")  # of what this thread answers
secrets: ContextVar[tuple[str, ...]] = ContextVar("secrets", default=())  # of the address it answers


class RedactingFormatter(logging.Formatter):
    """One line per event, tracebacks included, without e-mail addresses, secrets, queries, database rows, and
    with the name of the page in place of its address."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def redacted(text: str) -> str:
    """The text without what the formatters leave out."""
    for secret in secrets.get():
        text = text.replace(secret, "(secret)")
    text = _ADDRESS.sub("(address)", _withhold_rest(_name_paths(text)))
    return _ROW.sub(r"\1: (withheld)", text)


def _name_paths(text: str) -> str:
    """The text with names for paths; a line ends where a path holds a secret and no route answers it."""
    parts, at = [], 0
    while found := _PATH.search(text, at):
        parts.append(text[at : found.start()])
        at = found.end()
        if not found[1]:
            parts.append(found[0])
            continue
        path = found[1].rstrip(_PUNCTUATION)
        try:
            name, unsound = route_name(path), secret_route_in(path)
        except Exception:  # the patterns themselves cannot be read: nobody knows what is secret
            name, unsound = None, "(withheld)"
        if name is None and unsound:
            at = _REST_OF_LINE.match(text, at).end()  # type: ignore[union-attr]
        query = "?(withheld)" if found[2] else ""
        parts.append(name or unsound or found[0].removesuffix(found[2] or "") + query)
        parts.append(found[1][len(path) :] if name else "")
    return "".join((*parts, text[at:]))


def _withhold_rest(text: str) -> str:
    """The text without the rest of each line from a secret on that is in no path as routes write it."""
    parts, at = [], 0
    while found := _WORD.search(text, at):
        name = None if found[0].startswith("File ") else secret_route_in(found[0])
        parts += [text[at : found.start()], name or found[0]]
        at = _REST_OF_LINE.match(text, found.end()).end() if name else found.end()  # type: ignore[union-attr]
    return "".join((*parts, text[at:]))


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


class TraceFilter(logging.Filter):
    """One line and no traceback for a request that found the database away, or that the client got wrong."""

    def filter(self, record: logging.LogRecord) -> bool:
        is_refused = getattr(record, "status_code", 500) < 500
        if record.exc_info and (is_refused or is_outage(record.exc_info[1])):
            record.exc_info = record.exc_text = None
        if is_refused and record.levelno > logging.WARNING:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def logging_settings(*, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: lines for people, or one JSON object for each event and each request."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"text": {"()": RedactingFormatter, "format": LINE}, "json": {"()": JsonFormatter}},
        "filters": {"traces": {"()": TraceFilter}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "text",
                "filters": ["traces"],
            }
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
