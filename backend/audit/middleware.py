"""Who makes a request, for the triggers that write down what it changes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware


class WhoDidIt(HistoryMiddleware):
    """The person's id alone: an address may hold the secret of an answer, or say who blocks whom."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": super().get_context(request)["user"]}
