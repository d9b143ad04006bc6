"""Signing in: by a code sent to an address the organiser has listed, and no other way."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up: accounts come from the attendee lists of events."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether sign-in may redirect there; a malformed address is not safe."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False
