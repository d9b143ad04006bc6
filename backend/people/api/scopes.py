"""What a token lets a program do: scopes, checked for each operation and denied by default."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from backend.core.api import WRITING
from backend.core.errors import Refused
from backend.people.models import ApiToken


class HasScope(BasePermission):
    """Lets a token through whose scopes cover the operation, and every session.

    Denies by default: an operation for which its view names no scope is closed to tokens.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        needed = view.token_scopes.get(request.method)
        if token is None or (isinstance(token, ApiToken) and needed in token.scopes):
            return True
        raise Refused(
            "token_scope",
            _("This token does not have the scope for this: make one under My profile, API access."),
            scope=needed,
            status=403,
        )


def token_scopes(*, reading: str, writing: str) -> dict[str, str]:
    """The scope that each method of a view needs."""
    return dict.fromkeys(SAFE_METHODS, reading) | dict.fromkeys(WRITING, writing)
