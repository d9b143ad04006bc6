"""The themes and topics that are shipped, and the names by which a shipped topic is known."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

THEMES_FILE = Path(__file__).parents[1] / "data" / "themes.json"


@cache
def shipped_themes() -> tuple[dict[str, Any], ...]:
    """The shipped themes with their topics, as the file has them.

    `former_names` are those of a topic; `names` are by language.
    """
    return tuple(json.loads(THEMES_FILE.read_text(encoding="utf-8")))


def are_shipped(rows: Iterable[tuple[str, str, str, str]]) -> bool:
    """Whether these topics, as key and name of the theme and of the topic, are the shipped ones."""
    return set(rows) == {
        (theme["key"], theme["name"], topic["key"], topic["name"])
        for theme in shipped_themes()
        for topic in theme["topics"]
    }


def other_names(key: str, name: str) -> tuple[str, ...]:
    """What a topic of this key and name is or was called elsewhere; nothing if organisers named it.

    >>> other_names("sextortion", "Sextortion and sexual harassment")
    ('Preventing sextortion and sexual harassment',)
    >>> other_names("sextortion", "Blackmail online")
    ()
    """
    names = _shipped_names().get(key, ())
    return tuple(other for other in names if other != name) if name in names else ()


@cache
def _shipped_names() -> dict[str, tuple[str, ...]]:
    topics = [topic for theme in shipped_themes() for topic in theme["topics"]]
    return {topic["key"]: (topic["name"], *topic["former_names"]) for topic in topics}
