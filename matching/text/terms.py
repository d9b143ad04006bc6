"""Terms to show as what two texts share: names, codes and pairs of content words."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from itertools import pairwise

from matching.text.language import UNSPACED_LANGUAGES, UNSPACED_SCRIPTS
from matching.text.priors import prior_sentences

WORD = re.compile(r"[^\W_]+")
MIN_LETTERS = 4
COMMON = 4
"""A word in so many of the 200 sample sentences of a language is no content word."""


@lru_cache(maxsize=4096)
def shown_terms(text: str) -> dict[str, str]:
    """The terms of a text as they are written, by their lower-case form: words with a digit or an inner
    capital, and two content words with nothing but a space between them.

    >>> shown_terms("PhotoDNA is used; the case files, too.")
    {'photodna': 'PhotoDNA', 'case files': 'case files'}
    """
    words = list(WORD.finditer(text))
    names = [found.group() for found in words if _is_name(found.group())]
    pairs = [
        text[one.start() : two.end()]
        for one, two in pairwise(words)
        if text[one.end() : two.start()] == " " and _is_content(one.group()) and _is_content(two.group())
    ]
    return {term.lower(): term for term in names + pairs}


def _is_name(word: str) -> bool:
    return (
        len(word) >= MIN_LETTERS
        and any(c.isupper() or c.isdigit() for c in word[1:])
        and not word.isdigit()
        and _is_telling(word)
    )


def _is_content(word: str) -> bool:
    return len(word) >= MIN_LETTERS and word.isalpha() and _is_telling(word)


def _is_telling(word: str) -> bool:
    return word.lower() not in _common_words() and not UNSPACED_SCRIPTS.search(word)


@cache
def _common_words() -> frozenset[str]:
    """Words that stand in many sample sentences of a language, and English stop words."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    common = set(ENGLISH_STOP_WORDS)
    for language, sentences in prior_sentences().items():
        if language not in UNSPACED_LANGUAGES:
            counts = Counter(word for line in sentences for word in set(WORD.findall(line.lower())))
            common |= {word for word, count in counts.items() if count >= COMMON}
    return frozenset(common)
