"""Reads of Runs: the current one, whose lists are stale, and its report for organisers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from backend.core.compiled import CompiledRows
from backend.core.queue import is_given_up
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.states import is_over
from backend.events.services.changes import matching_lock
from backend.safeguarding.rules import matchable
from backend.suggestions.models import ListReading, Run


def current_run(event: Event | int) -> Run | None:
    """The event's published Run, without its stored matching state."""
    return _current_runs.first(event=event if isinstance(event, int) else event.pk)


def _current_of(event: int) -> QuerySet[Run]:
    return Run.objects.defer("matching_state").filter(event=event, state=Run.State.CURRENT)


def _newest_of(event: int) -> QuerySet[Run]:
    return Run.objects.defer("matching_state").filter(event=event).order_by("-started_at", "-pk")[:1]


_current_runs, _newest_runs = CompiledRows(_current_of, event=-1), CompiledRows(_newest_of, event=-1)


def current_reading(attendee: Attendee) -> tuple[Run | None, ListReading | None]:
    """The event's published Run, without what it was computed with, and what it read of the attendee."""
    found = _current_readings.fetch(event=attendee.event_id, attendee=attendee.pk)
    return (found[0].run, found[0]) if found else (current_run(attendee.event_id), None)


def _readings_of(event: int, attendee: int) -> QuerySet[ListReading]:
    mine = ListReading.objects.filter(run__event=event, run__state=Run.State.CURRENT, attendee=attendee)
    return mine.select_related("run").defer("run__matching_state", "run__report", "run__policy")


_current_readings = CompiledRows(_readings_of, event=-1, attendee=-2)


def is_stale(attendee: Attendee, reading: ListReading | None) -> bool:
    """Whether the attendee's list was computed from another version of their profile, or not yet.

    Never of whom matching may not read; asked of the database where the versions differ alone.
    """
    if reading is not None and reading.profile_changed_at == attendee.changed_at:
        return False
    return matchable(attendee.event).filter(pk=attendee.pk).exists()


def is_being_matched(attendee: Attendee) -> bool:
    """Whether a list of the attendee's present profile is being computed; never before the first Run."""
    run, reading = current_reading(attendee)
    return run is not None and is_stale(attendee, reading)


def stale_ids_for(event: Event, run: Run) -> set[int]:
    """Attendees whose list in the Run is not of their present profile, not there yet, or no longer due."""
    return outdated_ids(run, dict(_versions.fetch(event=event.pk)))


def _versions_at(event: int) -> QuerySet[Attendee, tuple[int, dt.datetime]]:
    return matchable(Event(pk=event)).order_by().values_list("pk", "changed_at")


_versions = CompiledRows(_versions_at, event=-1)


def outdated_ids(run: Run, versions: Mapping[int, dt.datetime]) -> set[int]:
    """Attendee ids whose profile version differs from the one the Run read, or exists on one side only.

    `versions`: each attendee's `changed_at` by attendee id.
    """
    read = dict(_read_versions.fetch(run=run.pk))
    return {pk for pk in read.keys() | versions.keys() if read.get(pk) != versions.get(pk)}


def _read_by(run: int) -> QuerySet[ListReading, tuple[int, dt.datetime]]:
    return ListReading.objects.filter(run=run).order_by().values_list("attendee_id", "profile_changed_at")


_read_versions = CompiledRows(_read_by, run=-1)


def needs_refresh(event: Event, run: Run) -> bool:
    """Whether lists are older than a profile, or than the word on interpreters."""
    return run.policy.get("interpreters", False) != event.interpreters or bool(stale_ids_for(event, run))


@dataclass(frozen=True, slots=True)
class RunStatus:
    """The current Run's report, and whether another Run is being computed.

    `failed_at` is when the newest Run that failed or was given up began, if none was published since; `stale`
    counts lists whose people changed after they were computed.
    """

    run: Run | None
    report: dict[str, Any]
    stale: int
    is_building: bool
    failed_at: dt.datetime | None


def run_status_for(event: Event) -> RunStatus:
    """The report of the event's current Run, for its organisers."""
    run = current_run(event)
    newest = _newest_runs.first(event=event.pk)
    is_building = newest is not None and newest.state == Run.State.BUILDING
    is_abandoned = is_building and is_given_up(matching_lock(event.pk))
    has_failed = is_abandoned or (newest is not None and newest.state == Run.State.FAILED)
    return RunStatus(
        run=run,
        report=run.report if run else {},
        stale=len(stale_ids_for(event, run)) if run else 0,
        is_building=is_building and not is_abandoned,
        failed_at=newest.started_at if newest and has_failed else None,
    )


def has_lists(event: Event) -> bool:
    """Whether the event has published lists."""
    return Run.objects.filter(event=event, state=Run.State.CURRENT).exists()


def events_to_rebuild(now: dt.datetime) -> list[Event]:
    """Events with published lists whose people can still use new ones: those that are not over."""
    return [event for event in Event.objects.filter(runs__state=Run.State.CURRENT) if not is_over(event, now)]


def events_with_stale_lists() -> list[Event]:
    """Events with lists older than the profiles, or than the word on interpreters."""
    return [
        run.event
        for run in Run.objects.defer("matching_state").filter(state=Run.State.CURRENT).select_related("event")
        if needs_refresh(run.event, run)
    ]
