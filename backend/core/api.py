"""What every part of the API shares: nobody admitted by default, bodies read, and refusals in one shape."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import IO, TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework import parsers, serializers
from rest_framework.exceptions import ErrorDetail, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.errors import BusinessError

if TYPE_CHECKING:
    from rest_framework.views import APIView

WRITING = ("POST", "PUT", "PATCH", "DELETE")
MAX_ID = 2**63 - 1  # PostgreSQL bigint
ANY_TEXT = r"^[^\x00]+$"  # PostgreSQL holds no NUL
SOME_TEXT = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"  # what Python strips is no text


class DenyAll(BasePermission):
    """The default permission: a view that does not say who may use it is closed to everybody."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        return False


FIELDS: dict[type, type[serializers.Field[Any, Any, Any, Any]]] = {
    bool: serializers.BooleanField,
    int: serializers.IntegerField,
    float: serializers.FloatField,
    str: serializers.CharField,
    dt.datetime: serializers.DateTimeField,
    dt.date: serializers.DateField,
    dt.time: serializers.TimeField,
    uuid.UUID: serializers.UUIDField,
}


class RowFields(serializers.SerializerMetaclass):
    """Makes the fields of a RowSerializer: those named of its row, a dataclass, and no other.

        class GridDaySerializer(RowSerializer, row=GridDay, fields="date cells"):
            cells = CellSerializer(many=True)

    A field has the type that the row gives it; `slot` is the row's `slot_id` where it has no `slot`. Declared
    in the body is what the type does not say: a shape within, another source. `help_texts` are by field.
    """

    def __new__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], row: Any = None, fields: str = ""
    ) -> Any:
        help_texts = body.pop("help_texts", {})
        for field in fields.split():
            if field not in body:
                body[field] = _field_of(row, field, help_text=help_texts.get(field))
        made: Any = super().__new__(cls, name, bases, body)
        named = [*(field for base in bases for field in getattr(base, "_declared_fields", ())), *fields.split()]
        if unnamed := made._declared_fields.keys() - set(named):
            raise TypeError(f"{name} declares what its fields do not name: {', '.join(sorted(unnamed))}.")
        made._declared_fields = {field: made._declared_fields[field] for field in named}
        return made


class RowSerializer(serializers.Serializer[Any], metaclass=RowFields):  # a docstring would be everybody's
    pass


def _field_of(row: Any, name: str, **options: Any) -> serializers.Field[Any, Any, Any, Any]:
    hints = get_type_hints(row)
    if isinstance(found := getattr(row, name, None), property):
        hints[name] = get_type_hints(found.fget)["return"]
    if name not in hints:
        return _field_for(hints[f"{name}_id"], source=f"{name}_id", **options)
    return _field_for(hints[name], **options)


def _field_for(hint: Any, **options: Any) -> serializers.Field[Any, Any, Any, Any]:
    """The field for a value of this type.

    >>> _field_for(int | None), _field_for(tuple[str, ...])
    (IntegerField(allow_null=True), ListField(child=CharField()))
    """
    args = get_args(hint)
    if type(None) in args:
        [hint] = (arg for arg in args if arg is not type(None))
        return _field_for(hint, allow_null=True, **options)
    if get_origin(hint) in (tuple, list):
        return serializers.ListField(child=_field_for(args[0]), **options)
    return next(FIELDS[base] for base in hint.__mro__ if base in FIELDS)(**options)


class RefusalSerializer(serializers.Serializer[dict[str, Any]]):
    """The body of every refusal: a code for machines, a sentence for people, and what it was about.

    Where fields of the request cannot be used, the code is `invalid` and the details hold, under the name
    of each such field, what is wrong with it.
    """

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField(child=serializers.JSONField())


class CountSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()


def id_field(**options: Any) -> serializers.IntegerField:
    """The number of a row: from 1 to 2**63 - 1."""
    return serializers.IntegerField(min_value=1, max_value=MAX_ID, **options)


class TextField(serializers.CharField):
    """A text that somebody sends: without NUL and, unless `allow_blank`, with something to be seen in it.

    `one_of`: the texts that the service takes; it refuses others in a sentence of its own.
    """

    def __init__(self, *, one_of: Iterable[str] = (), **options: Any) -> None:
        super().__init__(**options)
        self.described: dict[str, Any] = {"pattern": ANY_TEXT if self.allow_blank else SOME_TEXT}
        if not self.allow_blank:
            self.described["minLength"] = 1
        if one_of:
            self.described = {"enum": list(one_of)}


class BoundedIntegerField(serializers.IntegerField):
    """A whole number whose bounds the description names; the service refuses others in its own words."""

    def __init__(self, *, lowest: int, highest: int, **options: Any) -> None:
        super().__init__(**options)
        self.described = {"minimum": lowest, "maximum": highest}


class ShareField(serializers.FloatField):
    """A share, described as from 0 to 1; the service refuses others in a sentence of its own."""

    described = {"minimum": 0, "maximum": 1}


class BoundedListField(serializers.ListField):
    """A list that is refused by its length before any of its items is read.

    That it must hold something (`not_empty`), or nothing twice (`unique`), is described; the service refuses
    other lists.
    """

    def __init__(self, *, max_length: int, not_empty: bool = False, unique: bool = False, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        self.described = ({"minItems": 1} if not_empty else {}) | ({"uniqueItems": True} if unique else {})

    def run_child_validation(self, data: Any) -> Any:
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().run_child_validation(data)


def validated(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The validated body in this shape; DRF answers 400 to any other."""
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


class IgnoreAcceptHeader(DefaultContentNegotiation):
    """Content negotiation for files: the format of the address, whatever the request accepts."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:  # noqa: ARG002
        return renderers[0], renderers[0].media_type


class SafeJSONParser(parsers.JSONParser):
    """A JSON parser that refuses lists and objects nested deeper than Python can read."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("JSON parse error - lists and objects lie too deep in each other.")) from error


def refusal_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: errors in the shape of RefusalSerializer; None for what is no refusal."""
    if isinstance(error, BusinessError):
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
        body = _refusal(error.code, error.message, error.details)
        return Response(body, status=error.status, headers=headers)
    if isinstance(error, RequestDataTooBig):
        error = ParseError(_("The body is too large."))
    # Imported late: that module reads the settings, and they name this one.
    from rest_framework.views import exception_handler

    response = exception_handler(error, context)
    if response is not None:
        response.data = _body(response.data)
    return response


def _body(data: Any) -> dict[str, Any]:
    """DRF's error data - one sentence, or the errors of each field - as a refusal."""
    sentence = data.get("detail") if isinstance(data, dict) else None
    if isinstance(sentence, ErrorDetail):
        return _refusal(sentence.code, _encodable(sentence), {})
    fields = _encodable(data if isinstance(data, dict) else {"non_field_errors": data})
    if list(fields) == ["non_field_errors"]:
        return _refusal("invalid", fields["non_field_errors"][0], fields)
    return _refusal("invalid", _("This cannot be used: %(fields)s.") % {"fields": ", ".join(fields)}, fields)


def _encodable(data: Any) -> Any:
    """The same without lone surrogates (\\ud800), which a sentence may quote and UTF-8 cannot encode."""
    if isinstance(data, dict):
        return {field: _encodable(errors) for field, errors in data.items()}
    if isinstance(data, list):
        return [_encodable(error) for error in data]
    return str(data).encode(errors="replace").decode()


def _refusal(code: str | None, message: str, details: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": code, "message": message, "details": details}
