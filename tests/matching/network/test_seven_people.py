"""A network of seven people, every figure worked out by hand.

Three of government (1, 2, 3), two of industry (4, 5), one of civil society (6), one youth (7) who met nobody.
Pairs: 1-2, 1-4 (who met twice), 2-4, 3-5, 4-5, 4-6; so six pairs in seven meetings.
"""

from fractions import Fraction

import numpy as np
import pytest

from matching.network.graph import build_network, component_sizes, degree_centralisation, density, isolates
from matching.network.mixing import (
    assortativity,
    blau_index,
    coleman_homophily,
    ei_by_group,
    ei_by_person,
    expected_ei_by_group,
    mixing_matrix,
)
from matching.network.roles import betweenness, brokerage_roles

MEETINGS = [(1, 2), (1, 4), (4, 1), (2, 4), (3, 5), (5, 4), (4, 6)]
GOVERNMENT, INDUSTRY, CIVIL, YOUTH = range(4)
GROUPS = np.array([GOVERNMENT, GOVERNMENT, GOVERNMENT, INDUSTRY, INDUSTRY, CIVIL, YOUTH])
NETWORK = build_network(range(1, 8), MEETINGS)
MIXED = mixing_matrix(GROUPS, NETWORK.left, NETWORK.right, group_count=4, seed=0)


def near(*values):
    return pytest.approx([float(value) for value in values], nan_ok=True)


def test_the_shape_of_the_network():
    assert density(NETWORK) == pytest.approx(6 / 21)
    assert NETWORK.degree.tolist() == [2, 2, 1, 4, 2, 1, 0]
    assert degree_centralisation(NETWORK) == pytest.approx((2 + 2 + 3 + 0 + 2 + 3 + 4) / 30)
    assert component_sizes(NETWORK).tolist() == [6, 1]
    assert NETWORK.ids[isolates(NETWORK)].tolist() == [7]


def test_who_met_whom_counts_each_meeting_once():
    assert MIXED.observed.tolist() == [[1, 4, 0, 0], [4, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert MIXED.meetings == 7
    assert MIXED.endpoints.tolist() == [6, 7, 1, 0]


def test_expected_counts_follow_the_share_of_all_pairs_of_people():
    expected = [
        [1, 2, 1, 1],
        [2, Fraction(1, 3), Fraction(2, 3), Fraction(2, 3)],
        [1, Fraction(2, 3), 0, Fraction(1, 3)],
        [1, Fraction(2, 3), Fraction(1, 3), 0],
    ]
    for row, right in zip(MIXED.expected.tolist(), expected, strict=True):
        assert row == near(*right)


def test_the_ei_index_of_network_constituency_and_person():
    assert MIXED.ei_index == pytest.approx((5 - 2) / 7)
    assert MIXED.expected_ei == pytest.approx(1 - 2 * 4 / 21)
    assert ei_by_group(MIXED).tolist() == near(Fraction(1, 3), Fraction(3, 7), 1, np.nan)
    assert expected_ei_by_group(GROUPS, 4).tolist() == near(Fraction(1, 3), Fraction(2, 3), 1, 1)
    assert ei_by_person(NETWORK, GROUPS, 4).tolist() == near(0, 0, 1, Fraction(1, 2), 0, 1, np.nan)


def test_homophily_assortativity_and_diversity():
    assert coleman_homophily(MIXED, GROUPS, 4).tolist() == near(0, Fraction(1, 7), 0, np.nan)
    assert assortativity(MIXED) == pytest.approx(-3 / 11)
    assert float(blau_index(np.bincount(GROUPS))) == pytest.approx(34 / 49)


def test_only_two_people_are_brokers():
    roles = brokerage_roles(NETWORK, GROUPS, 4)
    assert roles.coordinator.tolist() == [0] * 7
    assert roles.consultant.tolist() == [0] * 7
    assert roles.gatekeeper.tolist() == roles.representative.tolist() == [0, 0, 0, 3, 1, 0, 0]
    assert roles.liaison.tolist() == [0, 0, 0, 2, 0, 0, 0]
    assert roles.pairs.tolist() == roles.cross_group_pairs.tolist() == [0, 0, 0, 5, 1, 0, 0]
    assert betweenness(NETWORK, seed=0).tolist() == near(0, 0, 0, Fraction(8, 15), Fraction(4, 15), 0, 0)
