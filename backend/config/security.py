"""Where to report a security problem: /.well-known/security.txt (RFC 9116)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

GOOD_FOR = dt.timedelta(days=180)


def security_txt(_request: HttpRequest) -> HttpResponse:
    """The contact that TITIAN_SECURITY_CONTACT names; 404 where it names none."""
    if not settings.TITIAN_SECURITY_CONTACT:
        raise Http404
    lines = {
        "Contact": settings.TITIAN_SECURITY_CONTACT,
        "Expires": f"{timezone.now() + GOOD_FOR:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": settings.LANGUAGE_CODE,
        "Canonical": f"{settings.TITIAN_ADDRESS}/.well-known/security.txt",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
