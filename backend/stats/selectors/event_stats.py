"""Every figure of an event in one frozen object: read at every request, computed where something changed."""

from __future__ import annotations

import datetime as dt
from collections import deque
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from backend.booking.models.meetings import Meeting
from backend.events.models.events import Event
from backend.stats.engine import network as engine
from backend.stats.engine.data import StatsData, read_people, read_stats_data, read_ties
from backend.stats.engine.figures import EditionFigures, EventStats, NetworkFigures
from backend.stats.engine.outcomes import breakdown_for, days_for, funnel_for, response_for

SEED = 0
PERMUTATIONS = 499
KEPT = 4  # forums whose figures were computed last in this process


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """All that the figures are computed from, but the time at which it was read."""

    slug: str
    name: str
    zone: str
    data: StatsData
    previous: EditionFigures | None
    permutations: int


_computed: deque[tuple[_Given, EventStats]] = deque(maxlen=KEPT)


def event_stats(*, event: Event, now: dt.datetime, permutations: int = PERMUTATIONS) -> EventStats:
    """Every figure of the event now, with those of its previous edition; a constant number of queries.

    `permutations`: for each p-value; with 0 there are none.
    """
    given = _Given(
        event.slug,
        event.name,
        event.timezone,
        read_stats_data(event, now),
        _previous(event, now) if event.previous else None,
        permutations,
    )
    kept = next((figures for before, figures in list(_computed) if _is_same(before, given)), None)
    if kept is None:
        kept = _figures_of(given, now)
        _computed.append((given, kept))
    return replace(kept, computed_at=now)


def _is_same(one: Any, other: Any) -> bool:
    """Whether two have the same values, arrays and missing numbers included."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if is_dataclass(one):
        return type(one) is type(other) and all(
            _is_same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)
        )
    return bool(one == other)


def _figures_of(given: _Given, now: dt.datetime) -> EventStats:
    data, permutations = given.data, given.permutations
    people = data.people
    network = engine.meeting_network(people, data.meetings)
    figures = engine.network_figures(network, people.constituency, permutations=permutations, seed=SEED)
    funnel, exits = funnel_for(data)
    everybody = engine.person_figures(network, data, seed=SEED)
    constituency_of = dict(zip(people.sector.names, people.sector_constituency, strict=True))
    sectors = [(people.sector.names[code],) for code in people.sector.codes.tolist()]
    return EventStats(
        computed_at=now,
        joined=int(people.has_joined.sum()),
        edition=_edition(given.slug, given.name, data, figures),
        previous=given.previous,
        constituencies=engine.constituency_figures(network, people.constituency, data.meetings),
        funnel=funnel,
        exits=exits,
        steps=engine.step_figures(data, permutations=permutations, seed=SEED),
        network=figures,
        groups=engine.group_figures(network, people.constituency, data.groups),
        exposure=engine.exposure_for(data.listed),
        response=response_for(data.meetings),
        sectors=breakdown_for(sectors, data, constituency_of),
        countries=breakdown_for([(name,) for name in people.countries], data),
        languages=breakdown_for(people.languages, data),
        days=days_for(data.meetings, ZoneInfo(given.zone)),
        people=everybody,
        ties=engine.connections_in(network),
        brokers=engine.brokers_among(everybody),
        without_meeting=engine.without_meeting(network, data),
    )


def _previous(event: Event, now: dt.datetime) -> EditionFigures:
    """The previous edition: from its meetings, or from recorded ties where Titian did not run it."""
    assert event.previous is not None
    previous = event.previous
    data = read_stats_data(previous, now)
    if len(data.meetings.state):
        network = engine.meeting_network(data.people, data.meetings)
        figures = engine.network_figures(network, data.people.constituency, permutations=0, seed=SEED)
        return _edition(previous.slug, previous.name, data, figures)
    people = data.people if len(data.people.ids) else read_people(event)
    ties = read_ties(previous, people)
    mixed = engine.mixing_of_ties(ties, people.constituency)
    return EditionFigures(
        slug=previous.slug,
        name=previous.name,
        attendees=None,
        requested=None,
        accepted=None,
        held=len(ties.first),
        pairs=len(np.unique(ties.first * len(people.ids) + ties.second)),
        inside=mixed.internal,
        outside=mixed.meetings - mixed.internal,
        without_meeting=None,
        ei=mixed.ei_index,
        ei_chance=mixed.expected_ei,
    )


def _edition(slug: str, name: str, data: StatsData, figures: NetworkFigures) -> EditionFigures:
    meetings = data.meetings
    return EditionFigures(
        slug=slug,
        name=name,
        attendees=len(data.people.ids),
        requested=int(meetings.is_asked.sum()),
        accepted=int(meetings.in_state(*Meeting.EVER_CONFIRMED_STATES).sum()),
        held=int(meetings.in_state(Meeting.State.HELD).sum()),
        pairs=figures.pairs,
        inside=figures.inside,
        outside=figures.outside,
        without_meeting=figures.isolates,
        ei=figures.ei,
        ei_chance=figures.ei_chance,
    )
