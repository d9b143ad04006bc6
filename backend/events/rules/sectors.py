"""The sectors a forum begins with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from backend.people.models import Constituency

SECTORS_FILE = Path(__file__).parents[1] / "data" / "sectors.json"


@cache
def shipped_sectors() -> tuple[dict[str, Any], ...]:
    """The sectors of the first forum, and one for each constituency: key, name and constituency, in order."""
    return tuple(json.loads(SECTORS_FILE.read_text(encoding="utf-8")))


def plain_sectors() -> tuple[dict[str, Any], ...]:
    """One sector for each constituency, the one for all others among them: what fits any forum."""
    return tuple(row for row in shipped_sectors() if row["key"] in Constituency.values)


def are_preset(rows: Iterable[tuple[str, str, str]]) -> bool:
    """Whether these sectors, as key, name and constituency, are as a forum begins with them."""
    found = set(rows)
    return any(
        found == {(row["key"], row["name"], row["constituency"]) for row in preset}
        for preset in (shipped_sectors(), plain_sectors())
    )
