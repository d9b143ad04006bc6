"""The privacy notice and the conduct pledge that people accept when they join, in versions by date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

AGREEMENTS = Path(__file__).parents[1] / "data" / "agreements"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of both texts, in paragraphs; `version` is the day since which it is asked."""

    version: str
    notice: tuple[str, ...]
    pledge: tuple[str, ...]


@cache
def current_agreement() -> Agreement:
    """The newest version, the one that whoever joins now accepts."""
    newest = max(AGREEMENTS.glob("*.json"))
    texts = json.loads(newest.read_text(encoding="utf-8"))
    return Agreement(newest.stem, tuple(texts["notice"]), tuple(texts["pledge"]))
