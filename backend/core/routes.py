"""Addresses by the name of their route, and the mark of those that carry a secret: `<secret:token>`."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from urllib.parse import unquote

from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, get_resolver, resolve
from django.urls.converters import StringConverter

MARK = "<secret:"
TOKEN_BEGINS = "titian_"  # noqa: S105 - how every API token begins
_MARKED = re.compile(re.escape(MARK) + r"(\w+)>")
_PARAMETER = re.compile(r"<[^>]*>")
_ENCODED_AGAIN = re.compile(r"%(?:25)+")
_SLASHES = re.compile(r"[/\\](?:\.?[/\\])*")
_SECRET = re.compile(
    rb"(?:(?<=titian_)|/|%2F)[\w.:~=%-]{16}"
)  # what follows in the address of a page is shorter, or a word


class SecretConverter(StringConverter):
    """In a URL pattern: whoever knows this part of the address may answer, sign in or read by it."""


def route_name(path: str) -> str | None:
    """The name of the route that answers a path, None where none does."""
    match = match_of(path)
    return match.view_name if match else None


def match_of(path: str) -> ResolverMatch | None:
    """The route that answers a path, None where none does."""
    try:
        return resolve(path)
    except Resolver404:
        return None


def is_route(name: str) -> bool:
    """Whether a route has this name."""
    return any(name == one for _route, one in routes(get_resolver()))


def secret_route_in(path: str) -> str | None:
    """The name of the route whose secret the path holds, also where it is cut off or written otherwise."""
    path = _SLASHES.sub("/", unquote(_ENCODED_AGAIN.sub("%", path)))
    return next((name for name, begins in _secret_routes() if begins.search(path)), None)


def secrets_in(match: ResolverMatch | None) -> tuple[str, ...]:
    """The secrets themselves of a path that is answered."""
    marked = _MARKED.findall(match.route) if match else ()
    return tuple(match.kwargs[name] for name in marked) if match else ()


def holds_secret(text: bytes) -> bool:
    """Whether an API token, or an address whose secret is marked in its pattern, stands in the text."""
    return any(_SECRET.match(text, place + len(begins)) for begins in _beginnings() for place in _places(begins, text))


def _places(words: bytes, text: bytes) -> Iterator[int]:
    place = text.find(words)
    while place >= 0:
        yield place
        place = text.find(words, place + 1)


@functools.cache
def _beginnings() -> tuple[bytes, ...]:
    """How what holds a secret begins, up to the last slash, which a query writes otherwise, as those within.

    Each is looked for by itself, which takes a tenth of the time of one pattern for all.
    """
    marked = (route.partition(MARK) for route, _name in routes(get_resolver()) if MARK in route)
    begins = {before.removesuffix("/") for before, _mark, _after in marked}
    written = {one.replace("/", slash) for one in begins for slash in ("/", "%2F")}
    return tuple(one.encode() for one in (TOKEN_BEGINS, *sorted(written)))


@functools.cache
def secret_names() -> frozenset[str]:
    """The names of the routes that hold a secret."""
    return frozenset(name for name, _begins in _secret_routes())


@functools.cache
def _secret_routes() -> list[tuple[str, re.Pattern[str]]]:
    """Of each marked pattern its name, and how an address of it begins, up to its secret."""
    return [
        (
            name,
            re.compile(
                r"(?<![\w-])" + "[^/]+".join(map(re.escape, _PARAMETER.split(route.partition(MARK)[0]))), re.IGNORECASE
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
