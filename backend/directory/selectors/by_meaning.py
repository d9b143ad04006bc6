"""Whom an attendee finds by what others seek, offer and say of themselves, through the contact policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from django.db.models import Q, QuerySet

from backend.core.compiled import CompiledRows, any_of
from backend.core.texts import folded
from backend.directory.models import SearchText
from backend.directory.selectors.facets import narrowed
from backend.directory.selectors.finding import CHANNEL, NOBODY_MEANT, Meant, Quotation, Wanted
from backend.directory.selectors.text_matrix import TextMatrix, text_matrix
from backend.events.models.attendees import Attendee
from backend.safeguarding.rules import contactable_for
from backend.safeguarding.selectors.public_profiles import visible_ids_for
from backend.suggestions.engine.meaning import NEAR, quote_texts
from backend.suggestions.engine.texts import FIELDS, TextVectors, text_hash, text_reader
from matching.text.sentences import split_sentences

MOST_PEOPLE, MOST_SEEKERS = 60, 10  # the nearest; further ones have little to do with a search
TEXTS_AT_ONCE = 240  # the nearest texts whose people the contact policy is asked about together
SEEKS = "seeks"
SOUGHT, ABOUT = FIELDS.index(SEEKS), FIELDS.index("about")
ABOUT_BEHIND = 0.3  # what people say of themselves answers a search only where it is nearer by this
SEEKS_BEHIND = 0.1  # by how much nearer what somebody seeks is than what they offer, where they seek the same
# Of a search that means nothing here some text comes near by chance, but hardly ten: the mean of the ten
# nearest (of few texts, one in thirty) of all that people seek and offer tells the two apart. By chance it
# grows with the texts, as of as many normal numbers of this spread, and each search has a level of its own.
# Chosen on one half of tests/fixtures/searches_nonsense.json: docs/decisions/0019-search-by-meaning.md.
NEAREST, TEXTS_FOR_ONE, LEAST, CHANCE_LEVEL, CHANCE_SPREAD = 10, 30, 0.165, 0.051, 0.06
SENTENCE_WEIGHT = 0.5  # of the nearest sentence, beside the whole text's 1
Rows = npt.NDArray[np.int64]
LEAST_LETTERS = 3  # of a word that is looked for where the model is away
MOST_WORDS = 8
PUNCTUATION = ".,;:!?()'’\"“”"


def people_meant(*, viewer: Attendee, wanted: Wanted, vector: TextVectors | None, now: dt.datetime) -> Meant:
    """The sixty people whose texts come nearest to the search, each with the nearest sentence quoted.

    `vector` is the search's, as `suggestions.engine.meaning.read_search` gives it; without one, those in
    whose texts its words occur. All texts are compared: none is left out for speed. Nobody where the nearest
    is no nearer than chance brings it.
    """
    return _by_words(viewer, wanted, now) if vector is None else _by_vector(viewer, wanted, vector, now)


def _by_vector(viewer: Attendee, wanted: Wanted, vector: TextVectors, now: dt.datetime) -> Meant:
    texts = text_matrix(viewer.event_id, text_reader().model)
    near = _nearness(texts, viewer, wanted, vector, now)
    rows = _rows_of_visible(texts, near, viewer, now)
    named = texts.fields[rows] != ABOUT
    compared = int(np.count_nonzero((texts.fields != ABOUT) & ~np.isnan(near)))
    if not is_near_enough(near[rows][named], compared):
        return NOBODY_MEANT
    hits = _hits(texts, _places(texts, near, rows, least_nearness(compared)))
    quoted = quote_texts([(hit.field, hit.text, hit.language) for hit in hits], vector)
    found = sorted(
        (hit.field == SEEKS, -float(near[hit.row]) - SENTENCE_WEIGHT * cosine, hit.attendee_id, sentence, hit.field)
        for hit, (sentence, cosine) in zip(hits, quoted, strict=True)
    )
    return Meant(
        {pk: Quotation(field, sentence) for *_order, pk, sentence, field in found},
        frozenset(pk for is_seeker, _order, pk, *_quote in found if is_seeker),
    )


def is_near_enough(nearness: TextVectors, texts: int) -> bool:
    """Whether the nearest of these cosines, of so many texts, are nearer than chance brings them.

    >>> is_near_enough(np.array([0.3, 0.1]), 6), is_near_enough(np.array([0.3] + 9 * [0.1]), 600)
    (True, False)
    """
    nearest = np.sort(nearness)[::-1][: _nearest_of(texts)]
    return len(nearest) > 0 and float(nearest.mean()) > least_nearness(texts)


def least_nearness(texts: int) -> float:
    """How near the nearest of so many texts come to a search that means none of them.

    >>> [round(least_nearness(texts), 3) for texts in (1, 6, 174, 640, 20_000)]
    [0.165, 0.165, 0.182, 0.196, 0.26]
    """
    by_chance = NormalDist().inv_cdf(1 - _nearest_of(texts) / 2 / max(texts, 1))
    return max(LEAST, CHANCE_LEVEL + CHANCE_SPREAD * by_chance)


def _nearest_of(texts: int) -> int:
    return min(NEAREST, max(1, texts // TEXTS_FOR_ONE))


def _nearness(
    texts: TextMatrix, viewer: Attendee, wanted: Wanted, vector: TextVectors, now: dt.datetime
) -> TextVectors:
    """The cosine of the search with each text, -inf for one that is far, nan for whom filters leave out."""
    if not len(texts.numbers):
        return np.zeros(0, np.float32)
    near: TextVectors = np.einsum("ij,j->i", texts.vectors, vector)  # on one core: BLAS has two wait for each other
    near[near < NEAR] = -np.inf
    near[texts.fields == ABOUT] -= ABOUT_BEHIND
    if wanted.filters:
        left = narrowed(viewer.event, wanted.filters, now).order_by().values_list("pk", flat=True)
        near[~np.isin(texts.attendees, np.fromiter(left, np.int64))] = np.nan
    return near


def _rows_of_visible(texts: TextMatrix, near: TextVectors, viewer: Attendee, now: dt.datetime) -> Rows:
    """The rows of all near texts of the visible people with the nearest.

    The texts are put in order first, which takes less than to ask the contact policy about everybody; the
    policy then decides about the people of the nearest texts at once, as often as it takes, which is once
    unless it hides most of them.
    """
    near_rows = np.flatnonzero(np.isfinite(near))
    order = near_rows[np.argsort(-near[near_rows], kind="stable")]
    seen: set[int] = set()
    asked: set[int] = set()
    for start in range(0, max(len(order), 1), TEXTS_AT_ONCE):
        ids = set(texts.attendees[order[start : start + TEXTS_AT_ONCE]].tolist()) - asked
        asked |= ids
        seen |= visible_ids_for(viewer=viewer, ids=ids, channel=CHANNEL, now=now)
        if len(seen) >= MOST_PEOPLE + MOST_SEEKERS:
            break
    return order[np.isin(texts.attendees[order], np.fromiter(seen, np.int64))]


def _places(texts: TextMatrix, near: TextVectors, rows: Rows, least: float) -> dict[int, list[int]]:
    """The rows of each of those people who are shown, by attendee id, what tells their place first.

    Who seeks the same is shown where that comes nearer than chance brings it.
    """
    behind = np.where(texts.fields[rows] == SOUGHT, SEEKS_BEHIND, 0.0)
    of_person: dict[int, list[int]] = {}
    for row in rows[np.argsort(behind - near[rows], kind="stable")].tolist():
        of_person.setdefault(int(texts.attendees[row]), []).append(row)
    seekers = {pk: found for pk, found in of_person.items() if texts.fields[found[0]] == SOUGHT}
    others = {pk: found for pk, found in of_person.items() if pk not in seekers}
    near_seekers = [(pk, found) for pk, found in seekers.items() if near[found[0]] > least]
    return dict([*islice(others.items(), MOST_PEOPLE), *near_seekers[:MOST_SEEKERS]])


@dataclass(frozen=True, slots=True)
class _Hit:
    """A text that was found, and its row in the matrix."""

    row: int
    attendee_id: int
    field: str
    text: str
    language: str


def _hits(texts: TextMatrix, nearest: Mapping[int, Sequence[int]]) -> list[_Hit]:
    """Of each of these people the first of these texts that still stands in their profile; two queries.

    Any other waits to be read anew.
    """
    rows = [row for rows in nearest.values() for row in rows]
    read = {number: rest for number, *rest in _read_texts.fetch(numbers=texts.numbers[rows].tolist())}
    written = {pk: said for pk, *said in _written.fetch(ids=list(nearest))}
    found = []
    for pk, rows_of_one in nearest.items():
        for row in rows_of_one if pk in written else ():
            place = int(texts.fields[row])
            text = written[pk][place]
            hash_then, language = read.get(int(texts.numbers[row]), ("", ""))
            if text_hash(text) == hash_then:
                found.append(_Hit(row, pk, FIELDS[place], text, language))
                break
    return found


def _texts_read(numbers: list[int]) -> QuerySet[SearchText, tuple[int, str, str]]:
    rows = SearchText.objects.filter(pk__in=any_of(numbers)).order_by()
    return rows.values_list("pk", "text_hash", "language")


def _texts_written(ids: list[int]) -> QuerySet[Attendee, tuple[int, str, str, str]]:
    return Attendee.objects.filter(pk__in=any_of(ids)).order_by().values_list("pk", *FIELDS)


_read_texts = CompiledRows(_texts_read, numbers=[-1])
_written = CompiledRows(_texts_written, ids=[-1])


def _by_words(viewer: Attendee, wanted: Wanted, now: dt.datetime) -> Meant:
    """Those in whose sentences most of the words occur, the most first."""
    words = [word for one in wanted.q.split() if len(word := one.strip(PUNCTUATION)) >= LEAST_LETTERS][:MOST_WORDS]
    if not words:
        return NOBODY_MEANT
    occurs = Q()
    for word in words:
        for field in FIELDS:
            occurs |= Q(**{f"{field}__icontains": word})
    visible = contactable_for(viewer, CHANNEL, now)
    if wanted.filters:
        visible = visible.filter(pk__in=narrowed(viewer.event, wanted.filters, now).order_by().values("pk"))
    people = list(visible.filter(occurs))
    found, plain = [], [folded(word) for word in words]
    for one in people:
        count, quote = max(_counted(one, plain), key=lambda row: row[0], default=(0, None))
        if quote and count:
            found.append((quote.field == SEEKS, -count, one.pk, quote))
    found = sorted(found, key=lambda row: row[:3])[:MOST_PEOPLE]
    return Meant(
        {pk: quote for _is_seeker, _count, pk, quote in found},
        frozenset(pk for is_seeker, _count, pk, _quote in found if is_seeker),
    )


def _counted(one: Attendee, words: list[str]) -> Iterator[tuple[int, Quotation | None]]:
    for field in FIELDS:
        for sentence in split_sentences(getattr(one, field)):
            text = folded(sentence)
            yield sum(word in text for word in words), Quotation(field, sentence)
