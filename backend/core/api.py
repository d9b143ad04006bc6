"""How the API reads and refuses: nobody by default, and every refusal in one shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

from rest_framework import parsers, serializers
from rest_framework.exceptions import ErrorDetail, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
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
    """The body of every refusal: a code for machines, a sentence for people, and what it was about.

    Where fields of the request cannot be used, the code is `invalid` and the details hold, under the name
    of each such field, what is wrong with it.
    """

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField(child=serializers.JSONField())


class AnyFormat(DefaultContentNegotiation):
    """A file has the format of its name, whatever the request accepts; refusals are JSON."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:  # noqa: ARG002
        return renderers[0], renderers[0].media_type


class Json(parsers.JSONParser):
    """JSON whose lists and objects do not lie deeper in each other than can be read."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - lists and objects lie too deep in each other.") from error


def refuse(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to an error in a view, in the shape of RefusalSerializer; None for what is no refusal."""
    if isinstance(error, BusinessError):
        return Response(_refusal(error.code, error.message, error.details), status=error.status)
    # Imported late: that module reads the settings, and they name this one.
    from rest_framework.views import exception_handler

    response = exception_handler(error, context)
    if response is not None:
        response.data = _body(response.data)
    return response


def _body(said: Any) -> dict[str, Any]:
    """What DRF says of an error - one sentence, or what is wrong with each field - as a refusal."""
    sentence = said.get("detail") if isinstance(said, dict) else None
    if isinstance(sentence, ErrorDetail):
        return _refusal(sentence.code, _writable(sentence), {})
    fields = _writable(said if isinstance(said, dict) else {"non_field_errors": said})
    if list(fields) == ["non_field_errors"]:
        return _refusal("invalid", fields["non_field_errors"][0], fields)
    return _refusal("invalid", f"This cannot be used: {', '.join(fields)}.", fields)


def _writable(said: Any) -> Any:
    """The same without half characters (a lone \\ud800): a sentence may quote one, and UTF-8 has none."""
    if isinstance(said, dict):
        return {field: _writable(wrong) for field, wrong in said.items()}
    if isinstance(said, list):
        return [_writable(wrong) for wrong in said]
    return str(said).encode(errors="replace").decode()


def _refusal(code: str | None, message: str, details: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": code, "message": message, "details": details}
