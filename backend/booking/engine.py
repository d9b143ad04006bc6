"""The language of a text."""

from __future__ import annotations

from functools import lru_cache

from matching.text.language import detect_language


@lru_cache(maxsize=4096)
def detected_language(text: str) -> str:
    """The code of the language a text is written in; empty where that is uncertain.

    >>> detected_language("Nous cherchons des partenaires pour former les enseignants.")
    'fr'
    """
    return detect_language(text)
