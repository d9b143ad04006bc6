"""Runs: built and published as a whole, or updated in place when profiles change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import ngettext

from backend.core.advisory_lock import advisory_lock
from backend.core.audit import record_act
from backend.core.errors import BusinessError
from backend.core.models import Act
from backend.core.progress import StageTimes
from backend.core.queue import enqueue
from backend.core.transactions import in_transaction
from backend.events.models.aliases import Alias
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.changes import matching_lock, matching_queue, queue_matching
from backend.people.models import Person
from backend.suggestions.engine.event_data import EventData, read_event_data
from backend.suggestions.engine.learning import policy_with_weights
from backend.suggestions.engine.lists import build_lists, update_lists
from backend.suggestions.engine.texts import OnProgress, text_reader
from backend.suggestions.models import ListReading, Run, Suggestion
from backend.suggestions.selectors.learning import active_weights
from backend.suggestions.selectors.runs import needs_refresh, outdated_ids
from matching.policy import MatchingPolicy
from matching.types import Suggested

BUILD_SUGGESTIONS, HELP_TO_READ = "suggestions.build", "suggestions.help_to_read"
HELPERS = 4
"""Other workers, at most, that are asked to encode an event's texts beside the one that builds its lists."""
MAX_UPDATED, MAX_UPDATED_SHARE = 20, 0.05
"""Up to so many changed people, or this share of all, are updated one by one; with more, all are built."""


class NobodyToMatch(BusinessError):
    code = "nobody_to_match"


def build_run(
    *, event: Event, now: dt.datetime, policy: MatchingPolicy | None = None, progress: OnProgress | None = None
) -> Run:
    """Compute every list of the event and publish them together; readers see the old Run until then.

    `policy`: by default today's, with the floor of the current Run; learned weights hold in both. Changes
    made meanwhile are found by `refresh_lists`, which compares the versions of profiles stored here. A Run
    that fails is kept as failed and changes nothing else. One computation of an event's lists runs at a time.
    Refuses NobodyToMatch where fewer than two people may be suggested.
    """

    def on_wait() -> None:
        if progress:
            progress("Waiting for another computation of these lists", 0.0)

    with advisory_lock(matching_lock(event.pk), on_wait=on_wait):
        # The lock is held: a Run still being built belongs to a process that was killed.
        Run.objects.filter(event=event, state=Run.State.BUILDING).update(state=Run.State.FAILED)
        return _build_locked(event, now, _policy_for(event, policy), progress)


def build_first_run(*, event: Event, now: dt.datetime) -> Run | None:
    """Compute every list of an event that has none; None where it has them, or has too few people."""
    if Run.objects.filter(event=event, state=Run.State.CURRENT).exists():
        return None
    try:
        return build_run(event=event, now=now)
    except NobodyToMatch:
        return None


def preview_run(
    *, event: Event, policy: MatchingPolicy | None = None, progress: OnProgress | None = None
) -> dict[str, Any]:
    """The report of what `build_run` would publish; nothing is published. Refuses NobodyToMatch."""
    return build_lists(_event_data(event), _policy_for(event, policy), progress).report


def _policy_for(event: Event, policy: MatchingPolicy | None) -> MatchingPolicy:
    """The given policy, else today's with the floor of the current Run; with the event's learned weights."""
    if policy is None:
        current = Run.objects.filter(event=event, state=Run.State.CURRENT)
        policy = MatchingPolicy(ei_floor=current.values_list("policy__ei_floor", flat=True).first())
    learned = active_weights(event)
    return policy_with_weights(policy, learned.weights) if learned else policy


def _event_data(event: Event) -> EventData:
    """The event as matching reads it; refuses NobodyToMatch."""
    data = read_event_data(event)
    if len(data.participants) < 2:
        raise NobodyToMatch(
            ngettext(
                "“%(event)s” has %(count)d person who may be suggested: adults, by the organiser's word, who "
                "list themselves. Import attendees with age_class first.",
                "“%(event)s” has %(count)d people who may be suggested: adults, by the organiser's word, who "
                "list themselves. Import attendees with age_class first.",
                len(data.participants),
            )
            % {"event": event.slug, "count": len(data.participants)}
        )
    return data


def _build_locked(event: Event, now: dt.datetime, policy: MatchingPolicy, progress: OnProgress | None) -> Run:
    data = _event_data(event)
    run = Run.objects.create(event=event, model=text_reader().model, started_at=now)
    try:
        _ask_for_help(event, data)
        times = StageTimes(progress)
        built = build_lists(data, policy, times)
        run.policy, run.report = built.policy, {**built.report, "seconds": times.seconds()}
        run.matching_state = built.state
        with transaction.atomic():
            run.save(update_fields=["policy", "report", "matching_state"])
            _write_lists(run, built.lists, data.versions, data.versions, now)
    except BaseException:
        Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED)
        raise
    _publish(run, now)
    return run


def _ask_for_help(event: Event, data: EventData) -> None:
    """Have other workers encode some of many new texts; where none is free, all are read by this one."""
    queue = matching_queue(event.pk)
    for number in range(min(HELPERS, text_reader().missing_chunks(data.participants))):
        name = f"{HELP_TO_READ}:{event.pk}:{number}"
        enqueue(HELP_TO_READ, lock=name, once=name, queue=queue, event_id=event.pk)


def help_to_read(*, event: Event) -> None:
    """Encode what no other worker is encoding of the event's texts."""
    if Run.objects.filter(event=event, state=Run.State.BUILDING).exists():
        text_reader().help_to_read(read_event_data(event).participants)


@in_transaction
def _publish(run: Run, now: dt.datetime) -> None:
    """Make this Run the current one; the old one is retired and its rows are deleted."""
    old = Run.objects.select_for_update(no_key=True).filter(event=run.event_id, state=Run.State.CURRENT)
    retired = [row.pk for row in old.only("pk")]
    Run.objects.filter(pk__in=retired).update(state=Run.State.RETIRED, matching_state=None)
    Suggestion.objects.filter(run__in=retired).delete()
    ListReading.objects.filter(run__in=retired).delete()
    run.state, run.published_at = Run.State.CURRENT, now
    run.save(update_fields=["state", "published_at"])


def refresh_lists(*, event: Event, now: dt.datetime) -> int:
    """Update the lists of whoever changed since they were computed, and the lists they now belong to.

    Gives the number of people who had changed or left. Where too many changed, or the stored state is of
    another version or model, every list is built again. Does nothing without a current Run.
    """
    with advisory_lock(matching_lock(event.pk)):
        return _refresh_locked(event, now)


def _refresh_locked(event: Event, now: dt.datetime) -> int:
    run = Run.objects.filter(event=event, state=Run.State.CURRENT).first()
    if run is None or not needs_refresh(event, run):
        return 0
    data = read_event_data(event)
    changed = outdated_ids(run, data.versions)  # changed before it was read, not after
    few = len(changed) <= max(MAX_UPDATED, int(len(data.participants) * MAX_UPDATED_SHARE))
    updated = update_lists(data, run, changed) if few else None
    if updated is None:
        build_run(event=event, now=now)
        return len(changed)
    with transaction.atomic():
        held = Run.objects.filter(pk=run.pk, state=Run.State.CURRENT)
        if held.update(matching_state=updated.state):
            left = changed - data.versions.keys()
            Suggestion.objects.filter(run=run).filter(Q(attendee__in=left) | Q(other__in=left)).delete()
            ListReading.objects.filter(run=run, attendee__in=left).delete()
            # Their new versions were read, even where the list came out the same.
            read = data.versions.keys() & (changed | updated.lists.keys())
            _write_lists(run, updated.lists, {pk: data.versions[pk] for pk in read}, data.versions, now)
    return len(changed)


def _write_lists(
    run: Run,
    lists: Mapping[int, Collection[Suggested]],
    read: Mapping[int, dt.datetime],
    versions: Mapping[int, dt.datetime],
    now: dt.datetime,
) -> None:
    """Replace these people's lists in the Run, and store which versions of profiles were `read`.

    `read`: versions by attendee id, also of those whose list stays the same; `versions`: of
    everybody. Whoever came under an alias since is left out until they are read again: their words may tell
    who they are (S11).
    """
    aliases = Alias.objects.filter(attendee__event=run.event_id)
    changed = aliases.values_list("attendee", "attendee__changed_at")
    behind = {pk for pk, changed_at in changed if versions.get(pk) != changed_at}
    Suggestion.objects.filter(run=run, attendee__in=list(lists)).delete()
    ListReading.objects.filter(run=run, attendee__in=list(read)).delete()
    Suggestion.objects.bulk_create(
        (
            Suggestion(
                run=run,
                attendee_id=attendee_id,
                other_id=place.other,
                rank=place.rank,
                score=place.score,
                propensity=place.propensity,
                exploratory=place.exploratory,
                reasons=[
                    {"code": reason.code, "weight": round(reason.weight, 4), "evidence": dict(reason.evidence)}
                    for reason in place.reasons
                ],
            )
            for attendee_id, places in lists.items()
            for place in places
            if not behind & {attendee_id, place.other, *(one.evidence.get("person") for one in place.reasons)}
        ),
        batch_size=2_000,
    )
    ListReading.objects.bulk_create(
        ListReading(run=run, attendee_id=key, profile_changed_at=version, computed_at=now)
        for key, version in read.items()
    )


@in_transaction
def request_build(*, event: Event, by: Person, now: dt.datetime) -> None:
    """Have every list of the event rebuilt for an organiser, and record that; refuses OrganisersOnly."""
    check_organiser(by, event, Activity.EDIT)
    queue_build(event=event)
    record_act(event=event, by=by, kind=Act.Kind.REBUILD_REQUESTED, now=now)


def queue_build(*, event: Event) -> None:
    """Queue the computation of every list for the worker; once, however often it is asked."""
    queue_matching(BUILD_SUGGESTIONS, event.pk)
