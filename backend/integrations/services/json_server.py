"""A server whose API answers in JSON: asked within one time, its answers checked for their shape."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from backend.core.outgoing import Patience, PeerFailed, fetch

READING_SECONDS = 600.0
MAX_PAGES = 400  # of one list; pretix and pretalx give 50 entries on each


@dataclass(frozen=True, slots=True)
class JsonServer:
    """Everything below `address`; all that is asked of it together has READING_SECONDS."""

    address: str
    authorization: str
    patience: Patience
    ends_at: float = field(default_factory=lambda: time.monotonic() + READING_SECONDS)

    def read(self, path: str) -> Any:
        """What it answers to a GET of this path; refuses as `fetch` does."""
        left = min(self.patience.total_seconds, self.ends_at - time.monotonic())
        content = fetch(
            f"{self.address}{path}",
            authorization=self.authorization,
            accept="application/json",
            patience=replace(self.patience, total_seconds=left),
        )
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise not_understood() from None

    def rows(self, name: str, query: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """All entries of a list, by the numbers of its pages, whatever address an answer gives."""
        for page in range(1, MAX_PAGES + 1):
            asked = urlencode({**(query or {}), "page": page}, doseq=True)
            answer = self.read(f"{name}/?{asked}")
            yield from list_in(answer, "results")
            if not answer.get("next"):
                return
        raise PeerFailed(_("The source has more than %(count)s pages.") % {"count": MAX_PAGES})


def list_in(answer: Any, name: str) -> list[dict[str, Any]]:
    """The list of objects of this name in an answer; refuses PeerFailed."""
    return objects(answer.get(name) if isinstance(answer, Mapping) else None)


def objects(found: Any) -> list[dict[str, Any]]:
    """A list of objects, as it is; refuses PeerFailed for anything else."""
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise not_understood()
    return found


def not_understood() -> PeerFailed:
    return PeerFailed(_("The source answered with something that is not what its kind answers."))
