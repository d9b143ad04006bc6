"""Who makes a request, for the audit trail, from where, for limits; and what browsers may not ask for."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from pghistory.middleware import HistoryMiddleware

from backend.core.limits import TooOften, client_address

IPV6_PREFIX = 64  # what one household or venue is given


class AuditContextMiddleware(HistoryMiddleware):
    """Sets only the person's id as context: a URL may hold a secret or reveal a block."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": super().get_context(request)["user"]}


class PermissionsPolicyMiddleware:
    """Tells the browser which devices and sensors no page may ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = ", ".join(f"{name}={who}" for name, who in settings.PERMISSIONS_POLICY.items())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", self.policy)
        return response


class LimitsMiddleware:
    """Says where the request comes from to what counts, and answers what sign-in pages do too often."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = client_address.set(address_of(request))
        try:
            return self.get_response(request)
        finally:
            client_address.reset(before)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The pages of django-allauth wear no decorator of ours."""
        if not isinstance(error, TooOften):
            return None
        context = {"sentence": error.message, "status": error.status, "code": error.code}
        response = render(request, "refused.html", context, status=error.status)
        response["Retry-After"] = str(error.retry_after)
        return response


def address_of(request: HttpRequest) -> str:
    """The client's address, of IPv6 the network; empty where there is none.

    Behind the proxy that TITIAN_HTTPS speaks of, it is what the proxy wrote.
    """
    try:
        address = ipaddress.ip_address(get_client_ip(request) or "")
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)
