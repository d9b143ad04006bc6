"""Mixing matrices against networkx, by igraph, by every permutation of a small network."""

from itertools import permutations

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from matching.network.graph import build_network
from matching.network.mixing import (
    assortativity,
    blau_index,
    coleman_homophily,
    ei_by_group,
    ei_by_person,
    expected_ei_by_group,
    layered_mixing_matrix,
    mixing_matrix,
)
from tests.matching.network.strategies import large_network, networks


def mixed(case, **options):
    network = case.network
    settings_ = {"group_count": case.group_count, "permutations": 0, "seed": 0, **options}
    return mixing_matrix(case.groups, network.left, network.right, **settings_)


@pytest.mark.slow
@given(networks())
def test_observed_meetings_equal_networkx_s_mixing_matrix(case):
    ours = mixed(case)
    theirs = nx.attribute_mixing_matrix(
        case.graph, "group", mapping={g: g for g in range(case.group_count)}, normalized=False
    )
    np.fill_diagonal(theirs, np.diag(theirs) / 2)  # it counts a meeting inside a group from both ends
    assert np.array_equal(ours.observed, theirs)
    assert np.triu(ours.observed).sum() == ours.meetings == len(case.meetings)


@pytest.mark.slow
@given(networks())
def test_assortativity_equals_networkx_s(case):
    ours = assortativity(mixed(case))
    if ours is None:
        assert not case.meetings or len(set(case.groups[list(case.network.left)])) == 1
    else:
        theirs = nx.attribute_assortativity_coefficient(case.graph, "group")
        assert ours == pytest.approx(theirs, abs=1e-12)


def test_assortativity_equals_igraph_s_on_a_large_network():
    case = large_network(300, 2_000, seed=5)
    graph = igraph.Graph(300, case.meetings)
    assert assortativity(mixed(case)) == pytest.approx(graph.assortativity_nominal(case.groups.tolist(), False))


def test_expected_is_the_mean_over_every_permutation_of_the_groups():
    groups, met = np.array([0, 0, 0, 1, 1, 2]), ([0, 0, 1, 3, 0], [1, 3, 4, 4, 3])
    every = [
        mixing_matrix(np.array(labels), *map(np.array, met), group_count=3, permutations=0, seed=0)
        for labels in permutations(groups.tolist())
    ]
    one = mixing_matrix(groups, *map(np.array, met), group_count=3, permutations=0, seed=0)
    assert one.expected == pytest.approx(np.mean([labels.observed for labels in every], axis=0))
    assert one.expected_ei == pytest.approx(np.mean([labels.ei_index for labels in every]))


def test_p_values_approach_those_of_every_permutation():
    groups, met = np.array([0, 0, 0, 1, 1, 1]), (np.array([0, 0, 1, 3]), np.array([1, 2, 2, 4]))
    every = np.array(
        [
            mixing_matrix(np.array(labels), *met, group_count=2, permutations=0, seed=0).observed
            for labels in permutations(groups.tolist())
        ]
    )
    one = mixing_matrix(groups, *met, group_count=2, permutations=20_000, seed=1)
    far = np.abs(one.observed - one.expected) - 1e-9
    exact = (np.abs(every - one.expected) >= far).mean(axis=0)
    assert one.p_values == pytest.approx(exact, abs=0.02)


def test_homophily_is_found_and_random_mixing_is_not():
    case = large_network(300, 1_500, seed=8)
    assert mixed(case, permutations=999).p_values[0, 1:].max() <= 0.002
    rng = np.random.default_rng(2)
    ends = rng.integers(0, 300, (1_500, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    plain = mixing_matrix(case.groups, ends[:, 0], ends[:, 1], group_count=5, permutations=999, seed=0)
    assert (plain.p_values < 0.05).mean() <= 0.2
    assert plain.ei_index == pytest.approx(plain.expected_ei, abs=0.08)


@settings(max_examples=30)
@given(networks())
def test_the_same_seed_gives_the_same_p_values_and_input_is_left_alone(case):
    before = case.groups.copy()
    one, two = mixed(case, permutations=19, seed=7), mixed(case, permutations=19, seed=7)
    assert np.array_equal(one.p_values, two.p_values)
    assert one.ei_p_value == two.ei_p_value
    assert np.array_equal(before, case.groups)
    assert ((one.p_values > 0) & (one.p_values <= 1)).all()


@pytest.mark.slow
@given(networks())
def test_group_and_person_figures_agree_with_a_count_by_hand(case):
    graph, ours = case.graph, mixed(case)
    group = nx.get_node_attributes(graph, "group")
    for g in range(case.group_count):
        ends = [(a, b) for a, b in [*case.meetings, *((b, a) for a, b in case.meetings)] if group[a] == g]
        inside = sum(group[b] == g for _, b in ends)
        people = sum(one == g for one in group.values())
        if ends:
            share, random = inside / len(ends), (people - 1) / (len(group) - 1)
            assert ei_by_group(ours)[g] == pytest.approx(1 - 2 * share)
            scale = 1 - random if share >= random else random
            homophily = (share - random) / scale if scale else 0
            assert coleman_homophily(ours, case.groups, case.group_count)[g] == pytest.approx(homophily)
        else:
            assert np.isnan(ei_by_group(ours)[g])
        if people:
            chance_ei = 1 - 2 * (people - 1) / max(len(group) - 1, 1)
            assert expected_ei_by_group(case.groups, case.group_count)[g] == pytest.approx(chance_ei)
    simple = nx.Graph(graph)
    for value, one in zip(
        ei_by_person(case.network, case.groups, case.group_count), case.network.ids.tolist(), strict=True
    ):
        met = [group[other] != group[one] for other in simple[one]]
        assert (np.isnan(value) and not met) or value == pytest.approx(2 * np.mean(met) - 1)


@pytest.mark.slow
@given(networks())
def test_layers_add_up_to_the_whole(case):
    network = case.network
    layers = (network.left + network.right) % 3
    found = layered_mixing_matrix(
        case.groups,
        network.left,
        network.right,
        layers,
        group_count=case.group_count,
        layer_count=3,
        permutations=9,
        seed=0,
    )
    assert np.array_equal(sum(layer.observed for layer in found.layers), found.total.observed)
    assert np.array_equal(found.total.observed, mixed(case).observed)
    assert np.array_equal(np.stack([layer.endpoints for layer in found.layers], axis=1), found.participation.observed)
    people = np.bincount(case.groups, minlength=case.group_count) / len(case.groups)
    meetings = np.bincount(layers, minlength=3)
    assert found.participation.expected == pytest.approx(2 * np.outer(people, meetings))
    assert found.participation.p_values.shape == (case.group_count, 3)


def test_nobody_and_no_meeting_have_no_index():
    for people in (0, 1, 4):
        none = np.zeros(0, np.int64)
        empty = mixing_matrix(np.zeros(people, np.int64), none, none, group_count=2, permutations=9, seed=0)
        assert empty.meetings == 0
        assert empty.ei_index is empty.ei_p_value is assortativity(empty) is None


def test_blau_index_of_nobody_is_nan_and_of_k_even_groups_is_one_minus_one_over_k():
    assert np.isnan(blau_index(np.array([0, 0])))
    assert float(blau_index(np.array([3, 3, 3, 3]))) == pytest.approx(0.75)


def test_two_who_met_twice_count_twice_between_groups_and_once_between_people():
    network = build_network([1, 2], [(1, 2), (2, 1)])
    twice = mixing_matrix(np.array([0, 1]), network.left, network.right, group_count=2, permutations=0, seed=0)
    assert twice.observed[0, 1] == 2
    assert network.degree.tolist() == [1, 1]
