"""Social network analysis of meetings: structure, mixing between groups, and brokerage roles."""

from matching.network.graph import (
    Network,
    build_network,
    component_sizes,
    degree_centralisation,
    density,
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
    expected_ei_index,
    layered_mixing_matrix,
    mixing_matrix,
)
from matching.network.roles import BrokerageRoles, betweenness, brokerage_roles

__all__ = [
    "BrokerageRoles",
    "LayeredMixingMatrix",
    "MixingMatrix",
    "Network",
    "assortativity",
    "betweenness",
    "blau_index",
    "brokerage_roles",
    "build_network",
    "coleman_homophily",
    "component_sizes",
    "degree_centralisation",
    "density",
    "ei_by_group",
    "ei_by_person",
    "ei_index",
    "expected_ei_by_group",
    "expected_ei_index",
    "isolates",
    "layered_mixing_matrix",
    "mixing_matrix",
]
