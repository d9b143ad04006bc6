"""Whom an attendee finds by what others seek, offer and say of themselves, through the contact policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Case, F, FloatField, Q, When, prefetch_related_objects
from pgvector.django import MaxInnerProduct

from backend.core.texts import folded
from backend.directory.models import SearchText
from backend.directory.selectors.finding import (
    CHANNEL,
    PAGE_SIZE,
    Found,
    Quotation,
    Wanted,
    facets_of,
    fits,
    people_near,
    values_of,
)
from backend.events.models import Attendee, AttendeeQuerySet, interests_of_cards
from backend.safeguarding.rules import contactable_for
from backend.safeguarding.selectors import public_profile_of
from backend.suggestions.engine import (
    FIELDS,
    NEAR,
    TextVectors,
    closest_sentences,
    split_sentences,
    text_hash,
    text_reader,
)

MOST_PEOPLE = 60  # the nearest; further ones have little to do with a search
OFFERED = "offers"  # answers a search
OTHERS_BEHIND = 0.3  # what people seek and say of themselves answers it only where it is nearer by this
SENTENCE_WEIGHT = 0.5  # of the nearest sentence, beside the whole text's 1
LEAST_LETTERS = 3  # of a word that is looked for where the model is away
MOST_WORDS = 8
PUNCTUATION = ".,;:!?()'’\"“”"


def found_by_meaning(
    *, viewer: Attendee, wanted: Wanted, vector: TextVectors | None, page: int, now: dt.datetime
) -> Found:
    """The sixty people whose texts come nearest to the search, each with the nearest sentence quoted.

    `vector` is the search's, as `suggestions.engine.read_search` gives it; without one, those in whose texts
    its words occur. All texts of everybody visible are compared: none is left out for speed.
    """
    visible = contactable_for(viewer, CHANNEL, now)
    admitted = visible
    if wanted.filters:
        everybody = people_near(visible, None)
        values = values_of(viewer, everybody, now)
        admitted = visible.filter(pk__in=[pk for pk, one in values.items() if fits(one, wanted.filters)])
    found = _by_words(admitted, wanted.q) if vector is None else _by_vector(viewer, visible, admitted, vector)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    prefetch_related_objects([one for one, _quote in shown], interests_of_cards())
    values = values_of(viewer, [one for one, _quote in found], now)
    return Found(
        people=tuple(public_profile_of(one) for one, _quote in shown),
        total=len(found),
        page=page,
        pages=pages,
        facets=facets_of(values.values(), wanted.filters),
        quotations={one.pk: quote for one, quote in shown},
        is_by_words=vector is None,
    )


def _by_vector(
    viewer: Attendee, visible: AttendeeQuerySet, admitted: AttendeeQuerySet, vector: TextVectors
) -> list[tuple[Attendee, Quotation]]:
    behind = Case(When(field=OFFERED, then=0.0), default=OTHERS_BEHIND, output_field=FloatField())
    rows = (
        SearchText.objects.filter(
            event=viewer.event_id,
            model=text_reader().model,
            attendee__in=admitted.order_by().values("pk"),
        )
        .annotate(away=MaxInnerProduct("vector", vector))
        .filter(away__lte=-NEAR)
        .annotate(distance=F("away") + behind)
        .order_by("distance", "pk")
    )
    nearest = list(
        rows.values_list("attendee_id", "field", "text_hash", "distance")[: MOST_PEOPLE * len(FIELDS)]
    )
    ids = list(dict.fromkeys(row[0] for row in nearest))[:MOST_PEOPLE]
    people = {one.pk: one for one in visible.filter(pk__in=ids).select_related("organisation__sector")}
    hits: dict[int, tuple[str, str, float]] = {}
    for pk, field, read, distance in nearest:
        if pk in people and pk not in hits:
            text = getattr(people[pk], field)
            if text_hash(text) == read:  # else it waits to be read anew
                hits[pk] = field, text, distance
    quoted = closest_sentences([(field, text) for field, text, _distance in hits.values()], vector)
    found = [
        (distance - SENTENCE_WEIGHT * cosine, pk, Quotation(field, sentence))
        for (pk, (field, _text, distance)), (sentence, cosine) in zip(hits.items(), quoted, strict=True)
    ]
    return [(people[pk], quote) for _order, pk, quote in sorted(found, key=lambda row: row[:2])]


def _by_words(admitted: AttendeeQuerySet, text: str) -> list[tuple[Attendee, Quotation]]:
    """Those in whose sentences most of the words occur, the most first."""
    words = [word for one in text.split() if len(word := one.strip(PUNCTUATION)) >= LEAST_LETTERS][
        :MOST_WORDS
    ]
    if not words:
        return []
    occurs = Q()
    for word in words:
        for field in FIELDS:
            occurs |= Q(**{f"{field}__icontains": word})
    found, plain = [], [folded(word) for word in words]
    for one in admitted.filter(occurs).select_related("organisation__sector"):
        count, quote = max(_counted(one, plain), key=lambda row: row[0], default=(0, None))
        if quote and count:
            found.append((-count, one.pk, one, quote))
    return [(one, quote) for _count, _pk, one, quote in sorted(found, key=lambda row: row[:2])[:MOST_PEOPLE]]


def _counted(one: Attendee, words: list[str]) -> Iterator[tuple[int, Quotation | None]]:
    for field in FIELDS:
        for sentence in split_sentences(getattr(one, field)):
            text = folded(sentence)
            yield sum(word in text for word in words), Quotation(field, sentence)
