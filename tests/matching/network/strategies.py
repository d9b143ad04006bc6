"""Random small networks: people in groups, some of whom met, some twice, some nobody."""

from typing import NamedTuple

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from matching.network.graph import Network, build_network


class GroupedNetwork(NamedTuple):
    network: Network
    groups: np.ndarray
    group_count: int
    meetings: list[tuple[int, int]]

    @property
    def graph(self) -> nx.MultiGraph:
        """As a networkx multigraph with the group as a node attribute."""
        graph = nx.MultiGraph()
        graph.add_nodes_from(
            (int(one), {"group": int(group)}) for one, group in zip(self.network.ids, self.groups, strict=True)
        )
        graph.add_edges_from(self.meetings)
        return graph


@st.composite
def networks(draw, most=14):
    group_count = draw(st.integers(1, 4))
    ids = draw(st.lists(st.integers(1, 999), min_size=1, max_size=most, unique=True))
    groups = np.array(draw(st.lists(st.integers(0, group_count - 1), min_size=len(ids), max_size=len(ids))))
    pair = st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(lambda ends: ends[0] != ends[1])
    meetings = draw(st.lists(pair, max_size=3 * len(ids))) if len(ids) > 1 else []
    return GroupedNetwork(build_network(ids, meetings), groups, group_count, meetings)


def large_network(people: int, meetings: int, seed: int) -> GroupedNetwork:
    """A network with hubs (Pareto activity) and one homophilous group."""
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 5, people)
    activity = rng.pareto(2.0, people) + 0.2
    ends = rng.choice(people, (3 * meetings, 2), p=activity / activity.sum())
    one, two = groups[ends].T
    keep = (ends[:, 0] != ends[:, 1]) & ((one == two) | ((one != 0) & (two != 0)))
    met = [(int(a), int(b)) for a, b in ends[keep][:meetings]]
    return GroupedNetwork(build_network(range(people), met), groups, 5, met)
