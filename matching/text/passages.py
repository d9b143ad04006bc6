"""Passages: what is quoted of a text for the sentence in it that matters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from matching.types import Array

FULL_LENGTH, SHORT_PENALTY = 80, 0.3
"""A sentence of fewer characters is marked down by up to this: fragments are near to everything."""
MAX_QUOTATION = 280
"""A sentence is quoted with its neighbours where all have at most so many characters together."""
MAX_EXCERPT = 320


class Passage(NamedTuple):
    """What is quoted of a text, and the sentence in it that matched where it is not all."""

    quotation: str
    highlight: str = ""


def passage_around(sentences: Sequence[str], best: int, scores: Sequence[float] | Array) -> Passage:
    """The sentence `best` of a text with the better of its neighbours, and with more while it is short.

    scores: how well each sentence of the text fits.

    >>> passage_around(["We train.", "Judges come.", "Coffee."], 1, [0.5, 0.9, 0.1]).quotation
    'We train. Judges come. Coffee.'
    """
    parts = [" ".join(part.split()) for part in sentences]
    first = last = best
    quotation = parts[best]
    while first == last or len(quotation) < FULL_LENGTH:
        near = [
            k for k in (first - 1, last + 1) if 0 <= k < len(parts) and len(quotation) + len(parts[k]) < MAX_QUOTATION
        ]
        if not near:
            break
        neighbour = max(near, key=lambda k: float(scores[k]))
        first, last = min(first, neighbour), max(last, neighbour)
        quotation = " ".join(parts[first : last + 1])
    return Passage(quotation, parts[best]) if first < last else Passage(excerpt(quotation))


def length_penalty(sentence: str) -> float:
    """What a short sentence is marked down by.

    >>> length_penalty("word " * 8), length_penalty("word " * 16)
    (0.15, 0.0)
    """
    return SHORT_PENALTY * max(0.0, 1 - len(sentence) / FULL_LENGTH)


def excerpt(text: str, most: int = MAX_EXCERPT) -> str:
    """The beginning of a text, cut after a sentence or word; unspaced scripts before a combining mark.

    >>> excerpt("We train judges. We also publish handbooks.", 20), excerpt("one two three", 9)
    ('We train judges.', 'one two …')
    """
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    head = text[:most]
    stops = [m.end() for m in re.finditer(r"[.!?。។။]+(?=\s|$)|[。។။]", head) if m.end() >= most // 2]
    if stops:
        return head[: stops[-1]].strip()
    space = head.rfind(" ")
    if space >= most // 3:
        return head[:space] + " …"
    cut = most - 1
    while cut > 1 and not text[cut].isalnum():
        cut -= 1
    return text[:cut] + "…"
