"""Who makes a request, for the triggers that write the audit trail (`backend.audit`)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware


class AuditContextMiddleware(HistoryMiddleware):
    """Sets only the person's id as context: a URL may hold a secret or reveal a block."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": super().get_context(request)["user"]}
