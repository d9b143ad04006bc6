"""What holds for every request: whose it is, from where, how long they stay signed in, what browsers may."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from pghistory.middleware import HistoryMiddleware

from backend.core.limits import TooOften, client_address
from backend.core.routes import secret_route_in

IPV6_PREFIX = 64  # what one household or venue is given
OTHER_CODES = {"tl": "fil", "in": "id"}  # codes of languages by which some browsers still ask
SEEN_AT = "seen_at"  # in the session: when it was last used, in seconds
NOTED_EVERY = 60.0  # seconds


class AuditContextMiddleware(HistoryMiddleware):
    """Sets only the person's id as context: a URL may hold a secret or reveal a block."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": super().get_context(request)["user"]}


class SecretAddressMiddleware:
    """Whatever an address with a secret answers is kept by no cache, but the calendars that programs keep."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "ETag" not in response and secret_route_in(request.path_info):
            patch_cache_control(response, private=True, no_store=True)
        return response


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
        before = client_address.set(partial(address_of, request))
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
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (ValueError, PermissionDenied):
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


class LanguageMiddleware:
    """Answers in the reader's language: as they chose, else as this browser did, else as it asks for.

    Where none of these is offered, `request.language_is_open`, and a page of a forum is in the forum's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = chosen_language(request)
        language = chosen or asked_language(request)
        request.language_is_chosen, request.language_is_open = bool(chosen), not language  # type: ignore[attr-defined]
        with override(language or settings.LANGUAGE_CODE):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", get_language() or settings.LANGUAGE_CODE)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


def chosen_language(request: HttpRequest) -> str:
    """The language that the person chose, or that was chosen in this browser; empty where none was."""
    # Imported late: models exist only when the first request comes.
    from backend.people.rules import offered_language

    own = ""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        with suppress(OperationalError, InterfaceError):  # while the database is away, pages say so
            own = getattr(request.user, "language", "")
    return offered_language(own) or offered_language(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))


def asked_language(request: HttpRequest) -> str:
    """The first language offered that the browser asks for; empty where it asks for none of them."""
    from backend.people.rules import offered_language

    header = request.headers.get("Accept-Language", "")
    wanted = (OTHER_CODES.get(code, code) for code, _quality in parse_accept_lang_header(header))
    return next(filter(None, (offered_language(code) for code in wanted)), "")


class SignInMiddleware:
    """Signs out whoever did nothing for too long, and notes once a minute that a sign-in is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._look(request)
        response = self.get_response(request)
        if request.path.startswith("/accounts/"):  # pages of a library, which show secrets
            patch_cache_control(response, private=True, no_store=True)
        return response

    def _look(self, request: HttpRequest) -> None:
        # Imported late: models exist only when the first request comes.
        from backend.events.rules.second_factors import idle_limit_of
        from backend.people.services import note_sign_in

        now = timezone.now()
        idle = now.timestamp() - request.session.get(SEEN_AT, 0.0)
        limit = idle_limit_of(request.user)  # type: ignore[arg-type]
        if SEEN_AT in request.session and idle > limit.total_seconds():
            logout(request)
            messages.info(request, _idle_sentence(limit))
        elif idle >= NOTED_EVERY:
            request.session[SEEN_AT] = now.timestamp()
            note_sign_in(request=request, now=now)


def _idle_sentence(limit: dt.timedelta) -> str:
    hours = limit.seconds // 3600
    time = (
        ngettext("%(count)d day", "%(count)d days", limit.days) % {"count": limit.days}
        if limit.days
        else ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    )
    return _("You were signed out as nothing was done for %(time)s. Please sign in again.") % {"time": time}
