"""The shape of a network, against networkx and igraph on random networks."""

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given

from matching.errors import BadTie, DuplicatePerson, UnknownPerson
from matching.network.graph import (
    build_network,
    component_sizes,
    degree_centralisation,
    density,
    isolates,
    neighbour_counts_by_group,
)
from tests.matching.network.strategies import large_network, networks


@pytest.mark.slow
@given(networks())
def test_density_degrees_parts_and_isolates_equal_networkx(case):
    graph, network = nx.Graph(case.graph), case.network
    assert density(network) == pytest.approx(nx.density(graph))
    assert network.degree.tolist() == [graph.degree[one] for one in network.ids.tolist()]
    assert component_sizes(network).tolist() == sorted(map(len, nx.connected_components(graph)), reverse=True)
    assert set(network.ids[isolates(network)].tolist()) == set(nx.isolates(graph))


@pytest.mark.slow
@given(networks())
def test_neighbours_by_group_equal_a_count_by_hand(case):
    graph, network = nx.Graph(case.graph), case.network
    counted = neighbour_counts_by_group(network, case.groups, case.group_count)
    for row, one in enumerate(network.ids.tolist()):
        met = [graph.nodes[other]["group"] for other in graph[one]]
        assert counted[row].tolist() == [met.count(group) for group in range(case.group_count)]


@pytest.mark.slow
@given(networks())
def test_the_order_in_which_people_and_meetings_arrive_changes_nothing(case):
    again = build_network(case.network.ids.tolist()[::-1], [(b, a) for a, b in reversed(case.meetings)])
    for name in ("ids", "left", "right", "pair_left", "pair_right"):
        assert np.array_equal(getattr(again, name), getattr(case.network, name))


def test_a_large_network_has_the_figures_igraph_gives():
    case = large_network(400, 1_500, seed=3)
    graph = igraph.Graph(400, case.meetings).simplify()
    assert density(case.network) == pytest.approx(graph.density())
    assert component_sizes(case.network).tolist() == sorted(graph.connected_components().sizes(), reverse=True)
    degrees = graph.degree()
    assert degree_centralisation(case.network) == pytest.approx(
        sum(max(degrees) - degree for degree in degrees) / (399 * 398)
    )


def test_a_star_is_centralised_and_a_ring_is_not():
    star = build_network(range(6), [(0, other) for other in range(1, 6)])
    ring = build_network(range(6), [(one, (one + 1) % 6) for one in range(6)])
    assert degree_centralisation(star) == 1.0
    assert degree_centralisation(ring) == 0.0


def test_nobody_and_one_person_have_a_network_too():
    for ids in ([], [5]):
        network = build_network(ids, [])
        assert density(network) == degree_centralisation(network) == 0.0
        assert component_sizes(network).tolist() == [1] * len(ids)


def test_impossible_input_is_refused_with_the_culprit():
    with pytest.raises(DuplicatePerson):
        build_network([1, 2, 1], [])
    with pytest.raises(UnknownPerson, match="the id 9"):
        build_network([1, 2], [(1, 2), (2, 9)])
    with pytest.raises(BadTie, match="2 cannot meet themself"):
        build_network([1, 2], [(2, 2)])
