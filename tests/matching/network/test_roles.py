"""Brokerage roles by their definition; betweenness against networkx and igraph."""

from itertools import combinations

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given

from matching.network.graph import build_network
from matching.network.roles import betweenness, brokerage_roles
from tests.matching.network.strategies import large_network, networks


def roles_by_definition(graph, group):
    """Every open triad a - b - c, looked at one by one."""
    found = {one: dict.fromkeys(("coordinator", "consultant", "gatekeeper", "liaison"), 0) for one in graph}
    for b in graph:
        for a, c in combinations(graph[b], 2):
            if graph.has_edge(a, c):
                continue
            if group[a] == group[b] == group[c]:
                role = "coordinator"
            elif group[a] == group[c]:
                role = "consultant"
            elif group[b] in (group[a], group[c]):
                role = "gatekeeper"
            else:
                role = "liaison"
            found[b][role] += 1
    return found


@pytest.mark.slow
@given(networks())
def test_the_five_roles_equal_their_definition(case):
    graph = nx.Graph(case.graph)
    by_hand = roles_by_definition(graph, nx.get_node_attributes(graph, "group"))
    ours = brokerage_roles(case.network, case.groups, case.group_count)
    for row, one in enumerate(case.network.ids.tolist()):
        assert {name: getattr(ours, name)[row] for name in by_hand[one]} == by_hand[one]
        assert ours.pairs[row] == sum(by_hand[one].values())
    assert np.array_equal(ours.gatekeeper, ours.representative)


def test_the_roles_of_a_network_with_hubs_equal_their_definition():
    case = large_network(200, 900, seed=1)
    graph = nx.Graph(case.graph)
    by_hand = roles_by_definition(graph, nx.get_node_attributes(graph, "group"))
    ours = brokerage_roles(case.network, case.groups, case.group_count)
    for name in ("coordinator", "consultant", "gatekeeper", "liaison"):
        assert getattr(ours, name).tolist() == [by_hand[one][name] for one in sorted(by_hand)]


@pytest.mark.slow
@given(networks())
def test_betweenness_equals_networkx_s(case):
    theirs = nx.betweenness_centrality(nx.Graph(case.graph))
    ours = betweenness(case.network, seed=0)
    assert ours == pytest.approx(np.array([theirs[one] for one in case.network.ids.tolist()]), abs=1e-12)


def test_betweenness_equals_igraph_s_on_a_large_network():
    case = large_network(800, 3_000, seed=4)
    theirs = igraph.Graph(800, case.meetings).simplify().betweenness(directed=False)
    ours = betweenness(case.network, seed=0) * 799 * 798 / 2
    assert ours == pytest.approx(np.array(theirs), rel=1e-9, abs=1e-6)


@pytest.mark.slow
def test_sampled_betweenness_is_repeatable_and_near_the_exact_one():
    case = large_network(1_500, 6_000, seed=6)
    exact = betweenness(case.network, seed=0, exact_up_to=1_500)
    sampled = betweenness(case.network, seed=3, pivots=256)
    assert np.array_equal(sampled, betweenness(case.network, seed=3, pivots=256))
    assert not np.array_equal(sampled, betweenness(case.network, seed=4, pivots=256))
    assert np.corrcoef(exact, sampled)[0, 1] > 0.97
    top = set(np.argsort(-exact, kind="stable")[:20].tolist())
    assert len(top & set(np.argsort(-sampled, kind="stable")[:20].tolist())) >= 17
    assert sampled.mean() == pytest.approx(exact.mean(), rel=0.05)


def test_every_source_as_pivot_gives_the_exact_figure():
    case = large_network(120, 400, seed=2)
    exact = betweenness(case.network, seed=0)
    assert betweenness(case.network, seed=0, exact_up_to=0, pivots=120) == pytest.approx(exact)


def test_two_people_have_no_broker():
    for ids, met in (([], []), ([1], []), ([1, 2], [(1, 2)])):
        network = build_network(ids, met)
        groups = np.zeros(len(ids), np.int64)
        assert betweenness(network, seed=0).tolist() == [0.0] * len(ids)
        assert brokerage_roles(network, groups, 1).pairs.tolist() == [0] * len(ids)
