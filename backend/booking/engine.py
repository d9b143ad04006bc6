"""The language of a text, and what can be quoted: a sentence that stands alone, in a language they read."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from matching.text.language import UNSPACED_LANGUAGES, detect_language

LEAST_WORDS = 4


@lru_cache(maxsize=4096)
def detected_language(text: str) -> str:
    """The code of the language a text is written in; empty where that is uncertain.

    >>> detected_language("Nous cherchons des partenaires pour former les enseignants.")
    'fr'
    """
    return detect_language(text)


def can_be_quoted(text: str, languages: Collection[str]) -> bool:
    """Whether a text is surely in one of these languages (codes), begins where a sentence does, and is more
    than a word or two.

    >>> can_be_quoted("We keep a triage form that takes twenty minutes.", ["en", "th"])
    True
    >>> can_be_quoted("We keep a triage form that takes twenty minutes.", ["th"])
    False
    >>> can_be_quoted("They convict", ["en"]), can_be_quoted("we have done this 73 times since then.", ["en"])
    (False, False)
    """
    if text[:1].islower():
        return False
    language = detect_language(text)
    return language in languages and (language in UNSPACED_LANGUAGES or len(text.split()) >= LEAST_WORDS)
