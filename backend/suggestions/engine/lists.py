"""Runs of matching over an event's data: lists, updates, and the explanation of one pair."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from backend.core.cluster import cluster_map
from backend.core.errors import BusinessError
from backend.suggestions.engine import texts
from backend.suggestions.engine.event_data import EventData
from backend.suggestions.engine.texts import OnProgress, StoredTextReader, TextReader
from backend.suggestions.models import Run
from matching.errors import BadMatchingPolicy, BadState
from matching.parallel import thread_map
from matching.policy import MatchingPolicy
from matching.recommend.evidence import Means, confirm_reasons
from matching.recommend.explain import explain_pair
from matching.recommend.features import fit_means
from matching.recommend.run import compute_run
from matching.recommend.state import RunState
from matching.recommend.update import update_people
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
    lists = _with_evidence(data, vectors, result.lists, result.state.standardiser.means, on_progress)
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
    lists = _with_evidence(data, vectors, result.lists, result.state.standardiser.means)
    return BuiltLists(lists, run.policy, run.report, result.state.to_bytes())


class OlderRun(BusinessError):
    code = "older_run"


def _stored_state(run: Run) -> tuple[MatchingPolicy, RunState]:
    """The Run's policy and state; refuses OlderRun for those of another version or model."""
    with suppress(BadMatchingPolicy, BadState):
        if run.model == texts.text_reader().model:
            return MatchingPolicy.from_dict(run.policy), RunState.from_bytes(bytes(run.matching_state or b""))
    raise OlderRun(_("An older version made these lists: the numbers come with the next full list."))


def _policy_and_state(data: EventData, run: Run | None) -> tuple[MatchingPolicy, RunState | None]:
    return _stored_state(run) if run else (MatchingPolicy(interpreters=data.interpreters), None)


def score_pair(data: EventData, run: Run | None, a: int, b: int, reader: TextReader | None = None) -> Explanation:
    """Every feature and contribution of two attendee ids, standardised as in the Run if there is one.

    By default from stored vectors only. Refuses `not_yet_read` (a text has none) and OlderRun; raises
    UnknownPerson for an id that is not in the data.
    """
    policy, state = _policy_and_state(data, run)
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


def explain_with_evidence(data: EventData, run: Run | None, a: int, b: int) -> Explanation:
    """As `score_pair`, with the reasons that b would have as the first of a's list; loads the model."""
    reader = texts.text_reader()
    found = score_pair(data, run, a, b, reader)
    if not found.proposable:
        return found
    vectors = reader.read(data.participants)
    policy, state = _policy_and_state(data, run)
    means = state.standardiser.means if state else fit_means(data.participants, vectors, policy, reader.priors(vectors))
    listed = _with_evidence(data, vectors, {a: (Suggested(b, found.score, 1, found.reasons),)}, means)
    return replace(found, reasons=listed[a][0].reasons)


def _with_evidence(
    data: EventData, vectors: Vectors, lists: Lists, means: Means, on_progress: OnProgress | None = None
) -> Lists:
    """The lists with the reasons that the texts bear out; sentences are encoded that never were."""

    def read(sentences: Sequence[str], field: str) -> dict[str, texts.TextVectors]:
        return texts.text_reader().vectors(sentences, field, on_progress)

    return confirm_reasons(lists, data.participants, vectors, means, read, data.topics)
