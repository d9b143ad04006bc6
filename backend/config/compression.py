"""What is sent compressed: styles, scripts, and those pages that show no secret.

Whoever can put words of their own into a compressed page and see its length can guess a secret that stands on
it (BREACH). So nothing is compressed but what a forum answers to reading, and nothing there that shows one.
"""

from __future__ import annotations

import gzip
import re
from functools import cached_property
from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Response, StaticFile

from backend.core.routes import holds_secret

TEXTS = ("text/", "application/json", "application/javascript", "application/vnd.oai", "image/svg+xml")
# Sign-in, second factors, links of mails, the demo's outbox and the administrator's pages are not among them.
_OPEN_TO_COMPRESSION = re.compile(r"/(?:$|forums/|e/|api/v1/events/|api/schema|api/docs)")
_ACCEPTS_GZIP = re.compile(r"\bgzip\b")
LEAST_BYTES = 200


class CompressionMiddleware(GZipMiddleware):
    """Compresses a whole text that a forum answers to reading, and pads it by a random length."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not may_be_compressed(request, response):
            return response
        return super().process_response(request, response)


def may_be_compressed(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the answer is a whole text, of a view that shows no secret, and no secret stands in it."""
    return (
        request.method in ("GET", "HEAD")
        and not response.streaming
        and response.get("Content-Type", "").startswith(TEXTS)
        and _OPEN_TO_COMPRESSION.match(request.path_info) is not None
        and request.resolver_match is not None
        and not getattr(request.resolver_match.func, "shows_secret", False)
        and not holds_secret(response.content)  # type: ignore[attr-defined]
    )


class CompressedFile(StaticFile):  # type: ignore[misc]
    """A static file that is compressed when it is first asked for so, and kept in memory."""

    path: str

    def get_response(self, method: str, request_headers: dict[str, Any]) -> Response:
        answer = super().get_response(method, request_headers)
        accepted = _ACCEPTS_GZIP.search(request_headers.get("HTTP_ACCEPT_ENCODING", ""))
        if answer.status != HTTPStatus.OK or not accepted or self.compressed is None:
            return answer
        if answer.file is not None:
            answer.file.close()
        headers = [(name, text) for name, text in answer.headers if name != "Content-Length"]
        headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(self.compressed)))]
        return Response(answer.status, headers, BytesIO(self.compressed) if method != "HEAD" else None)

    @cached_property
    def compressed(self) -> bytes | None:
        """None where that saves less than a twentieth."""
        with open(self.path, "rb") as file:
            whole = file.read()
        packed = gzip.compress(whole, 9, mtime=0)
        return packed if len(packed) < 0.95 * len(whole) else None


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Serves the static files from where they lie, texts compressed."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        plain = super().get_static_file(path, url, stat_cache=stat_cache)
        headers = plain.alternatives[0][2]
        if not dict(headers)["Content-Type"].startswith(TEXTS):
            return plain
        packed = CompressedFile(path, [*headers, ("Vary", "Accept-Encoding")], stat_cache=stat_cache)
        packed.path = path
        return packed
