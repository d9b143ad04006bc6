"""Signing in: by a code sent to an address the organiser has listed, and no other way."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come from an event's list of attendees, so there is no form to open one."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether sign-in may lead there; what is no address at all counts as none given."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False
