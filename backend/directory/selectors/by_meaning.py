"""Whom an attendee finds by what others seek, offer and say of themselves, through the contact policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

from django.db.models import Case, FloatField, Q, QuerySet, When
from pgvector.django import MaxInnerProduct

from backend.core.texts import folded
from backend.directory.models import SearchText
from backend.directory.selectors.facets import narrowed
from backend.directory.selectors.finding import CHANNEL, Quotation, Wanted
from backend.events.models.attendees import Attendee
from backend.safeguarding.rules import contactable_for
from backend.safeguarding.selectors.public_profiles import visible_ids_for
from backend.suggestions.engine.meaning import NEAR, quote_texts
from backend.suggestions.engine.texts import FIELDS, TextVectors, text_hash, text_reader
from matching.text.sentences import split_sentences

MOST_PEOPLE = 60  # the nearest; further ones have little to do with a search
TEXTS_AT_ONCE = 1_000  # the nearest texts whose people the contact policy is asked about together
OFFERED = "offers"  # answers a search
OTHERS_BEHIND = 0.3  # what people seek and say of themselves answers it only where it is nearer by this
# Cosines of a search with offers that have nothing to do with it spread about 0 by CHANCE_SPREAD: .048 to
# .078 for each of the 40 nonsense searches in tests/fixtures/searches_nonsense.json. Among n offers one
# comes as near as `chance_nearness` with the probability CHANCE; where none comes nearer, nobody is found.
# On the demo's 318 offers, where it is .203, 32 of the 40 find nobody; without it none does. Of the 80
# searches of tests/benchmarks/bench_search.py 3 find nobody, which had missed before: success@3 stays .7125
# (the first hit would be lost above .204). In draws of 3, 10, 36 and 100 offers it refuses 84 to 92 % of
# nonsense, and 2 to 5 % of the searches whose answer is among the nearest three.
CHANCE_SPREAD = 0.055
CHANCE = 0.036
SENTENCE_WEIGHT = 0.5  # of the nearest sentence, beside the whole text's 1
LEAST_LETTERS = 3  # of a word that is looked for where the model is away
MOST_WORDS = 8
PUNCTUATION = ".,;:!?()'’\"“”"


@dataclass(frozen=True, slots=True)
class NearText:
    """A text near to a search; `distance` is the negative cosine, more for what is no offer."""

    attendee_id: int
    field: str
    text_hash: str
    language: str
    distance: float


def people_meant(
    *, viewer: Attendee, wanted: Wanted, vector: TextVectors | None, now: dt.datetime
) -> list[tuple[int, Quotation]]:
    """The sixty people (ids) whose texts come nearest to the search, each with the nearest sentence quoted.

    `vector` is the search's, as `suggestions.engine.meaning.read_search` gives it; without one, those in
    whose texts its words occur. All texts are compared: none is left out for speed. Nobody where the nearest
    is no nearer than chance brings it.
    """
    found = _by_words(viewer, wanted, now) if vector is None else _by_vector(viewer, wanted, vector, now)
    return [(one.pk, quote) for one, quote in found]


def _by_vector(
    viewer: Attendee, wanted: Wanted, vector: TextVectors, now: dt.datetime
) -> list[tuple[Attendee, Quotation]]:
    nearest = _nearest_of_visible(viewer, wanted, vector, now)
    offers = _compared(viewer, wanted, now).filter(field=OFFERED).count()
    if min((texts[0].distance for texts in nearest.values()), default=0.0) > -chance_nearness(offers):
        return []
    people = {one.pk: one for one in Attendee.objects.filter(pk__in=nearest)}
    hits: dict[int, tuple[NearText, str]] = {}
    for pk, texts in nearest.items():
        for near in texts if pk in people else ():
            text = getattr(people[pk], near.field)
            if text_hash(text) == near.text_hash:  # else it waits to be read anew
                hits[pk] = near, text
                break
    quoted = quote_texts([(near.field, text, near.language) for near, text in hits.values()], vector)
    found = [
        (near.distance - SENTENCE_WEIGHT * cosine, pk, Quotation(near.field, sentence))
        for (pk, (near, _text)), (sentence, cosine) in zip(hits.items(), quoted, strict=True)
    ]
    return [(people[pk], quote) for _order, pk, quote in sorted(found, key=lambda row: row[:2])]


def chance_nearness(offers: int) -> float:
    """How near the nearest of so many offers may come to a search that means none of them.

    >>> [round(chance_nearness(offers), 2) for offers in (0, 3, 318, 10_000)]
    [0.1, 0.12, 0.2, 0.25]
    """
    return max(NEAR, CHANCE_SPREAD * NormalDist().inv_cdf(1 - CHANCE / max(offers, 1)))


def _nearest_of_visible(
    viewer: Attendee, wanted: Wanted, vector: TextVectors, now: dt.datetime
) -> dict[int, list[NearText]]:
    """The nearest texts of the sixty visible people with the nearest one, by attendee id, nearest first.

    The texts are put in order first, as the database does in a tenth of the time in which it would ask the
    contact policy about everybody; the policy then decides about the people of a thousand texts at once, as
    often as it takes, which is once unless it hides hundreds.
    """
    found: dict[int, list[NearText]] = {}
    refused: set[int] = set()
    for texts in _batches(viewer, wanted, vector, now):
        ids = {one.attendee_id for one in texts} - found.keys() - refused
        admitted = visible_ids_for(viewer=viewer, ids=ids, channel=CHANNEL, now=now)
        refused |= ids - admitted
        for one in texts:
            if one.attendee_id in found:
                found[one.attendee_id].append(one)
            elif one.attendee_id in admitted and len(found) < MOST_PEOPLE:
                found[one.attendee_id] = [one]
        if len(found) == MOST_PEOPLE:
            break
    return found


def _batches(
    viewer: Attendee, wanted: Wanted, vector: TextVectors, now: dt.datetime
) -> Iterator[list[NearText]]:
    """The texts of the event that are near to a search, the nearest first, whoever may see them."""
    behind = Case(When(field=OFFERED, then=0.0), default=OTHERS_BEHIND, output_field=FloatField())
    ordered = (
        _compared(viewer, wanted, now)
        .annotate(distance=MaxInnerProduct("vector", vector) + behind)
        .order_by("distance", "pk")
        .values_list("attendee_id", "field", "text_hash", "language", "distance")
    )
    start = 0
    while True:
        batch = [NearText(*row) for row in ordered[start : start + TEXTS_AT_ONCE]]
        yield [one for one in batch if one.distance - (OTHERS_BEHIND if one.field != OFFERED else 0) <= -NEAR]
        if len(batch) < TEXTS_AT_ONCE or batch[-1].distance > OTHERS_BEHIND - NEAR:
            return
        start += TEXTS_AT_ONCE


def _compared(viewer: Attendee, wanted: Wanted, now: dt.datetime) -> QuerySet[SearchText]:
    """The texts that a search is compared with, whoever may see them."""
    rows = SearchText.objects.filter(event=viewer.event_id, model=text_reader().model)
    if not wanted.filters:
        return rows
    return rows.filter(attendee__in=narrowed(viewer.event, wanted.filters, now).order_by().values("pk"))


def _by_words(viewer: Attendee, wanted: Wanted, now: dt.datetime) -> list[tuple[Attendee, Quotation]]:
    """Those in whose sentences most of the words occur, the most first."""
    words = [word for one in wanted.q.split() if len(word := one.strip(PUNCTUATION)) >= LEAST_LETTERS][
        :MOST_WORDS
    ]
    if not words:
        return []
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
            found.append((-count, one.pk, one, quote))
    return [(one, quote) for _count, _pk, one, quote in sorted(found, key=lambda row: row[:2])[:MOST_PEOPLE]]


def _counted(one: Attendee, words: list[str]) -> Iterator[tuple[int, Quotation | None]]:
    for field in FIELDS:
        for sentence in split_sentences(getattr(one, field)):
            text = folded(sentence)
            yield sum(word in text for word in words), Quotation(field, sentence)
