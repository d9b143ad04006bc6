"""Between the database and the matching: rows to plain values, and the one loaded model."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Count

from backend.core.errors import BusinessError
from backend.events.models import Attendee, Event, Interest, SessionPart
from backend.events.models import Tie as TieRow
from backend.meetings.models import Availability
from backend.safeguarding.rules import matchable, refused_pairs
from backend.suggestions.models import Feedback, Run
from backend.suggestions.vectors import LOADING, READING, UNPACKING, Progress, vectors_for
from matching import (
    Explanation,
    Lists,
    Participant,
    Policy,
    QuotedText,
    RunState,
    Suggested,
    Tie,
    Vectors,
    build_run,
    explain,
    quoted_texts,
    update_people,
    with_evidence,
)
from matching.errors import BadPolicy, BadState
from matching.text import Encoder, Kind, detect_language, encoder_name, load_encoder, split_sentences

DAYS_PER_YEAR = 365.25
FIELDS = ("seeks", "offers", "about")
KINDS: dict[str, Kind] = {"seeks": "query", "offers": "passage", "about": "query"}


@dataclass(frozen=True, slots=True)
class Forum:
    """An event as matching reads it, read once.

    `versions`: each participant's `changed_at` as read, by attendee id.
    """

    participants: tuple[Participant, ...]
    ties: tuple[Tie, ...]
    excluded: frozenset[tuple[int, int]]
    versions: dict[int, dt.datetime]


def read_forum(event: Event) -> Forum:
    """Everything matching may read of an event: only whom the contact policy opens (S2)."""
    # Attendees first: whatever is read after them is no older than the version noted.
    attendees = list(matchable(event).select_related("organisation__sector").order_by("id"))
    ids = {row.pk for row in attendees}
    sought: dict[int, set[str]] = defaultdict(set)
    offered: dict[int, set[str]] = defaultdict(set)
    for interest in Interest.objects.filter(attendee__in=ids).select_related("topic"):
        if interest.seeks:
            sought[interest.attendee_id].add(interest.topic.key)
        if interest.offers:
            offered[interest.attendee_id].add(interest.topic.key)
    sessions: dict[int, set[str]] = defaultdict(set)
    for part in SessionPart.objects.filter(attendee__in=ids).select_related("session"):
        sessions[part.attendee_id].add(part.session.title)
    ties = _read_ties(event, attendees)
    opened = Availability.objects.filter(event=event).values_list("attendee").annotate(Count("slot"))
    room = dict(opened.order_by())
    # Neither of two is proposed to the other again once one of them said no.
    said = {(min(pair), max(pair)) for pair in Feedback.objects.not_relevant_at(event)}
    refused = refused_pairs(event) | {pair for pair in said if ids.issuperset(pair)}
    participants = tuple(
        Participant(
            id=row.pk,
            constituency=row.constituency,
            organisation=row.organisation.name if row.organisation else "",
            languages=frozenset(row.languages),
            **{name: getattr(row, name) for name in FIELDS},
            **{f"{name}_language": detect_language(getattr(row, name)) for name in FIELDS},
            seeks_topics=frozenset(sought[row.pk]),
            offers_topics=frozenset(offered[row.pk]),
            sessions=frozenset(sessions[row.pk]),
            capacity=room.get(row.pk, event.meetings_per_person),
        )
        for row in attendees
    )
    return Forum(participants, ties, frozenset(refused), {row.pk: row.changed_at for row in attendees})


def _read_ties(event: Event, attendees: Sequence[Attendee]) -> tuple[Tie, ...]:
    """Ties of earlier editions among these attendees, aged from the event's start, as attendee ids."""
    ids = {row.person_id: row.pk for row in attendees}
    rows = TieRow.objects.filter(first__in=ids, second__in=ids, met_on__lt=event.starts_on)
    return tuple(
        Tie(
            a=ids[row.first_id],
            b=ids[row.second_id],
            age_years=(event.starts_on - row.met_on).days / DAYS_PER_YEAR,
            weight=row.weight,
            label=str(row.met_on.year),
        )
        for row in rows.order_by("edition_id", "first_id", "second_id")
    )


class TextReader:
    """Turns texts into stored vectors; the model is loaded when a text is first seen, not before."""

    def __init__(self) -> None:
        source = settings.TITIAN_MODEL
        self.model = encoder_name(source)
        self._encoder: Encoder | None = None

    def encoder(self, progress: Progress | None = None) -> Encoder:
        """The loaded model; loading takes seconds and is done once per process."""
        if self._encoder is None:
            tell = progress or (lambda _stage, _share: None)
            tell(LOADING, 0.0)
            self._encoder = load_encoder(
                settings.TITIAN_MODEL,
                settings.MODEL_FOLDER,
                lambda done, total: tell(UNPACKING, done / total),
            )
            tell(LOADING, 1.0)
        return self._encoder

    def vectors(
        self, texts: Sequence[str], field: str, progress: Progress | None = None
    ) -> dict[str, np.ndarray]:
        """Vectors by text, for texts of this field (seeks, offers, about)."""
        kind = KINDS[field]
        return vectors_for(
            texts,
            model=self.model,
            kind=kind,
            encode=lambda chunk, count: self.encoder(progress).encode(chunk, kind, count),
            progress=partial(progress, READING[field]) if progress else None,
        )

    def read(self, participants: Sequence[Participant], progress: Progress | None = None) -> Vectors:
        """The three text vectors of every participant, rows in their order; no text is a zero row."""
        rows = {}
        for field in FIELDS:
            texts = [getattr(person, field) for person in participants]
            found = self.vectors(texts, field, progress)
            width = len(next(iter(found.values()))) if found else 0
            rows[field] = [found.get(text, np.zeros(width, np.float32)) for text in texts]
        width = max((len(row) for field in FIELDS for row in rows[field]), default=1) or 1
        return Vectors(
            *(
                np.array([row if len(row) else np.zeros(width) for row in rows[field]], np.float32).reshape(
                    len(participants), width
                )
                for field in FIELDS
            )
        )


class NotYetRead(BusinessError):
    code = "not_yet_read"


class StoredTexts(TextReader):
    """Reads stored vectors alone and never loads the model: for the web, where it has no place."""

    def encoder(self, progress: Progress | None = None) -> Encoder:  # noqa: ARG002
        """There is none: refuses NotYetRead."""
        raise NotYetRead("A profile changed and is still being read. Look again in a minute.")


@cache
def text_reader() -> TextReader:
    """The process's one TextReader."""
    return TextReader()


@dataclass(frozen=True, slots=True)
class Built:
    """What a Run stores: lists by attendee id, and policy, report and matching state as plain values."""

    lists: Lists
    policy: dict[str, Any]
    report: dict[str, Any]
    state: bytes


def build(forum: Forum, policy: Policy, progress: Progress | None = None) -> Built:
    """Match everybody of the forum; the texts are read first, which is nearly all of the work."""
    reader = text_reader()
    vectors = reader.read(forum.participants, progress)
    result = build_run(
        forum.participants, forum.ties, vectors, excluded=forum.excluded, policy=policy, progress=progress
    )
    lists = quote_sentences(forum, vectors, result.lists, progress)
    return Built(lists, policy.as_dict(), result.report.as_dict(), result.state.to_bytes())


def update(forum: Forum, run: Run, changed: Collection[int]) -> Built | None:
    """Match the changed people again by the Run's stored state: the lists that change, and the new state.

    None where the state is of another version or of another model: then everybody is matched anew.
    """
    try:
        policy, state = _kept(run)
    except OlderRun:
        return None
    vectors = text_reader().read(forum.participants)
    result = update_people(
        state,
        forum.participants,
        forum.ties,
        vectors,
        changed=forum.versions.keys() & changed,
        excluded=forum.excluded,
        policy=policy,
    )
    lists = quote_sentences(forum, vectors, result.lists)
    return Built(lists, run.policy, run.report, result.state.to_bytes())


class OlderRun(BusinessError):
    code = "older_run"


def _kept(run: Run) -> tuple[Policy, RunState]:
    """What the Run keeps; refuses OlderRun for that of another version or of another model."""
    with suppress(BadPolicy, BadState):
        if run.model == text_reader().model:
            return Policy.from_dict(run.policy), RunState.from_bytes(bytes(run.matching_state or b""))
    raise OlderRun("An older version made these lists: the numbers come with the next full list.")


def numbers_of(
    forum: Forum, run: Run | None, a: int, b: int, reader: TextReader | None = None
) -> Explanation:
    """Every feature and part of one pair, by the yardstick of the Run where there is one.

    By default from stored vectors alone, which refuses NotYetRead; OlderRun where the yardstick is of
    another version. Raises UnknownPerson for somebody matching may not read.
    """
    policy, state = _kept(run) if run else (Policy(), None)
    return explain(
        forum.participants,
        forum.ties,
        (reader or StoredTexts()).read(forum.participants),
        pair=(a, b),
        excluded=forum.excluded,
        policy=policy,
        state=state,
    )


def explain_pair(forum: Forum, run: Run | None, a: int, b: int) -> Explanation:
    """Every feature, part and reason of one pair; the model is loaded to find the sentences that matched.

    Raises UnknownPerson for somebody matching may not read.
    """
    found = numbers_of(forum, run, a, b, text_reader())
    vectors = text_reader().read(forum.participants)
    listed = quote_sentences(forum, vectors, {a: (Suggested(b, found.score, 1, found.reasons),)})
    return replace(found, reasons=listed[a][0].reasons)


def quote_sentences(forum: Forum, vectors: Vectors, lists: Lists, progress: Progress | None = None) -> Lists:
    """The lists with the sentence that matched highlighted in each quotation, or quoted of a long text.

    Only quoted texts are encoded by sentence. The forum's mean vector is taken out first: a short, general
    sentence is near every other, and says nothing.
    """
    people = {person.id: person for person in forum.participants}
    quoted = {(key, field): getattr(people[key], field) for key, field in quoted_texts(lists)}
    read: dict[tuple[int, str], QuotedText] = {}
    for field in FIELDS:
        here = {key: split_sentences(text) for (key, where), text in quoted.items() if where == field}
        found = text_reader().vectors(
            [piece for pieces in here.values() for piece in pieces], field, progress
        )
        rows = getattr(vectors, field)
        mean = rows[rows.any(axis=1)].mean(axis=0) if rows.any() else 0.0
        for key, pieces in here.items():
            if pieces:
                centred = np.stack([found[piece] for piece in pieces]) - mean
                norms = np.linalg.norm(centred, axis=1, keepdims=True)
                read[key, field] = QuotedText(quoted[key, field], pieces, centred / np.maximum(norms, 1e-9))
    return with_evidence(lists, read)
