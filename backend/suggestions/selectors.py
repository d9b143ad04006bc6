"""Reads of suggestions: rows of the current Run, never a score computed in a web request."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from backend.events.models import Attendee, Event
from backend.events.selectors import PersonNamed
from backend.safeguarding.rules import matchable, refused_pairs
from backend.safeguarding.selectors import PublicProfile, public_profiles_for
from backend.suggestions.models import Feedback, ListReading, Run, Suggestion

LIST_SIZE = 10


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why somebody is suggested: a code with its evidence; pages and the API put it into words."""

    code: str
    weight: float
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SuggestionCard:
    """One place in the viewer's list."""

    face: PublicProfile
    rank: int
    score: float
    exploratory: bool
    reasons: tuple[ReasonRow, ...]
    saved: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """What the viewer narrowed the list to; an empty value filters nothing."""

    constituency: str = ""
    theme: str = ""
    country: str = ""
    language: str = ""

    @property
    def any(self) -> bool:
        return bool(self.constituency or self.theme or self.country or self.language)

    def admit(self, face: PublicProfile) -> bool:
        return (
            self.constituency in ("", face.constituency)
            and self.country in ("", face.country)
            and (not self.theme or self.theme in face.themes)
            and (not self.language or self.language in face.languages)
        )


@dataclass(frozen=True, slots=True)
class SuggestionList:
    """The viewer's list: the cards admitted by the filters, what can be filtered, and how fresh it is.

    `facets` counts, per filter name, the values found in the whole list. `is_refreshing` says that the
    profile changed after the list was computed; `computed_at` is None before the first Run.
    """

    cards: tuple[SuggestionCard, ...]
    total: int
    facets: dict[str, tuple[tuple[str, int], ...]]
    filters: Filters
    computed_at: dt.datetime | None
    is_refreshing: bool


def current_run(event: Event | int) -> Run | None:
    """The event's published Run, without its stored matching state."""
    return Run.objects.defer("matching_state").filter(event=event, state=Run.State.CURRENT).first()


def suggestions_for(
    *, attendee: Attendee, now: dt.datetime, filters: Filters | None = None, limit: int = LIST_SIZE
) -> SuggestionList:
    """The attendee's list as they may see it now, in a constant number of queries.

    Whoever the contact policy no longer allows is left out at once, whatever the Run says, and so is
    whoever the attendee called not relevant.
    """
    filters = filters or Filters()
    run = current_run(attendee.event_id)
    if run is None:
        return SuggestionList((), 0, {}, filters, None, False)
    # First: a list that comes between the two queries must not pass for one that was already there.
    reading = ListReading.objects.filter(run=run, attendee=attendee.pk).first()
    cards = _cards(attendee, Suggestion.objects.filter(run=run, attendee=attendee.pk), now)
    admitted = [card for card in cards if filters.admit(card.face)]
    return SuggestionList(
        cards=tuple(admitted[:limit]),
        total=len(cards),
        facets=_facets(card.face for card in cards),
        filters=filters,
        computed_at=reading.computed_at if reading else run.published_at,
        is_refreshing=is_stale(attendee, reading),
    )


def is_stale(attendee: Attendee, reading: ListReading | None) -> bool:
    """Whether the attendee's list was computed from another version of their profile, or not yet."""
    if not matchable(attendee.event).filter(pk=attendee.pk).exists():
        return False
    return reading is None or reading.profile_changed_at != attendee.changed_at


def is_being_matched(attendee: Attendee) -> bool:
    """Whether a list of the attendee's present profile is on its way: never before the first Run."""
    run = current_run(attendee.event_id)
    return run is not None and is_stale(
        attendee, ListReading.objects.filter(run=run, attendee=attendee.pk).first()
    )


def stale_ids_for(event: Event, run: Run) -> set[int]:
    """Attendees whose list in the Run is not of their present profile, not there yet, or no longer due."""
    return other_versions(run, dict(matchable(event).values_list("pk", "changed_at")))


def other_versions(run: Run, present: Mapping[int, dt.datetime]) -> set[int]:
    """Whose version among the `present`, by attendee id, is not the one the Run read, or is in one alone."""
    read = dict(ListReading.objects.filter(run=run).values_list("attendee_id", "profile_changed_at"))
    return {pk for pk in read.keys() | present.keys() if read.get(pk) != present.get(pk)}


@dataclass(frozen=True, slots=True)
class RunPage:
    """What an organiser reads of the lists: the current Run's report, and whether another is being made.

    `failed_at` is when the newest Run failed, if none was published since; `stale` counts lists whose people
    changed after they were computed.
    """

    run: Run | None
    report: dict[str, Any]
    stale: int
    is_building: bool
    failed_at: dt.datetime | None


def run_page_for(event: Event) -> RunPage:
    """The report of the event's current Run, for its organisers."""
    run = current_run(event)
    newest = Run.objects.defer("matching_state").filter(event=event).order_by("-started_at", "-pk").first()
    return RunPage(
        run=run,
        report=run.report if run else {},
        stale=len(stale_ids_for(event, run)) if run else 0,
        is_building=newest is not None and newest.state == Run.State.BUILDING,
        failed_at=newest.started_at if newest and newest.state == Run.State.FAILED else None,
    )


def events_with_run() -> QuerySet[Event]:
    """Events that have published lists."""
    return Event.objects.filter(runs__state=Run.State.CURRENT)


def stale_events() -> list[Event]:
    """Events some of whose lists are not of people's present profiles."""
    return [
        run.event
        for run in Run.objects.defer("matching_state").filter(state=Run.State.CURRENT).select_related("event")
        if stale_ids_for(run.event, run)
    ]


def suggestion_between(*, attendee: Attendee, other_id: int, now: dt.datetime) -> SuggestionCard | None:
    """The attendee's suggestion of this other person, if the current Run holds one they may see."""
    run = current_run(attendee.event_id)
    if run is None:
        return None
    rows = Suggestion.objects.filter(run=run, attendee=attendee.pk, other=other_id)
    return next(iter(_cards(attendee, rows, now, with_refused=True)), None)


def _cards(
    attendee: Attendee,
    rows: QuerySet[Suggestion],
    now: dt.datetime,
    *,
    with_refused: bool = False,
) -> list[SuggestionCard]:
    """Cards of these suggestions in rank order, without those the policy or the attendee refuses."""
    found = list(rows.order_by("rank"))
    between = {
        reason["evidence"]["person"]
        for row in found
        for reason in row.reasons
        if "person" in reason["evidence"]
    }
    said = dict(Feedback.objects.filter(attendee=attendee.pk).values_list("other_id", "verdict"))
    faces = public_profiles_for(
        viewer=attendee, ids={row.other_id for row in found} | between, channel="suggestion", now=now
    )
    refused_among = refused_pairs(attendee.event, among=faces) if between else set()
    cards = []
    for row in found:
        refused = said.get(row.other_id) == Feedback.Verdict.NOT_RELEVANT
        if row.other_id not in faces or (refused and not with_refused):
            continue
        cards.append(
            SuggestionCard(
                face=faces[row.other_id],
                rank=row.rank,
                score=row.score,
                exploratory=row.exploratory,
                reasons=tuple(visible_reasons(row.reasons, row.other_id, faces, refused_among)),
                saved=said.get(row.other_id) == Feedback.Verdict.GOOD,
            )
        )
    return [replace(card, rank=place) for place, card in enumerate(cards, start=1)]


def visible_reasons(
    reasons: list[dict[str, Any]],
    other_id: int,
    seen: Mapping[int, PublicProfile] | Mapping[int, PersonNamed],
    refused: Collection[tuple[int, int]],
) -> Iterable[ReasonRow]:
    """Reasons to meet the other, for whoever sees these people.

    One that names somebody in between only if they are seen, and are not kept apart from the other: that the
    two once met is nobody's business then.
    """
    for reason in reasons:
        evidence = dict(reason["evidence"])
        if "person" in evidence:
            between = evidence["person"]
            if between not in seen or (min(between, other_id), max(between, other_id)) in refused:
                continue
            evidence["name"] = seen[evidence["person"]].name
        yield ReasonRow(reason["code"], reason["weight"], evidence)


def _facets(faces: Iterable[PublicProfile]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Per filter name, the values that occur with their counts, by value."""
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("constituency", "theme", "country", "language")
    }
    for face in faces:
        counts["constituency"][face.constituency] += 1
        counts["country"].update([face.country] if face.country else [])
        counts["theme"].update(face.themes)
        counts["language"].update(face.languages)
    return {name: tuple(sorted(found.items())) for name, found in counts.items()}
