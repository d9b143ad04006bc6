"""The log: what happened, never to whom."""

from __future__ import annotations

import logging
import re

_ADDRESS = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:=]+")
# PostgreSQL repeats the offending row in the DETAIL of an error.
_ROW = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)


class DiscreetFormatter(logging.Formatter):
    """One line per event, tracebacks included, without e-mail addresses and without rows of the database."""

    def format(self, record: logging.LogRecord) -> str:
        return _ROW.sub(r"\1: (withheld)", _ADDRESS.sub("(address)", super().format(record)))


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "discreet": {"()": DiscreetFormatter, "format": "%(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "discreet"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers mail the administrators: a second way out for personal data.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "backend": {"level": "INFO"},
        # Its INFO lines print the arguments of every job.
        "procrastinate": {"level": "WARNING"},
    },
}
