"""Runs of matching over an event's data: lists, updates, and the explanation of one pair."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from backend.core.cluster import cluster_map
from backend.core.errors import BusinessError
from backend.suggestions.engine import texts
from backend.suggestions.engine.event_data import EventData
from backend.suggestions.engine.texts import FIELDS, OnProgress, StoredTextReader, TextReader
from backend.suggestions.models import LIST_SIZE, Run
from matching.errors import BadMatchingPolicy, BadState
from matching.parallel import thread_map
from matching.policy import MatchingPolicy
from matching.recommend.explain import explain_pair
from matching.recommend.reasons import QuotedText, quoted_texts, with_quotations
from matching.recommend.run import compute_run
from matching.recommend.state import RunState
from matching.recommend.update import update_people
from matching.text.sentences import split_sentences
from matching.types import Explanation, Lists, Suggested, Vectors

KEPT = 60
"""Entries of a stored list: a page that may not show one of the first ten shows the next."""


LEAST_FOR_CLUSTER = 2_000
"""People of an event that a cluster, where there is one, helps with: fewer are scored before all is sent."""


@dataclass(frozen=True, slots=True)
class BuiltLists:
    """What a Run stores: lists by attendee id, and policy, report and matching state as plain values."""

    lists: Lists
    policy: dict[str, Any]
    report: dict[str, Any]
    state: bytes


def build_lists(data: EventData, policy: MatchingPolicy, on_progress: OnProgress | None = None) -> BuiltLists:
    """Match everybody; encoding new texts is most of the work. Refuses ClusterRefused."""
    further = max(0, KEPT - policy.list_size)
    policy = replace(policy, interpreters=data.interpreters, further=further)
    reader = texts.text_reader()
    vectors = reader.read(data.participants, on_progress)
    priors = reader.priors(vectors, on_progress)
    is_large = len(data.participants) >= LEAST_FOR_CLUSTER
    with cluster_map() if is_large else nullcontext(thread_map) as parallel_map:
        result = compute_run(
            data.participants,
            data.ties,
            vectors,
            excluded=data.excluded,
            policy=policy,
            priors=priors,
            on_progress=on_progress,
            parallel_map=parallel_map,
        )
    lists = _quote_sentences(data, vectors, result.lists, on_progress)
    return BuiltLists(lists, policy.as_dict(), result.report.as_dict(), result.state.to_bytes())


def update_lists(data: EventData, run: Run, changed: Collection[int]) -> BuiltLists | None:
    """Match the changed attendee ids again from the Run's state: the lists that change, and the new state.

    None where the state is of another version or model, or the event has interpreters where it had none or
    the reverse: build all lists instead.
    """
    try:
        policy, state = _stored_state(run)
    except OlderRun:
        return None
    if policy.interpreters != data.interpreters:
        return None
    vectors = texts.text_reader().read(data.participants)
    result = update_people(
        state,
        data.participants,
        data.ties,
        vectors,
        changed=data.versions.keys() & changed,
        excluded=data.excluded,
        policy=policy,
    )
    lists = _quote_sentences(data, vectors, result.lists)
    return BuiltLists(lists, run.policy, run.report, result.state.to_bytes())


class OlderRun(BusinessError):
    code = "older_run"


def _stored_state(run: Run) -> tuple[MatchingPolicy, RunState]:
    """The Run's policy and state; refuses OlderRun for those of another version or model."""
    with suppress(BadMatchingPolicy, BadState):
        if run.model == texts.text_reader().model:
            return MatchingPolicy.from_dict(run.policy), RunState.from_bytes(bytes(run.matching_state or b""))
    raise OlderRun(_("An older version made these lists: the numbers come with the next full list."))


def score_pair(
    data: EventData, run: Run | None, a: int, b: int, reader: TextReader | None = None
) -> Explanation:
    """Every feature and contribution of two attendee ids, standardised as in the Run if there is one.

    By default from stored vectors only. Refuses `not_yet_read` (a text has none) and OlderRun; raises
    UnknownPerson for an id that is not in the data.
    """
    policy, state = _stored_state(run) if run else (MatchingPolicy(interpreters=data.interpreters), None)
    reader = reader or StoredTextReader()
    vectors = reader.read(data.participants)
    return explain_pair(
        data.participants,
        data.ties,
        vectors,
        pair=(a, b),
        excluded=data.excluded,
        policy=policy,
        state=state,
        priors=None if state else reader.priors(vectors),
    )


def explain_with_quotations(data: EventData, run: Run | None, a: int, b: int) -> Explanation:
    """As `score_pair`, with the reasons' matching sentences, for which the model is loaded."""
    found = score_pair(data, run, a, b, texts.text_reader())
    vectors = texts.text_reader().read(data.participants)
    listed = _quote_sentences(data, vectors, {a: (Suggested(b, found.score, 1, found.reasons),)})
    return replace(found, reasons=listed[a][0].reasons)


def _quote_sentences(
    data: EventData, vectors: Vectors, lists: Lists, on_progress: OnProgress | None = None
) -> Lists:
    """The lists with the closest sentence highlighted in each quotation, or quoted from a long text.

    Only texts quoted in the lists proper are encoded by sentence; further entries quote others by their
    beginning. The event's mean vector is subtracted: short, general sentences
    are close to all others.
    """
    people = {person.id: person for person in data.participants}
    proper = {owner: entries[:LIST_SIZE] for owner, entries in lists.items()}
    quoted = {(key, field): getattr(people[key], field) for key, field in quoted_texts(proper)}
    read: dict[tuple[int, str], QuotedText] = {}
    for field in FIELDS:
        pieces_of = {key: split_sentences(text) for (key, where), text in quoted.items() if where == field}
        found = texts.text_reader().vectors(
            [piece for pieces in pieces_of.values() for piece in pieces], field, on_progress
        )
        rows = getattr(vectors, field)
        mean = rows[rows.any(axis=1)].mean(axis=0) if rows.any() else 0.0
        for key, pieces in pieces_of.items():
            if pieces:
                centred = np.stack([found[piece] for piece in pieces]) - mean
                norms = np.linalg.norm(centred, axis=1, keepdims=True)
                read[key, field] = QuotedText(quoted[key, field], pieces, centred / np.maximum(norms, 1e-9))
    return with_quotations(lists, read)
