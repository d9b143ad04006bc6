"""Who meets whom against chance: by networkx, by igraph, by every possible dealing of a small forum."""

from itertools import permutations

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from matching.network.graph import network_of
from matching.network.mixing import (
    assortativity,
    blau,
    coleman_homophily,
    ei_chance_of_groups,
    ei_of_groups,
    ei_of_people,
    mixing,
    mixing_by_layer,
)
from tests.matching.network.forums import forums, large_forum


def mixed(forum, **options):
    network = forum.network
    given_ = {"size": forum.size, "permutations": 0, "seed": 0, **options}
    return mixing(forum.groups, network.left, network.right, **given_)


@given(forums())
def test_observed_meetings_equal_networkx_s_mixing_matrix(forum):
    ours = mixed(forum)
    theirs = nx.attribute_mixing_matrix(
        forum.graph, "group", mapping={g: g for g in range(forum.size)}, normalized=False
    )
    np.fill_diagonal(theirs, np.diag(theirs) / 2)  # it counts a meeting inside a group from both ends
    assert np.array_equal(ours.observed, theirs)
    assert np.triu(ours.observed).sum() == ours.meetings == len(forum.meetings)


@given(forums())
def test_assortativity_equals_networkx_s(forum):
    ours = assortativity(mixed(forum))
    if ours is None:
        assert not forum.meetings or len(set(forum.groups[list(forum.network.left)])) == 1
    else:
        theirs = nx.attribute_assortativity_coefficient(forum.graph, "group")
        assert ours == pytest.approx(theirs, abs=1e-12)


def test_assortativity_equals_igraph_s_on_a_large_forum():
    forum = large_forum(300, 2_000, seed=5)
    graph = igraph.Graph(300, forum.meetings)
    assert assortativity(mixed(forum)) == pytest.approx(
        graph.assortativity_nominal(forum.groups.tolist(), False)
    )


def test_expected_is_the_mean_over_every_way_to_deal_the_groups():
    groups, met = np.array([0, 0, 0, 1, 1, 2]), ([0, 0, 1, 3, 0], [1, 3, 4, 4, 3])
    every = [
        mixing(np.array(dealt), *map(np.array, met), size=3, permutations=0, seed=0)
        for dealt in permutations(groups.tolist())
    ]
    one = mixing(groups, *map(np.array, met), size=3, permutations=0, seed=0)
    assert one.expected == pytest.approx(np.mean([dealt.observed for dealt in every], axis=0))
    assert one.ei_chance == pytest.approx(np.mean([dealt.ei for dealt in every]))


def test_p_values_approach_those_of_every_way_to_deal():
    groups, met = np.array([0, 0, 0, 1, 1, 1]), (np.array([0, 0, 1, 3]), np.array([1, 2, 2, 4]))
    every = np.array(
        [
            mixing(np.array(dealt), *met, size=2, permutations=0, seed=0).observed
            for dealt in permutations(groups.tolist())
        ]
    )
    one = mixing(groups, *met, size=2, permutations=20_000, seed=1)
    far = np.abs(one.observed - one.expected) - 1e-9
    exact = (np.abs(every - one.expected) >= far).mean(axis=0)
    assert one.p == pytest.approx(exact, abs=0.02)


def test_homophily_is_found_and_random_mixing_is_not():
    forum = large_forum(300, 1_500, seed=8)
    assert mixed(forum, permutations=999).p[0, 1:].max() <= 0.002
    chance = np.random.default_rng(2)
    ends = chance.integers(0, 300, (1_500, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    plain = mixing(forum.groups, ends[:, 0], ends[:, 1], size=5, permutations=999, seed=0)
    assert (plain.p < 0.05).mean() <= 0.2
    assert plain.ei == pytest.approx(plain.ei_chance, abs=0.08)


@settings(max_examples=30)
@given(forums())
def test_the_same_seed_gives_the_same_p_values_and_input_is_left_alone(forum):
    before = forum.groups.copy()
    one, two = mixed(forum, permutations=19, seed=7), mixed(forum, permutations=19, seed=7)
    assert np.array_equal(one.p, two.p)
    assert one.ei_p == two.ei_p
    assert np.array_equal(before, forum.groups)
    assert ((one.p > 0) & (one.p <= 1)).all()


@given(forums())
def test_group_and_person_figures_agree_with_a_count_by_hand(forum):
    graph, ours = forum.graph, mixed(forum)
    group = nx.get_node_attributes(graph, "group")
    for g in range(forum.size):
        ends = [(a, b) for a, b in [*forum.meetings, *((b, a) for a, b in forum.meetings)] if group[a] == g]
        inside = sum(group[b] == g for _, b in ends)
        people = sum(one == g for one in group.values())
        if ends:
            share, chance = inside / len(ends), (people - 1) / (len(group) - 1)
            assert ei_of_groups(ours)[g] == pytest.approx(1 - 2 * share)
            room = 1 - chance if share >= chance else chance
            homophily = (share - chance) / room if room else 0
            assert coleman_homophily(ours, forum.groups, forum.size)[g] == pytest.approx(homophily)
        else:
            assert np.isnan(ei_of_groups(ours)[g])
        if people:
            chance_ei = 1 - 2 * (people - 1) / max(len(group) - 1, 1)
            assert ei_chance_of_groups(forum.groups, forum.size)[g] == pytest.approx(chance_ei)
    simple = nx.Graph(graph)
    for value, one in zip(
        ei_of_people(forum.network, forum.groups, forum.size), forum.network.ids.tolist(), strict=True
    ):
        met = [group[other] != group[one] for other in simple[one]]
        assert (np.isnan(value) and not met) or value == pytest.approx(2 * np.mean(met) - 1)


@given(forums())
def test_layers_add_up_to_the_whole(forum):
    network = forum.network
    layers = (network.left + network.right) % 3
    found = mixing_by_layer(
        forum.groups,
        network.left,
        network.right,
        layers,
        size=forum.size,
        layer_count=3,
        permutations=9,
        seed=0,
    )
    assert np.array_equal(sum(layer.observed for layer in found.layers), found.whole.observed)
    assert np.array_equal(found.whole.observed, mixed(forum).observed)
    assert np.array_equal(np.stack([layer.ends for layer in found.layers], axis=1), found.seats.observed)
    people = np.bincount(forum.groups, minlength=forum.size) / len(forum.groups)
    meetings = np.bincount(layers, minlength=3)
    assert found.seats.expected == pytest.approx(2 * np.outer(people, meetings))
    assert found.seats.p.shape == (forum.size, 3)


def test_nobody_and_no_meeting_have_no_index():
    for people in (0, 1, 4):
        none = np.zeros(0, np.int64)
        empty = mixing(np.zeros(people, np.int64), none, none, size=2, permutations=9, seed=0)
        assert empty.meetings == 0
        assert empty.ei is empty.ei_p is assortativity(empty) is None


def test_diversity_of_nobody_is_not_a_number_and_of_k_even_groups_is_one_less_their_share():
    assert np.isnan(blau(np.array([0, 0])))
    assert float(blau(np.array([3, 3, 3, 3]))) == pytest.approx(0.75)


def test_two_who_met_twice_count_twice_between_groups_and_once_between_people():
    network = network_of([1, 2], [(1, 2), (2, 1)])
    twice = mixing(np.array([0, 1]), network.left, network.right, size=2, permutations=0, seed=0)
    assert twice.observed[0, 1] == 2
    assert network.degree.tolist() == [1, 1]
