"""Addresses by the name of their route, and the mark of those that carry a secret: `<secret:token>`."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from urllib.parse import unquote

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.converters import StringConverter

MARK = "<secret:"
TOKEN_BEGINS = "titian_"  # noqa: S105 - how every API token begins
_PARAMETER = re.compile(r"<[^>]*>")
_ENCODED_AGAIN = re.compile(r"%(?:25)+")
_SLASHES = re.compile(r"[/\\](?:\.?[/\\])*")
_SECRET = re.compile(rb"[\w.:~=%-]{16}")  # what follows in the address of a page is shorter, or a word


class SecretConverter(StringConverter):
    """In a URL pattern: whoever knows this part of the address may answer, sign in or read by it."""


def route_name(path: str) -> str | None:
    """The name of the route that answers a path, None where none does."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


def is_route(name: str) -> bool:
    """Whether a route has this name."""
    return any(name == one for _route, one in routes(get_resolver()))


def secret_route_in(path: str) -> str | None:
    """The name of the route whose secret the path holds, also where it is cut off or written otherwise."""
    path = _SLASHES.sub("/", unquote(_ENCODED_AGAIN.sub("%", path)))
    return next((name for name, begins in _secret_routes() if begins.search(path)), None)


def secrets_in(path: str) -> tuple[str, ...]:
    """The secrets themselves of a path that is answered."""
    try:
        match = resolve(path)
    except Resolver404:
        return ()
    marked = re.findall(re.escape(MARK) + r"(\w+)>", match.route)
    return tuple(match.kwargs[name] for name in marked)


def holds_secret(text: bytes) -> bool:
    """Whether an API token, or an address whose secret is marked in its pattern, stands in the text."""
    return any(
        _SECRET.match(text, place + len(begins))
        for begins in _beginnings()
        for place in _places(begins, text)
    )


def _places(words: bytes, text: bytes) -> Iterator[int]:
    place = text.find(words)
    while place >= 0:
        yield place
        place = text.find(words, place + 1)


@functools.cache
def _beginnings() -> tuple[bytes, ...]:
    """How what holds a secret begins, also as an address is written in a query.

    Each is looked for by itself, which takes a tenth of the time of one pattern for all.
    """
    begins = {route.partition(MARK)[0] for route, _name in routes(get_resolver()) if MARK in route}
    written = (one.replace("/", slash) for one in sorted(begins) for slash in ("/", "%2F"))
    return tuple(one.encode() for one in (TOKEN_BEGINS, *written))


@functools.cache
def _secret_routes() -> list[tuple[str, re.Pattern[str]]]:
    """Of each marked pattern its name, and how an address of it begins, up to its secret."""
    return [
        (
            name,
            re.compile(
                r"(?<![\w-])" + "[^/]+".join(map(re.escape, _PARAMETER.split(route.partition(MARK)[0]))),
                re.IGNORECASE,
            ),
        )
        for route, name in routes(get_resolver())
        if MARK in route
    ]


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    """Every pattern under a resolver: its whole route as written, and its name."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.name or pattern.lookup_str
        else:
            yield from routes(pattern, route)
