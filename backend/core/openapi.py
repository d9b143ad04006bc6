"""The description of the API: every operation names the refusals it can answer with, by rules given here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry

from backend.core.api import WRITING, IgnoreAcceptHeader, RefusalSerializer


class RefusalsSchema(AutoSchema):
    """drf-spectacular's description with the statuses of refusals, and with bodies of DELETE.

    A view's `refuses` names what its reading operations refuse beyond these: 401 without a valid token or
    session, 403 where the token lacks the scope, 404 where the address names something, 406 where the answer
    is JSON and that is not accepted, 429 for what is counted (`counts`) or becomes a long job, 503 (with
    Retry-After) while the database is away or, for what writes, busy. `x-token-scope` is the scope that the
    view names for the method (`token_scopes`).
    """

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is not None:
            body = self._get_response_for_code(RefusalSerializer, "400")  # type: ignore[no-untyped-call]
            refused = {str(status): body for status in self._refused(path, "requestBody" in operation)}
            if "202" in operation["responses"]:  # a long job, of which each account has so many
                refused["429"] = body
            operation["responses"] = dict(sorted((refused | operation["responses"]).items()))
            if scope := getattr(self.view, "token_scopes", {}).get(method):
                operation["x-token-scope"] = scope
        return operation

    def _refused(self, path: str, has_body: bool) -> set[int]:
        statuses = {401, 403, 503, *getattr(self.view, "refuses", ())}
        if "{" in path:
            statuses.add(404)
        if not issubclass(self.view.content_negotiation_class, IgnoreAcceptHeader):
            statuses.add(406)
        if self.method in getattr(self.view, "counts", ()):
            statuses.add(429)
        if self.method in WRITING:
            statuses |= {400, 409}
        if has_body:
            statuses.add(415)
        return statuses

    def get_request_serializer(self) -> Any:
        """None for a DELETE whose view names no body; drf-spectacular would guess and complain."""
        return None if self.method == "DELETE" else super().get_request_serializer()

    def _map_serializer_field(
        self, field: Any, direction: str, bypass_extensions: bool = False
    ) -> dict[str, Any] | None:
        """With what the field says of itself (`described`)."""
        schema: dict[str, Any] | None = super()._map_serializer_field(  # type: ignore[no-untyped-call]
            field, direction, bypass_extensions
        )
        described = getattr(field, "described", {})
        return schema and {**schema, **described}

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        """With `needs_one_of`: fields of which a body holds at least one."""
        schema: dict[str, Any] = super()._map_basic_serializer(  # type: ignore[no-untyped-call]
            serializer, direction
        )
        if needed := getattr(serializer, "needs_one_of", ()):
            schema["anyOf"] = [{"required": [name]} for name in needed]
        return schema

    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:
        """Also the body of a DELETE; and a body is required of which fields are needed."""
        if self.method != "DELETE" or self.get_request_serializer() is None:
            body: dict[str, Any] | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
            if body and hasattr(self.get_request_serializer(), "needs_one_of"):
                body["required"] = True
            return body
        self.method = "POST"
        try:
            return self._get_request_body(direction)
        finally:
            self.method = "DELETE"
