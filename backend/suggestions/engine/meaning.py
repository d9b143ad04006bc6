"""Texts and searches as vectors that are compared across languages: each centred by its language."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from django.conf import settings

from backend.core import encoder
from backend.suggestions.engine.texts import FIELDS, KINDS, TextVectors, stored_vectors, text_reader
from matching.text.centring import centre, language_means, normalise_rows
from matching.text.encoder import Kind
from matching.text.language import detect_language
from matching.text.passages import length_penalty, passage_around
from matching.text.priors import language_priors
from matching.text.sentences import split_sentences

NEAR = 0.1  # the cosine below which a text is about something else than a search
# A search names what people offer (passage), or what it wants (query): each kind finds what the other misses.
SEARCH_KINDS: tuple[Kind, ...] = ("passage", "query")
SEARCH_SECONDS = 1.0  # until a page searches by words instead


class ReadText(NamedTuple):
    """A text's centred unit vector, and the language it was centred by; empty where uncertain."""

    vector: TextVectors
    language: str


def read_texts(people: Sequence[Sequence[str]]) -> list[dict[str, ReadText]]:
    """The centred unit vector of each person's texts (seeks, offers, about), by field, in the order given.

    What was never read is encoded, by the encoder process where Titian runs, and its sentences too, so that
    `quote_texts` finds them. Refuses EncoderAway.
    """
    found: list[dict[str, ReadText]] = [{} for _person in people]
    for field, texts in zip(FIELDS, zip(*people, strict=True), strict=True):
        sentences = {place: parts for place, text in enumerate(texts) if (parts := split_sentences(text))}
        written = list(sentences)
        if not written:
            continue
        vectors = text_reader().vectors([*texts, *itertools.chain(*sentences.values())], field)
        rows = np.stack([vectors[texts[place]] for place in written])
        languages = [detect_language(texts[place]) for place in written]
        centred = _centred(rows, languages, KINDS[field])
        for place, row, language in zip(written, centred, languages, strict=True):
            found[place][field] = ReadText(row, language)
    return found


def read_search(text: str) -> TextVectors:
    """What is searched for as a unit vector: the mean of what it is as each kind of text, centred.

    Neither is kept. Refuses EncoderAway.
    """
    languages = [detect_language(text)]
    read = encoder.encode([text] * len(SEARCH_KINDS), SEARCH_KINDS, is_urgent=True, silent_seconds=SEARCH_SECONDS)
    rows = [_centred(row[np.newaxis], languages, kind) for row, kind in zip(read, SEARCH_KINDS, strict=True)]
    found: TextVectors = normalise_rows(np.mean(rows, axis=0))[0]
    return found


def quote_texts(texts: Sequence[tuple[str, str, str]], search: TextVectors) -> list[tuple[str, float]]:
    """Of each text, given as field, text and language, what to quote of it and its best sentence's cosine.

    Quoted as in reasons: a short sentence is marked down, and a neighbour stands beside the best. Two
    queries. The first sentence and 0.0 where none was read. Each text has a word, as those of `read_texts`.
    """
    split = [split_sentences(text) for _field, text, _language in texts]
    cosines = [np.zeros(len(sentences), np.float32) for sentences in split]
    for kind in sorted(set(KINDS.values())):
        of_kind = [
            (text, place, sentence)
            for text, (field, _text, _language) in enumerate(texts)
            if KINDS[field] == kind
            for place, sentence in enumerate(split[text])
        ]
        stored = stored_vectors((row[2] for row in of_kind), model=text_reader().model, kind=kind)
        read = [row for row in of_kind if row[2] in stored]
        if not read:
            continue
        rows = _centred(
            np.stack([stored[sentence] for _, _, sentence in read]), [texts[row[0]][2] for row in read], kind
        )
        for (text, place, _sentence), cosine in zip(read, rows @ search, strict=True):
            cosines[text][place] = cosine
    return [_quoted(sentences, found) for sentences, found in zip(split, cosines, strict=True)]


def _quoted(sentences: Sequence[str], cosines: TextVectors) -> tuple[str, float]:
    if not cosines.any():
        return sentences[0], 0.0
    scores = cosines - np.array([length_penalty(sentence) for sentence in sentences])
    return passage_around(sentences, int(np.argmax(scores)), scores).quotation, max(0.0, float(cosines.max()))


def _centred(rows: TextVectors, languages: Sequence[str], kind: Kind) -> TextVectors:
    return centre(rows, languages, _means(text_reader().model, kind, rows.shape[1]))


def _means(model: str, kind: Kind, dimension: int) -> dict[str, TextVectors]:
    """The fixed mean of each language, read once; those of another model may still be written."""
    found = _kept_means.get((model, kind))
    if found is None:
        priors = language_priors(model, settings.VAR / "priors", None)[kind]
        found = language_means(np.zeros((1, dimension), np.float32), [""], priors=priors)
        if priors:
            _kept_means[model, kind] = found
    return found


_kept_means: dict[tuple[str, Kind], dict[str, TextVectors]] = {}
