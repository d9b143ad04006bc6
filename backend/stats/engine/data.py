"""What the figures are computed from: counted attendees, suggestions, views and meetings, as columns."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Avg, CharField, F, FilteredRelation, Func, Q, QuerySet, Value
from django.db.models.functions import Cast

from backend.booking.models.meetings import Meeting, Seat
from backend.core.compiled import CompiledRows
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Theme, Tie, Topic
from backend.events.rules.attendees import has_empty_profile
from backend.people.models import Constituency
from backend.stats.engine.figures import NO_THEME
from backend.stats.rules.access import countable
from backend.suggestions.models import Run, Suggestion, SuggestionView

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Grouping:
    """A grouping of people: `names` in a fixed order, `codes` (n,) into them."""

    names: tuple[str, ...]
    codes: Array


@dataclass(frozen=True, slots=True)
class People:
    """The counted attendees, by id."""

    ids: Array
    person_ids: Array
    constituency: Grouping
    sector: Grouping
    sector_constituency: tuple[str, ...]  # of each sector's name
    countries: tuple[str, ...]
    languages: tuple[tuple[str, ...], ...]
    is_empty: Array
    has_joined: Array  # and who left has


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two people by row, lower first, and the theme of what links them as a code."""

    first: Array
    second: Array
    theme: Array


@dataclass(frozen=True, slots=True)
class Meetings:
    """One-to-one meetings, by id; times are None where there is none, `usefulness` nan.

    `is_asked` (m,) bool: `first` asked `second`; otherwise the organisers put it forward.
    """

    first: Array
    second: Array
    is_asked: Array
    state: Array
    theme: Array
    asked_at: tuple[dt.datetime, ...]
    answered_at: tuple[dt.datetime | None, ...]
    starts_at: tuple[dt.datetime | None, ...]
    usefulness: Array

    def in_state(self, *states: str) -> Array:
        """Which meetings are in one of these states, (m,) bool."""
        return np.isin(self.state, states)


@dataclass(frozen=True, slots=True)
class Groups:
    """Tables of several, by rows of the counted people who said yes to each, two at least."""

    members: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class StatsData:
    """All columns. `themes` are keys in programme order, NO_THEME last. `listed` (n,): on how many lists."""

    people: People
    themes: tuple[str, ...]
    suggested: Pairs
    viewed: Pairs
    listed: Array
    meetings: Meetings
    groups: Groups


def read_stats_data(event: Event, now: dt.datetime) -> StatsData:
    """Read an event in a constant number of queries; what can no longer be answered at `now` has expired."""
    people = read_people(event)
    theme_keys = dict(Theme.objects.filter(event=event).order_by("position", "pk").values_list("pk", "key"))
    codes = {pk: code for code, pk in enumerate(theme_keys)}
    suggested, viewed, listed = _suggestions(event, people, codes)
    return StatsData(
        people=people,
        themes=(*theme_keys.values(), NO_THEME),
        suggested=suggested,
        viewed=viewed,
        listed=listed,
        meetings=_meetings(event, people, codes, now),
        groups=_groups(event, people),
    )


def read_people(event: Event) -> People:
    """The counted attendees of an event, in one query."""
    rows = _people_rows.fetch(event=event.pk)
    groups = [row[2] or Constituency.OTHER.value for row in rows]
    sectors = [row[3] or Constituency.OTHER.value for row in rows]
    constituency_of = dict(zip(sectors, groups, strict=True))
    present = set(groups)
    by_sector = _grouping(sectors, sorted(constituency_of))
    return People(
        ids=np.array([row[0] for row in rows], np.int64),
        person_ids=np.array([row[1] for row in rows], np.int64),
        constituency=_grouping(groups, [name for name in Constituency.values if name in present]),
        sector=by_sector,
        sector_constituency=tuple(constituency_of[name] for name in by_sector.names),
        countries=tuple(row[4] for row in rows),
        languages=tuple(tuple(row[5]) for row in rows),
        is_empty=np.array([row[6] for row in rows], bool),
        has_joined=np.array([row[7] is not None or row[8] is not None for row in rows], bool),
    )


def _people_at(event: int) -> QuerySet[Attendee, tuple[Any, ...]]:
    people = countable(Event(pk=event)).annotate(is_profile_empty=has_empty_profile()).order_by("pk")
    return people.values_list(
        "pk", "person_id", "organisation__sector__constituency", "organisation__sector__key",
        "country", "languages", "is_profile_empty", "agreed_at", "left_at",
    )  # fmt: skip


def read_ties(edition: Event, people: People) -> Pairs:
    """The recorded ties of an edition among these people, for an edition that Titian did not run."""
    rows = {person: row for row, person in enumerate(people.person_ids.tolist())}
    known = [
        (rows[first], rows[second])
        for first, second in Tie.objects.filter(edition=edition).values_list("first_id", "second_id")
        if first in rows and second in rows
    ]
    ends = np.sort(np.array(known, np.int64).reshape(-1, 2), axis=1)
    return Pairs(ends[:, 0], ends[:, 1], np.zeros(len(ends), np.int64))


def _grouping(values: Sequence[str], names: Sequence[str]) -> Grouping:
    code = {name: place for place, name in enumerate(names)}
    return Grouping(tuple(names), np.array([code[value] for value in values], np.int64))


def _rows(people: People, ids: Iterable[int | None]) -> Array:
    """Rows of these attendees, -1 for those who are not counted."""
    row = {attendee: place for place, attendee in enumerate(people.ids.tolist())}
    return np.array([row.get(one, -1) for one in ids], np.int64)


def _suggestions(event: Event, people: People, themes: dict[int, int]) -> tuple[Pairs, Pairs, Array]:
    """Pairs suggested (on a list now, or viewed once), pairs viewed, and on how many lists each one is.

    The theme of a suggestion is that of the first topic among its reasons.
    """
    topics = {key: themes[theme] for key, theme in Topic.objects.filter(event=event).values_list("key", "theme_id")}
    listed, seen = _listed_rows.fetch(event=event.pk), _seen_rows.fetch(event=event.pk)
    others = _rows(people, (other for _, other, _ in listed))
    owners = _rows(people, (owner for owner, _, _ in listed))
    none = len(themes)
    theme = np.array([topics.get((key or "").strip('"'), none) for _, _, key in listed], np.int64)
    seen_owners, seen_others = _rows(people, (a for a, _ in seen)), _rows(people, (b for _, b in seen))
    unknown = np.full(len(seen), none)
    counted = (owners >= 0) & (others >= 0)
    return (
        _distinct(
            np.concatenate([owners, seen_owners]),
            np.concatenate([others, seen_others]),
            np.concatenate([theme, unknown]),
            len(people.ids),
        ),
        _distinct(seen_owners, seen_others, unknown, len(people.ids)),
        np.bincount(others[counted], minlength=len(people.ids)),
    )


def _listed_at(event: int) -> QuerySet[Suggestion, tuple[int, int, str | None]]:
    topic = Cast(
        Func(F("reasons"), Value("$[*].evidence.topic"), Value("{}"), Value(True), function="jsonb_path_query_first"),
        CharField(),
    )
    listed = Suggestion.objects.proper().filter(run__event=event, run__state=Run.State.CURRENT)
    return listed.order_by("attendee_id", "rank").values_list("attendee_id", "other_id", topic)


def _seen_at(event: int) -> QuerySet[SuggestionView, tuple[int, int]]:
    seen = SuggestionView.objects.filter(attendee__event=event)
    return seen.values_list("attendee_id", "other_id")


def _distinct(one: Array, other: Array, theme: Array, people: int) -> Pairs:
    """Each pair of counted people once, whoever of the two came first, with the lowest theme."""
    counted = (one >= 0) & (other >= 0)
    low, high = np.minimum(one, other)[counted], np.maximum(one, other)[counted]
    order = np.lexsort((theme[counted], high, low))
    codes, first = np.unique((low * people + high)[order], return_index=True)
    return Pairs(codes // max(people, 1), codes % max(people, 1), theme[counted][order][first])


def _meetings(event: Event, people: People, themes: dict[int, int], now: dt.datetime) -> Meetings:
    """The event's one-to-one meetings of two counted people; group sessions do not count."""
    found, useful = _meeting_rows.fetch(event=event.pk), dict(_useful_rows.fetch(event=event.pk))
    first, second = _rows(people, (row[1] for row in found)), _rows(people, (row[2] for row in found))
    counted = np.flatnonzero((first >= 0) & (second >= 0))
    kept = [found[place] for place in counted.tolist()]
    return Meetings(
        first=first[counted],
        second=second[counted],
        is_asked=np.array([row[3] is not None for row in kept], bool),
        state=np.array([_state(row[4], row[9], now) for row in kept], "U12"),
        theme=np.array([themes.get(row[5], len(themes)) for row in kept], np.int64),
        asked_at=tuple(row[6] for row in kept),
        answered_at=tuple(row[7] for row in kept),
        starts_at=tuple(row[8] for row in kept),
        usefulness=np.array([useful.get(row[0], np.nan) for row in kept], float),
    )


def _meetings_at(event: int) -> QuerySet[Meeting, tuple[Any, ...]]:
    return (
        Meeting.objects.filter(event=event, kind=Meeting.Kind.ONE_TO_ONE)
        .annotate(
            one=FilteredRelation("seats", condition=Q(seats__part__in=["asker", "first"])),
            other=FilteredRelation("seats", condition=Q(seats__part__in=["invited", "second"])),
        )
        .order_by("pk")
        .values_list(
            "pk", "one__attendee_id", "other__attendee_id", "asker_id", "state", "theme_id", "asked_at",
            "answered_at", "slot__starts_at", "expires_at",
        )
    )  # fmt: skip


def _groups(event: Event, people: People) -> Groups:
    found = _group_rows.fetch(event=event.pk)
    rows = _rows(people, (attendee for _meeting, attendee in found)).tolist()
    at: dict[int, list[int]] = defaultdict(list)
    for (meeting, _attendee), row in zip(found, rows, strict=True):
        if row >= 0:
            at[meeting].append(row)
    return Groups(tuple(tuple(members) for members in at.values() if len(members) > 1))


def _groups_at(event: int) -> QuerySet[Seat, tuple[int, int]]:
    came = Seat.objects.filter(event=event, part=Seat.Part.MEMBER, is_active=True)
    came = came.filter(meeting__state=Meeting.State.ACCEPTED).exclude(word=Seat.Word.NOT_HELD)
    return came.order_by("meeting_id", "attendee_id").values_list("meeting_id", "attendee_id")


def _useful_at(event: int) -> QuerySet[Seat, tuple[int, float]]:
    rated = Seat.objects.filter(event=event, usefulness__isnull=False).order_by()
    return rated.values("meeting_id").annotate(mean=Avg("usefulness")).values_list("meeting_id", "mean")


_people_rows = CompiledRows(_people_at, event=-1)
_listed_rows = CompiledRows(_listed_at, event=-1)
_seen_rows = CompiledRows(_seen_at, event=-1)
_meeting_rows = CompiledRows(_meetings_at, event=-1)
_useful_rows = CompiledRows(_useful_at, event=-1)
_group_rows = CompiledRows(_groups_at, event=-1)


def _state(state: str, expires_at: dt.datetime, now: dt.datetime) -> str:
    """The state at this moment: a request or proposal may be past its expiry before the job has seen it."""
    has_expired = state in Meeting.OPEN_STATES and expires_at <= now
    return Meeting.State.EXPIRED.value if has_expired else state
