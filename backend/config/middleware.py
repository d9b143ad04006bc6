"""Who makes a request, for the triggers that write the audit trail (`backend.audit`)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware


class AuditContextMiddleware(HistoryMiddleware):
    """Sets the person's id alone as context: a URL may hold an answer's secret, or say who blocks whom."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": super().get_context(request)["user"]}
