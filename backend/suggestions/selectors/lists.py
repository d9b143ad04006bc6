"""Lists of suggestions: rows of the current Run, never a score computed in a web request."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from django.db.models import QuerySet

from backend.core.compiled import CompiledRows
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import pair_of
from backend.events.rules.languages import needs_device, own_interpreter_text
from backend.events.selectors import PersonNamed, declares_need
from backend.safeguarding.rules import refused_pairs
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_for
from backend.suggestions.models import LIST_SIZE, Feedback, Suggestion
from backend.suggestions.selectors.runs import current_reading, current_run, is_stale
from matching.recommend.strength import Strength, strength_of

AHEAD = 2
"""Places that a time in common is worth: all of one strength would cost twice the nDCG (docs/matching.md)."""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why somebody is suggested: a code with its evidence; pages and the API put it into words."""

    code: str
    weight: float
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SuggestionCard:
    """One place in the viewer's list.

    `strength` is the word for its score, never strong where the viewer declares no need; `interpreter` says
    which one the two need, empty where none; `with_device`: a translating device instead.
    """

    other: PublicProfile
    rank: int
    score: float
    strength: Strength
    exploratory: bool
    reasons: tuple[ReasonRow, ...]
    saved: bool
    interpreter: str = ""
    with_device: bool = False


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

    def admit(self, profile: PublicProfile) -> bool:
        return (
            self.constituency in ("", profile.constituency)
            and self.country in ("", profile.country)
            and (not self.theme or self.theme in profile.themes)
            and (not self.language or self.language in profile.languages)
        )


FILTER_NAMES = tuple(field.name for field in fields(Filters))


@dataclass(frozen=True, slots=True)
class SuggestionList:
    """The viewer's list: the cards admitted by the filters, what can be filtered, and how fresh it is.

    `facets` counts, per filter name, the values found in the whole list. `is_refreshing` says that the
    profile changed after the list was computed; `computed_at` is None before the first Run. `is_weak`: nobody
    in the whole list is more than worth a look.
    """

    cards: tuple[SuggestionCard, ...]
    total: int
    facets: dict[str, tuple[tuple[str, int], ...]]
    filters: Filters
    computed_at: dt.datetime | None
    is_refreshing: bool
    is_weak: bool = False


class Entry(NamedTuple):
    """What a Run holds of somebody suggested."""

    other_id: int
    score: float
    exploratory: bool
    reasons: list[dict[str, Any]]


def suggestions_for(
    *, attendee: Attendee, now: dt.datetime, filters: Filters | None = None, limit: int = LIST_SIZE
) -> SuggestionList:
    """The attendee's list as they may see it now, in a constant number of queries.

    The first ten of the stored entries that the contact policy allows: whoever it refuses is left out at
    once, whatever the Run says, and so is whoever the attendee called not relevant.
    """
    filters = filters or Filters()
    # Read first: a list published between the two queries must still count as stale.
    run, reading = current_reading(attendee)
    if run is None:
        return SuggestionList((), 0, {}, filters, None, False)
    found = [Entry(*row) for row in _entries.fetch(run=run.pk, attendee=attendee.pk)]
    cards = _cards(attendee, found, now, most=LIST_SIZE)
    admitted = [card for card in cards if filters.admit(card.other)]
    return SuggestionList(
        cards=tuple(admitted[:limit]),
        total=len(cards),
        facets=_facets(card.other for card in cards),
        filters=filters,
        computed_at=reading.computed_at if reading else run.published_at,
        is_refreshing=is_stale(attendee, reading),
        is_weak=bool(cards) and all(card.strength == Strength.WORTH_A_LOOK for card in cards),
    )


def bookable_first(
    cards: Sequence[SuggestionCard], bookable: Container[int], underway: Container[int] = ()
) -> tuple[SuggestionCard, ...]:
    """The cards, those of the `bookable` people (ids) AHEAD places further up among those of one strength.

    Last of a strength come those `underway` (ids), with whom there is a request or a meeting; before them, people
    met with a translating device.
    """
    steps, ahead = list(Strength), AHEAD + 0.5  # half a place decides between two who would share one
    if not any(card.other.attendee_id in group for card in cards for group in (bookable, underway)):
        return tuple(cards)

    def place(card: SuggestionCard) -> tuple[int, bool, bool, float]:
        pk = card.other.attendee_id
        return steps.index(card.strength), pk in underway, card.with_device, card.rank - ahead * (pk in bookable)

    return tuple(sorted(cards, key=place))


def suggestion_between(*, attendee: Attendee, other_id: int, now: dt.datetime) -> SuggestionCard | None:
    """The attendee's suggestion of this other person, if the current Run holds one they may see.

    Also where the attendee called them not relevant. Its place in the list is not counted.
    """
    run = current_run(attendee.event_id)
    if run is None:
        return None
    entries = _entries_with.fetch(run=run.pk, attendee=attendee.pk, other=other_id)
    found = [Entry(*row) for row in entries]
    return next(iter(_cards(attendee, found, now, even_refused=True)), None)


def _cards(
    attendee: Attendee, found: Sequence[Entry], now: dt.datetime, *, even_refused: bool = False, most: int | None = None
) -> list[SuggestionCard]:
    """Cards of these suggestions in their order, without whom the contact policy or the attendee refuses.

    `even_refused`: whom the attendee refused is kept. `most`: so many cards at most.
    """
    if not found:
        return []
    between = {
        reason["evidence"]["person"] for row in found for reason in row.reasons if "person" in reason["evidence"]
    }
    verdicts = dict(_verdicts.fetch(attendee=attendee.pk))
    profiles = public_profiles_for(
        viewer=attendee, ids={row.other_id for row in found} | between, channel="suggestion", now=now
    )
    shown = [
        row
        for row in found
        if row.other_id in profiles and (even_refused or verdicts.get(row.other_id) != Feedback.Verdict.NOT_RELEVANT)
    ][:most]
    between &= profiles.keys()
    named = between | {row.other_id for row in shown}
    refused_among = refused_pairs(attendee.event, among=named) if between else set()
    need_declared = declares_need(attendee)
    return [
        SuggestionCard(
            other=(other := profiles[row.other_id]),
            rank=place,
            score=row.score,
            strength=strength_of(row.score, need_declared=need_declared),
            exploratory=row.exploratory,
            reasons=tuple(
                visible_reasons(row.reasons, row.other_id, profiles, refused_among, shows_sessions=other.shows_sessions)
            ),
            saved=verdicts.get(row.other_id) == Feedback.Verdict.GOOD,
            interpreter=own_interpreter_text(attendee, other, attendee.event),
            with_device=needs_device(attendee, other, attendee.event),
        )
        for place, row in enumerate(shown, start=1)
    ]


def _entries_of(run: int, attendee: int) -> QuerySet[Suggestion, tuple[Any, ...]]:
    return _values_of(Suggestion.objects.filter(run=run, attendee=attendee).order_by("rank"))


def _entries_between(run: int, attendee: int, other: int) -> QuerySet[Suggestion, tuple[Any, ...]]:
    return _values_of(Suggestion.objects.filter(run=run, attendee=attendee, other=other))


def _values_of(entries: QuerySet[Suggestion]) -> QuerySet[Suggestion, tuple[Any, ...]]:
    return entries.values_list(*Entry._fields)


def _verdicts_of(attendee: int) -> QuerySet[Feedback, tuple[int, str]]:
    return Feedback.objects.filter(attendee=attendee).values_list("other_id", "verdict")


_entries = CompiledRows(_entries_of, run=-1, attendee=-2)
_entries_with = CompiledRows(_entries_between, run=-1, attendee=-2, other=-3)
_verdicts = CompiledRows(_verdicts_of, attendee=-1)


def visible_reasons(
    reasons: list[dict[str, Any]],
    other_id: int,
    visible: Mapping[int, PublicProfile] | Mapping[int, PersonNamed],
    refused: Collection[tuple[int, int]],
    *,
    shows_sessions: bool,
) -> Iterable[ReasonRow]:
    """The reasons that a reader who may see the `visible` people may see.

    A reason that names somebody in between is left out unless that person is visible and their contact with
    the other is not blocked: that the two once met would be given away. One that names a session, unless the
    other lets others see theirs.
    """
    for reason in reasons:
        evidence = dict(reason["evidence"])
        if "session" in evidence and not shows_sessions:
            continue
        if "person" in evidence:
            between = evidence["person"]
            if between not in visible or pair_of(between, other_id) in refused:
                continue
            evidence["name"] = visible[between].name
        yield ReasonRow(reason["code"], reason["weight"], evidence)


def _facets(profiles: Iterable[PublicProfile]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Per filter name, the values that occur with their counts, by value."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in FILTER_NAMES}
    for profile in profiles:
        counts["constituency"][profile.constituency] += 1
        counts["country"].update([profile.country] if profile.country else [])
        counts["theme"].update(profile.themes)
        counts["language"].update(profile.languages)
    return {name: tuple(sorted(found.items())) for name, found in counts.items()}
