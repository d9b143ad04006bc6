"""From columns to figures: the one place that hands the network of an event to matching."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from backend.stats.answers import AGREED, CONNECTED, State, response_of
from backend.stats.figures import (
    ACCEPTED,
    HELD,
    MATRICES,
    REQUESTED,
    SUGGESTED,
    Cell,
    ConstituencyFigures,
    Exposure,
    Matrix,
    NetworkFigures,
    PersonFigures,
    StepFigures,
    Tie,
    WithoutMeeting,
)
from backend.stats.reading import Labels, Meetings, Numbers, Pairs, People, Reading
from matching.network import (
    LayeredMixingMatrix,
    MixingMatrix,
    Network,
    assortativity,
    betweenness,
    blau_index,
    brokerage_roles,
    build_network,
    coleman_homophily,
    component_sizes,
    degree_centralisation,
    density,
    ei_by_group,
    ei_by_person,
    expected_ei_by_group,
    isolates,
    layered_mixing_matrix,
    mixing_matrix,
)
from matching.recommend.measures import gini

MOST_BROKERS = 12


def step_columns(reading: Reading, step: str) -> tuple[Numbers, Numbers, Numbers]:
    """(one, other, theme) of everything that came to this step of MATRICES."""
    if step == SUGGESTED:
        return reading.suggested.first, reading.suggested.second, reading.suggested.theme
    meetings = reading.meetings
    came = {
        REQUESTED: np.ones(len(meetings.state), bool),
        ACCEPTED: meetings.was(*AGREED),
        HELD: meetings.was(State.HELD),
    }[step]
    return meetings.asker[came], meetings.invited[came], meetings.theme[came]


def step_figures(reading: Reading, *, permutations: int, seed: int) -> tuple[StepFigures, ...]:
    """The matrices of every step of MATRICES."""
    people, themes = reading.people, reading.themes

    def figures(step: str) -> StepFigures:
        one, other, theme = step_columns(reading, step)
        layered = layered_mixing_matrix(
            people.constituency.codes,
            one,
            other,
            theme,
            group_count=len(people.constituency.names),
            layer_count=len(themes),
            permutations=permutations,
            seed=seed,
        )
        sectors = people.sector
        by_sector = mixing_matrix(  # of its hundreds of cells a few are always surprising: no p-values
            sectors.codes, one, other, group_count=len(sectors.names), permutations=0, seed=seed
        )
        names = people.constituency.names
        return StepFigures(
            step=step,
            by_constituency=_matrix(names, layered.total),
            by_sector=_matrix(sectors.names, by_sector),
            by_theme=_seats(names, themes, layered),
            themes=themes,
            within_theme=tuple(_matrix(names, layer) for layer in layered.layers),
            ei=layered.total.ei_index,
            ei_chance=layered.total.expected_ei,
            ei_p=layered.total.ei_p_value,
        )

    return tuple(figures(step) for step in MATRICES)


def connections(people: People, meetings: Meetings) -> Network:
    """The network of accepted meetings still to come, and held ones."""
    kept = meetings.was(*CONNECTED)
    ids = people.ids
    pairs = zip(ids[meetings.asker[kept]].tolist(), ids[meetings.invited[kept]].tolist(), strict=True)
    return build_network(ids.tolist(), pairs)


def network_figures(network: Network, labels: Labels, *, permutations: int, seed: int) -> NetworkFigures:
    mixed = _mixed(network, labels, permutations=permutations, seed=seed)
    parts = component_sizes(network)
    people = np.bincount(labels.codes, minlength=len(labels.names))
    return NetworkFigures(
        people=network.people,
        meetings=len(network.left),
        pairs=len(network.pair_left),
        inside=mixed.internal,
        outside=mixed.meetings - mixed.internal,
        density=density(network),
        degree_centralisation=degree_centralisation(network),
        components=len(parts),
        largest_component=int(parts[0]) if len(parts) else 0,
        isolates=len(isolates(network)),
        ei=mixed.ei_index,
        ei_chance=mixed.expected_ei,
        ei_p=mixed.ei_p_value,
        assortativity=assortativity(mixed),
        diversity=_number(float(blau_index(people))),
    )


def constituency_figures(
    network: Network, labels: Labels, meetings: Meetings
) -> tuple[ConstituencyFigures, ...]:
    size, codes = len(labels.names), labels.codes
    mixed = _mixed(network, labels, permutations=0, seed=0)
    met = mixed.observed + np.diag(np.diag(mixed.observed))  # partners: both ends of a meeting inside
    with_meeting = np.bincount(codes[network.degree > 0], minlength=size)
    people = np.bincount(codes, minlength=size)
    ei, homophily = ei_by_group(mixed), coleman_homophily(mixed, codes, size)
    chance, diversity = expected_ei_by_group(codes, size), blau_index(met)
    return tuple(
        ConstituencyFigures(
            key=name,
            attendees=int(people[place]),
            with_meeting=int(with_meeting[place]),
            inside=int(mixed.observed[place, place]),
            outside=int(mixed.endpoints[place] - 2 * mixed.observed[place, place]),
            ei=_number(ei[place]),
            ei_chance=_number(chance[place]),
            homophily=_number(homophily[place]),
            partner_diversity=_number(diversity[place]),
            response=response_of(meetings, codes[meetings.invited] == place),
        )
        for place, name in enumerate(labels.names)
    )


def person_figures(network: Network, reading: Reading, *, seed: int) -> tuple[PersonFigures, ...]:
    """Every counted attendee, by id."""
    people = reading.people
    groups = people.constituency
    size = len(groups.names)
    roles = brokerage_roles(network, groups.codes, size)
    meetings = np.bincount(np.concatenate([network.left, network.right]), minlength=network.people)
    columns = [
        column.tolist()
        for column in (
            people.ids,
            groups.codes,
            people.sector.codes,
            network.degree,
            meetings,
            reading.listed,
            ei_by_person(network, groups.codes, size),
            betweenness(network, seed=seed),
            np.stack([roles.coordinator, roles.consultant, roles.gatekeeper, roles.representative], axis=1),
            np.stack([roles.liaison, roles.cross_group_pairs], axis=1),
        )
    ]
    return tuple(
        PersonFigures(
            attendee_id,
            groups.names[group],
            people.sector.names[sector],
            country,
            partners,
            met,
            listed,
            _number(ei),
            between,
            *of_one_or_two,
            *of_three,
        )
        for country, (
            attendee_id, group, sector, partners, met, listed, ei, between, of_one_or_two, of_three,
        ) in zip(people.countries, zip(*columns, strict=True), strict=True)
    )  # fmt: skip


def mixing_of_ties(ties: Pairs, labels: Labels) -> MixingMatrix:
    """How constituencies mixed in recorded ties."""
    size = len(labels.names)
    return mixing_matrix(labels.codes, ties.first, ties.second, group_count=size, permutations=0, seed=0)


def brokers_among(people: Sequence[PersonFigures]) -> tuple[PersonFigures, ...]:
    """Those who bridge the most pairs of different constituencies; nobody who bridges none."""
    order = sorted(people, key=lambda one: (-one.bridged, -one.betweenness, one.attendee_id))
    return tuple(one for one in order[:MOST_BROKERS] if one.bridged)


def ties_of(network: Network) -> tuple[Tie, ...]:
    codes, times = np.unique(network.left * network.people + network.right, return_counts=True)
    del codes  # ascending, as the pairs are
    first, second = network.ids[network.pair_left].tolist(), network.ids[network.pair_right].tolist()
    return tuple(Tie(*row) for row in zip(first, second, times.tolist(), strict=True))


def without_meeting(network: Network, reading: Reading) -> tuple[WithoutMeeting, ...]:
    """Those with neither a meeting to come nor a held one, by id."""
    people, meetings = reading.people, reading.meetings
    asked = np.bincount(meetings.asker, minlength=network.people)
    received = np.bincount(meetings.invited, minlength=network.people)
    return tuple(
        WithoutMeeting(
            attendee_id=int(people.ids[row]),
            constituency=people.constituency.names[people.constituency.codes[row]],
            is_profile_empty=bool(people.is_empty[row]),
            listed=int(reading.listed[row]),
            asked=int(asked[row]),
            received=int(received[row]),
        )
        for row in isolates(network).tolist()
    )


def exposure_of(listed: Numbers) -> Exposure:
    """None of either where nobody is listed yet."""
    if not listed.any():
        return Exposure(None, None)
    return Exposure(coverage=float((listed > 0).mean()), gini=gini(listed))


def _mixed(network: Network, labels: Labels, *, permutations: int, seed: int) -> MixingMatrix:
    return mixing_matrix(
        labels.codes,
        network.left,
        network.right,
        group_count=len(labels.names),
        permutations=permutations,
        seed=seed,
    )


def _matrix(names: tuple[str, ...], mixed: MixingMatrix) -> Matrix:
    return Matrix(names, names, _cells(mixed.observed, mixed.expected, mixed.p_values), mixed.meetings)


def _seats(names: tuple[str, ...], themes: tuple[str, ...], layered: LayeredMixingMatrix) -> Matrix:
    seats = layered.participation
    return Matrix(
        names, themes, _cells(seats.observed, seats.expected, seats.p_values), layered.total.meetings
    )


def _cells(observed: Numbers, expected: Numbers, p: Numbers | None) -> tuple[tuple[Cell, ...], ...]:
    surprising = np.full(observed.shape, np.nan) if p is None else p
    return tuple(
        tuple(
            Cell(seen, chance, seen / chance if chance else None, _number(far))
            for seen, chance, far in zip(*row, strict=True)
        )
        for row in zip(observed.tolist(), expected.tolist(), surprising.tolist(), strict=True)
    )


def _number(value: float) -> float | None:
    """A figure, or None where there is none to give."""
    value = float(value)
    return None if math.isnan(value) else value
