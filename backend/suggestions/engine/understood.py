"""What the model reads in words that somebody is writing: their language and the nearest topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.conf import settings

from backend.core import encoder
from backend.suggestions.engine.texts import KINDS, text_reader, vectors_for
from matching.text.centring import similarities
from matching.text.language import detect_language
from matching.text.priors import language_priors

MAX_CHARACTERS = 1_000  # one window of the model, read in less than half a second
NEAR = 0.2  # texts outside the field of a forum stay below; measured on its nine languages
MOST_TOPICS = 3
TEXT_SECONDS = 2.0  # until a page goes on without
TOPICS_SECONDS = 10.0  # an event's topics are read once


@dataclass(frozen=True, slots=True)
class Understood:
    """`language`: a code, "" where uncertain; `topics`: positions in the list given, nearest first."""

    language: str
    topics: tuple[int, ...]


def understand(text: str, *, field: str, topics: Sequence[str]) -> Understood:
    """Which of the topics (name and description, each one text) the first 1,000 characters are about.

    The vectors of the topics are stored, the text and its vector are not. `field`: "seeks" or "offers".
    Refuses EncoderAway.
    """
    read = text[:MAX_CHARACTERS]
    language, kind, model = detect_language(read), KINDS[field], text_reader().model
    (row,) = encoder.encode([read], kind, is_urgent=True, silent_seconds=TEXT_SECONDS)
    if not topics or not row.any():
        return Understood(language, ())
    stored = vectors_for(
        topics,
        model=model,
        kind="passage",
        encode=lambda chunk, _on_count: encoder.encode(chunk, "passage", is_urgent=True, silent_seconds=TOPICS_SECONDS),
    )
    priors = language_priors(model, settings.VAR / "priors", None)
    found = similarities(
        row,
        language,
        np.stack([stored[topic] for topic in topics]),
        [_topic_language(topic) for topic in topics],
        priors[kind],
        priors["passage"],
    )
    near = [int(place) for place in np.argsort(-found, kind="stable") if found[place] >= NEAR]
    return Understood(language, tuple(near[:MOST_TOPICS]))


@lru_cache(maxsize=4096)
def _topic_language(topic: str) -> str:
    return detect_language(topic)
