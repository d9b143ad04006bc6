"""The WSGI application."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

_pages = get_wsgi_application()
_REFUSAL = b"The header Content-Type names another charset than UTF-8, or cannot be read: send UTF-8."


def application(environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Django's pages; 400 to what says of itself that it is not in UTF-8, as no page of ours sends.

    Django takes any codec of Python at its word before a middleware is asked, also those of no text and those
    that give letters which no database holds.
    """
    if is_utf_8(environment.get("CONTENT_TYPE", "")):
        return _pages(environment, start)
    start("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")])
    return [_REFUSAL]


def is_utf_8(content_type: str) -> bool:
    """Whether a header Content-Type names no other charset; one of no name that Python knows counts as none.

    >>> is_utf_8("text/plain; charset=UTF8"), is_utf_8("text/plain; charset=latin-1")
    (True, False)
    """
    try:
        charset = parse_header_parameters(content_type)[1].get("charset", "utf-8")
    except (LookupError, ValueError):
        return False
    try:
        return codecs.lookup(charset).name == "utf-8"
    except LookupError:
        return True  # which Django leaves alone
    except ValueError:
        return False
