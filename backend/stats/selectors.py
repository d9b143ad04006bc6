"""Reads of an event's figures: one frozen object, made new at every request."""

from __future__ import annotations

import datetime as dt

import numpy as np

from backend.events.models import Event
from backend.stats import engine
from backend.stats.answers import AGREED, State, breakdown_of, days_of, funnel_of, response_of
from backend.stats.figures import Edition, EventStats, NetworkFigures
from backend.stats.reading import Reading, read_event, read_people, read_ties

SEED = 0
PERMUTATIONS = 499


def event_stats(*, event: Event, now: dt.datetime, permutations: int = PERMUTATIONS) -> EventStats:
    """Every figure of the event as it stands, beside its previous edition; a constant number of queries.

    `permutations` behind each p-value; with 0 there are none.
    """
    reading = read_event(event)
    people = reading.people
    network = engine.connections(people, reading.meetings)
    figures = engine.network_figures(network, people.constituency, permutations=permutations, seed=SEED)
    funnel, exits = funnel_of(reading)
    everybody = engine.person_figures(network, reading, seed=SEED)
    belongs = dict(zip(people.sector.names, people.sector_constituency, strict=True))
    sectors = [(people.sector.names[code],) for code in people.sector.codes.tolist()]
    return EventStats(
        computed_at=now,
        edition=_edition(event, reading, figures),
        previous=_previous(event) if event.previous else None,
        constituencies=engine.constituency_figures(network, people.constituency, reading.meetings),
        funnel=funnel,
        exits=exits,
        steps=engine.step_figures(reading, permutations=permutations, seed=SEED),
        network=figures,
        exposure=engine.exposure_of(reading.listed),
        response=response_of(reading.meetings),
        sectors=breakdown_of(sectors, reading, belongs),
        countries=breakdown_of([(name,) for name in people.countries], reading),
        languages=breakdown_of(people.languages, reading),
        days=days_of(reading.meetings, event.zone),
        people=everybody,
        ties=engine.ties_of(network),
        brokers=engine.brokers_among(everybody),
        without_meeting=engine.without_meeting(network, reading),
    )


def _previous(event: Event) -> Edition:
    """The edition before: from its meetings, or from recorded ties where Titian did not run it."""
    assert event.previous is not None
    previous = event.previous
    reading = read_event(previous)
    if len(reading.meetings.state):
        network = engine.connections(reading.people, reading.meetings)
        figures = engine.network_figures(network, reading.people.constituency, permutations=0, seed=SEED)
        return _edition(previous, reading, figures)
    people = reading.people if len(reading.people.ids) else read_people(event)
    ties = read_ties(previous, people)
    mixed = engine.mixing_of_ties(ties, people.constituency)
    return Edition(
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


def _edition(event: Event, reading: Reading, figures: NetworkFigures) -> Edition:
    meetings = reading.meetings
    return Edition(
        slug=event.slug,
        name=event.name,
        attendees=len(reading.people.ids),
        requested=len(meetings.state),
        accepted=int(meetings.was(*AGREED).sum()),
        held=int(meetings.was(State.HELD).sum()),
        pairs=figures.pairs,
        inside=figures.inside,
        outside=figures.outside,
        without_meeting=figures.isolates,
        ei=figures.ei,
        ei_chance=figures.ei_chance,
    )
