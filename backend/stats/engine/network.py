"""Figures of the meeting network, computed by matching.network."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from backend.booking.models.meetings import Meeting
from backend.stats.engine.data import Array, Grouping, Groups, Meetings, Pairs, People, StatsData
from backend.stats.engine.figures import (
    ACCEPTED,
    HELD,
    MATRIX_STEPS,
    REQUESTED,
    SUGGESTED,
    Cell,
    Connection,
    ConstituencyFigures,
    Exposure,
    GroupFigures,
    Matrix,
    NetworkFigures,
    PersonFigures,
    StepFigures,
    WithoutMeeting,
)
from backend.stats.engine.outcomes import response_for
from matching.network.graph import (
    Network,
    build_network,
    component_sizes,
    degree_centralisation,
    density,
    group_ties,
    isolates,
)
from matching.network.mixing import (
    LayeredMixingMatrix,
    MixingMatrix,
    assortativity,
    blau_index,
    coleman_homophily,
    ei_by_group,
    ei_by_person,
    ei_index,
    expected_ei_by_group,
    layered_mixing_matrix,
    mixing_matrix,
)
from matching.network.roles import betweenness, brokerage_roles
from matching.recommend.measures import gini

MAX_BROKERS = 12


def _step_columns(data: StatsData, step: str) -> tuple[Array, Array, Array]:
    """(one, other, theme) of everything that came to this step of MATRIX_STEPS."""
    if step == SUGGESTED:
        return data.suggested.first, data.suggested.second, data.suggested.theme
    meetings = data.meetings
    came = {
        REQUESTED: meetings.is_asked,
        ACCEPTED: meetings.in_state(*Meeting.EVER_CONFIRMED_STATES),
        HELD: meetings.in_state(Meeting.State.HELD),
    }[step]
    return meetings.first[came], meetings.second[came], meetings.theme[came]


def step_figures(data: StatsData, *, permutations: int, seed: int) -> tuple[StepFigures, ...]:
    """The matrices of every step of MATRIX_STEPS."""
    people, themes = data.people, data.themes

    def figures(step: str) -> StepFigures:
        one, other, theme = _step_columns(data, step)
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
        by_sector = mixing_matrix(  # among hundreds of cells some p-values are always small: none are computed
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

    return tuple(figures(step) for step in MATRIX_STEPS)


def meeting_network(people: People, meetings: Meetings) -> Network:
    """The network of accepted meetings still to come, and held ones."""
    kept = meetings.in_state(*Meeting.COUNTED_STATES)
    ids = people.ids
    pairs = zip(ids[meetings.first[kept]].tolist(), ids[meetings.second[kept]].tolist(), strict=True)
    return build_network(ids.tolist(), pairs)


def network_figures(network: Network, labels: Grouping, *, permutations: int, seed: int) -> NetworkFigures:
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


def group_figures(network: Network, labels: Grouping, groups: Groups) -> GroupFigures:
    """Small groups beside the meetings of two."""
    codes = labels.codes
    first, second, weight = group_ties(groups.members)
    of_two = codes[network.left] != codes[network.right]
    of_groups = codes[first] != codes[second]
    weights = np.concatenate([np.ones(len(of_two)), weight])
    pairs = set(zip(network.left[of_two].tolist(), network.right[of_two].tolist(), strict=True))
    beside = zip(first[of_groups].tolist(), second[of_groups].tolist(), strict=True)
    return GroupFigures(
        groups=len(groups.members),
        people=len(np.union1d(first, second)),
        weight=float(weight.sum()),
        outside=float(weight[of_groups].sum()),
        bridges=len(pairs),
        bridges_with=len(pairs | set(beside)),
        ei_with=ei_index(weights, np.concatenate([of_two, of_groups])),
    )


def constituency_figures(network: Network, labels: Grouping, meetings: Meetings) -> tuple[ConstituencyFigures, ...]:
    size, codes = len(labels.names), labels.codes
    mixed = _mixed(network, labels, permutations=0, seed=0)
    met = mixed.observed + np.diag(np.diag(mixed.observed))  # a meeting inside has two partners
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
            response=response_for(meetings, codes[meetings.second] == place),
        )
        for place, name in enumerate(labels.names)
    )


def person_figures(network: Network, data: StatsData, *, seed: int) -> tuple[PersonFigures, ...]:
    """Every counted attendee, by id."""
    people = data.people
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
            data.listed,
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


def mixing_of_ties(ties: Pairs, labels: Grouping) -> MixingMatrix:
    """How constituencies mixed in recorded ties."""
    size = len(labels.names)
    return mixing_matrix(labels.codes, ties.first, ties.second, group_count=size, permutations=0, seed=0)


def brokers_among(people: Sequence[PersonFigures]) -> tuple[PersonFigures, ...]:
    """Those who connect most pairs of different constituencies, without whoever connects none."""
    order = sorted(people, key=lambda one: (-one.bridged, -one.betweenness, one.attendee_id))
    return tuple(one for one in order[:MAX_BROKERS] if one.bridged)


def connections_in(network: Network) -> tuple[Connection, ...]:
    """Every pair of people who meet; np.unique gives their counts in the order of the network's pairs."""
    _codes, counts = np.unique(network.left * network.people + network.right, return_counts=True)
    first, second = network.ids[network.pair_left].tolist(), network.ids[network.pair_right].tolist()
    return tuple(Connection(*row) for row in zip(first, second, counts.tolist(), strict=True))


def without_meeting(network: Network, data: StatsData) -> tuple[WithoutMeeting, ...]:
    """Those with neither a meeting to come nor a held one, by id."""
    people, meetings = data.people, data.meetings
    asked = np.bincount(meetings.first[meetings.is_asked], minlength=network.people)
    received = np.bincount(meetings.second[meetings.is_asked], minlength=network.people)
    return tuple(
        WithoutMeeting(
            attendee_id=int(people.ids[row]),
            constituency=people.constituency.names[people.constituency.codes[row]],
            has_joined=bool(people.has_joined[row]),
            is_profile_empty=bool(people.is_empty[row]),
            listed=int(data.listed[row]),
            asked=int(asked[row]),
            received=int(received[row]),
        )
        for row in isolates(network).tolist()
    )


def exposure_for(listed: Array) -> Exposure:
    """None of either where nobody is listed yet."""
    if not listed.any():
        return Exposure(None, None)
    return Exposure(coverage=float((listed > 0).mean()), gini=gini(listed))


def _mixed(network: Network, labels: Grouping, *, permutations: int, seed: int) -> MixingMatrix:
    return mixing_matrix(
        labels.codes, network.left, network.right, group_count=len(labels.names), permutations=permutations, seed=seed
    )


def _matrix(names: tuple[str, ...], mixed: MixingMatrix) -> Matrix:
    return Matrix(names, names, _cells(mixed.observed, mixed.expected, mixed.p_values), mixed.meetings)


def _seats(names: tuple[str, ...], themes: tuple[str, ...], layered: LayeredMixingMatrix) -> Matrix:
    seats = layered.participation
    return Matrix(names, themes, _cells(seats.observed, seats.expected, seats.p_values), layered.total.meetings)


def _cells(observed: Array, expected: Array, p: Array | None) -> tuple[tuple[Cell, ...], ...]:
    p_values = np.full(observed.shape, np.nan) if p is None else p
    return tuple(
        tuple(
            Cell(count, chance, count / chance if chance else None, _number(p_value))
            for count, chance, p_value in zip(*row, strict=True)
        )
        for row in zip(observed.tolist(), expected.tolist(), p_values.tolist(), strict=True)
    )


def _number(value: float) -> float | None:
    """The value, or None for nan."""
    value = float(value)
    return None if math.isnan(value) else value
