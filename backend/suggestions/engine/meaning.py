"""Sentences and searches as vectors that are compared across languages: each centred by its language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from backend.core import encoder
from backend.suggestions.engine.texts import FIELDS, KINDS, TextVectors, text_reader
from matching.text import Kind, centre, detect_language, language_means, language_priors, split_sentences

NEAR = 0.2  # the cosine below which a sentence is about something else, as for topics
SEARCH_KIND: Kind = "query"
SEARCH_SECONDS = 1.0  # until a page searches by words instead


__all__ = ["NEAR", "SentenceRow", "read_search", "read_sentences", "split_sentences"]


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """One sentence of a text: its field, its place among the sentences, and its centred unit vector."""

    field: str
    place: int
    vector: TextVectors


def read_sentences(people: Sequence[Sequence[str]]) -> list[list[SentenceRow]]:
    """The sentences of each person's texts (seeks, offers, about), in the order given.

    Those that were never read are encoded, by the encoder process where Titian runs. Refuses EncoderAway.
    """
    found: list[list[SentenceRow]] = [[] for _person in people]
    for field, texts in zip(FIELDS, zip(*people, strict=True), strict=True):
        places = [
            (person, place, sentence, detect_language(text))
            for person, text in enumerate(texts)
            for place, sentence in enumerate(split_sentences(text))
        ]
        if not places:
            continue
        vectors = text_reader().vectors([sentence for _, _, sentence, _ in places], field)
        rows = np.stack([vectors[sentence] for _, _, sentence, _ in places])
        centred = _centred(rows, [language for *_, language in places], KINDS[field])
        for (person, place, _sentence, _language), row in zip(places, centred, strict=True):
            found[person].append(SentenceRow(field, place, row))
    return found


def read_search(text: str) -> TextVectors:
    """The centred unit vector of what is searched for; neither is kept. Refuses EncoderAway."""
    row = encoder.encode([text], SEARCH_KIND, is_urgent=True, silent_seconds=SEARCH_SECONDS)
    found: TextVectors = _centred(row, [detect_language(text)], SEARCH_KIND)[0]
    return found


def _centred(rows: TextVectors, languages: Sequence[str], kind: Kind) -> TextVectors:
    priors = language_priors(text_reader().model, settings.VAR / "priors", None)[kind]
    return centre(rows, languages, language_means(np.zeros_like(rows[:1]), [""], priors=priors))
