"""Whom an attendee finds by what others seek, offer and say of themselves, through the contact policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Case, FloatField, Q, When
from pgvector.django import MaxInnerProduct

from backend.core.texts import folded
from backend.directory.models import SearchText
from backend.directory.selectors.facets import narrow, narrowed
from backend.directory.selectors.finding import (
    CHANNEL,
    PAGE_SIZE,
    Found,
    Quotation,
    Wanted,
)
from backend.events.models.attendees import Attendee
from backend.safeguarding.rules import contactable_for
from backend.safeguarding.selectors.public_profiles import public_profiles_of, visible_ids_for
from backend.suggestions.engine.meaning import NEAR, quote_texts
from backend.suggestions.engine.texts import FIELDS, TextVectors, text_hash, text_reader
from matching.text.sentences import split_sentences

MOST_PEOPLE = 60  # the nearest; further ones have little to do with a search
TEXTS_AT_ONCE = 1_000  # the nearest texts whose people the contact policy is asked about together
OFFERED = "offers"  # answers a search
OTHERS_BEHIND = 0.3  # what people seek and say of themselves answers it only where it is nearer by this
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


def found_by_meaning(
    *, viewer: Attendee, wanted: Wanted, vector: TextVectors | None, page: int, now: dt.datetime
) -> Found:
    """The sixty people whose texts come nearest to the search, each with the nearest sentence quoted.

    `vector` is the search's, as `suggestions.engine.meaning.read_search` gives it; without one, those in
    whose texts its words occur. All texts are compared: none is left out for speed.
    """
    found = _by_words(viewer, wanted, now) if vector is None else _by_vector(viewer, wanted, vector, now)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    profiles = public_profiles_of(Attendee.objects.filter(pk__in=[one.pk for one, _quote in shown]))
    _all, facets = narrow(viewer.event, [one.pk for one, _quote in found], wanted.filters, now)
    return Found(
        people=tuple(profiles[one.pk] for one, _quote in shown if one.pk in profiles),
        total=len(found),
        page=page,
        pages=pages,
        facets=facets,
        quotations={one.pk: quote for one, quote in shown},
        is_by_words=vector is None,
    )


def _by_vector(
    viewer: Attendee, wanted: Wanted, vector: TextVectors, now: dt.datetime
) -> list[tuple[Attendee, Quotation]]:
    nearest = _nearest_of_visible(viewer, wanted, vector, now)
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
    rows = SearchText.objects.filter(event=viewer.event_id, model=text_reader().model)
    if wanted.filters:
        rows = rows.filter(attendee__in=narrowed(viewer.event, wanted.filters, now).order_by().values("pk"))
    ordered = (
        rows.annotate(distance=MaxInnerProduct("vector", vector) + behind)
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
