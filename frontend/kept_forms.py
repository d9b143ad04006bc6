"""A form that needs a fresh proof: its fields are kept for an hour, and sent anew once the proof is given."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django_htmx.http import HttpResponseClientRedirect

from backend.core.encryption import decrypt, encrypt

KEPT = "kept_form"  # in the session
KEPT_FOR = dt.timedelta(hours=1)
PURPOSE = "kept form"
PROVING = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn", "confirm_by_code"}


def ask_for_proof(request: HttpRequest, *, keeps_form: bool = True) -> HttpResponse:
    """Lead to where they prove who they are; of a form keep path, query and fields, and nothing else."""
    back = request.get_full_path()
    if request.method not in ("GET", "HEAD"):
        back = request.path
        if keeps_form:
            fields = request.POST.copy()
            fields.pop("csrfmiddlewaretoken", None)  # the form was let in by it already
            form = {"path": back, "query": request.GET.urlencode(), "fields": fields.urlencode()}
            request.session[KEPT] = encrypt(json.dumps(form).encode(), purpose=PURPOSE, now=timezone.now()).decode()
    methods = get_adapter().get_reauthentication_methods(request.user)
    page = methods[0]["url"] if methods else reverse(settings.LOGIN_URL)
    target = f"{page}?{urlencode({'next': back})}"
    is_htmx = getattr(request, "htmx", False)
    return HttpResponseClientRedirect(target) if is_htmx else HttpResponseRedirect(target)


class KeptFormMiddleware:
    """Sends the kept form anew where a proof leads back to its page, and forgets it when its hour is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and KEPT in request.session:
            return _send_anew(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The pages of django-allauth ask for a proof by this error; their forms are sent again by hand."""
        is_asked = isinstance(error, ReauthenticationRequired)
        return ask_for_proof(request, keeps_form=False) if is_asked else None


def _send_anew(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    kept = request.session[KEPT].encode()
    content = decrypt(kept, purpose=PURPOSE, within=KEPT_FOR, now=timezone.now())
    form: dict[str, str] = json.loads(content) if content else {}
    page = request.resolver_match.url_name if request.resolver_match else ""
    proves = page in PROVING and request.method == "POST"
    is_back = bool(form) and proves and response.get("Location") == form["path"]
    if is_back or not form:
        del request.session[KEPT]
    if not is_back:
        return response
    request.method, request.path, request.path_info = "POST", form["path"], form["path"]
    request.GET, request.POST = QueryDict(form["query"]), QueryDict(form["fields"])
    request._files = MultiValueDict()  # type: ignore[attr-defined]
    request.resolver_match = match = resolve(form["path"])
    return cast(HttpResponse, match.func(request, *match.args, **match.kwargs))
