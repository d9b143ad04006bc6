"""How the API refuses: nobody by default, and every named refusal in one shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.errors import BusinessError

if TYPE_CHECKING:
    from rest_framework.views import APIView


class DenyAll(BasePermission):
    """What a view gets that does not say who may use it: nobody."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        return False


class RefusalSerializer(serializers.Serializer[dict[str, Any]]):
    """The body of every refusal: a code for machines, a sentence for people, and what it was about."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField(child=serializers.JSONField(), required=False)


class AnyFormat(BaseContentNegotiation):
    """A file has the format of its name, whatever the request accepts; refusals are JSON."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:  # noqa: ARG002
        return renderers[0], renderers[0].media_type


def refuse(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to an error in a view; a named refusal keeps its code, sentence and details."""
    if isinstance(error, BusinessError):
        body = {"code": error.code, "message": error.message, "details": error.details}
        return Response(body, status=error.status)
    # Imported late: that module reads the settings, and they name this one.
    from rest_framework.views import exception_handler

    return exception_handler(error, context)
