"""Signing in: by a code sent to an address the organiser has listed, and no other way."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from backend.people.models import ApiToken, Person
from backend.people.services import queue_account_mail, use_token


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up: accounts come from the attendee lists of events. Mails are sent by the worker."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail and leave it to the worker: the page answers whatever the mail server does."""
        request = allauth_context.request
        given = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        queue_account_mail(mail=self.render_mail(template_prefix, email, given), now=timezone.now())

    def is_safe_url(self, url: str) -> bool:
        """Whether sign-in may redirect there; a malformed address is not safe."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False


class SessionBackend(AuthenticationBackend):  # type: ignore[misc]
    """Whose session it is; nobody's, where it is of the demo's people and the demo is off."""

    def get_user(self, user_id: Any) -> Person | None:
        person: Person | None = super().get_user(user_id)
        return person if person is not None and may_be_used(person) else None


class ProgramAuthentication(TokenAuthentication):
    """Whose API token it is; refused, where it is of the demo's people and the demo is off."""

    def authenticate_credentials(self, key: str) -> tuple[Person, ApiToken]:
        token = use_token(token=key, now=timezone.now())
        if token is None or not may_be_used(token.person):
            raise AuthenticationFailed(_("Invalid token."))
        return token.person, token


def may_be_used(person: Person) -> bool:
    """Whether the account opens anything: those of the demo's people only while the demo is on."""
    return bool(settings.TITIAN_DEMO) or not person.is_demo
