"""The sparse graph scores against networkx, the oracle."""

from itertools import combinations, pairwise

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.policy import MatchingPolicy
from matching.recommend import pagerank
from matching.recommend.features import log_pagerank
from matching.recommend.graph import (
    adamic_adar,
    adamic_adar_3path,
    build_incidence,
    columns_without_hubs,
    explain_overlap,
    jaccard,
    neighbour_shares,
    resource_allocation,
    smooth_over_ties,
    weighted_common_neighbours,
)
from matching.recommend.pagerank import RandomWalk, personalised_pagerank, resolvent, resolvent_entries, resolvent_tiles
from matching.types import Participant, Tie
from tests.matching.recommend.strategies import make_people


@st.composite
def graphs(draw, weighted=False):
    size = draw(st.integers(2, 14))
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda e: e[0] < e[1])
    graph = nx.Graph()
    graph.add_nodes_from(range(size))
    for a, b in draw(st.lists(ends, max_size=40)):
        graph.add_edge(a, b, weight=draw(st.floats(0.05, 5)) if weighted else 1.0)
    return graph


def matrix(graph):
    return sp.csr_matrix(nx.to_scipy_sparse_array(graph, nodelist=range(len(graph)), dtype=float))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ours", "oracle"),
    [
        (adamic_adar, nx.adamic_adar_index),
        (resource_allocation, nx.resource_allocation_index),
        (jaccard, nx.jaccard_coefficient),
    ],
)
@settings(deadline=None)
@given(graph=graphs())
def test_scores_of_common_neighbours_equal_networkx(ours, oracle, graph):
    table = ours(matrix(graph)).toarray()
    pairs = [(a, b) for a in graph for b in graph if a != b]
    for a, b, expected in oracle(graph, pairs):
        assert table[a, b] == pytest.approx(expected, abs=1e-12)


def path_score(graph, path):
    damping = [1 / np.log1p(graph.degree(node)) for node in path[1:-1]]
    return np.prod([graph.edges[edge]["weight"] for edge in pairwise(path)] + damping)


@pytest.mark.slow
@settings(deadline=None)
@given(graph=graphs(weighted=True))
def test_odd_paths_equal_networkx_paths_between_people_who_are_not_tied(graph):
    table = adamic_adar_3path(matrix(graph)).toarray()
    for a, b in nx.non_edges(graph):
        paths = [path for path in nx.all_simple_paths(graph, a, b, cutoff=3) if len(path) == 4]
        expected = sum(path_score(graph, path) for path in paths)
        assert table[a, b] == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert table[b, a] == pytest.approx(table[a, b], rel=1e-9, abs=1e-12)


def test_odd_paths_reach_across_a_network_of_two_sides_where_common_partners_are_none():
    graph = nx.Graph([("a", 1), ("a", 2), ("b", 2), ("b", 3)], weight=1.0)
    order = ["a", "b", 1, 2, 3]
    ties = sp.csr_matrix(nx.to_scipy_sparse_array(graph, nodelist=order, dtype=float))
    assert adamic_adar(ties).toarray()[0, 4] == 0
    # The one path a-2-b-3 passes two people of two partners each.
    assert adamic_adar_3path(ties).toarray()[0, 4] == pytest.approx(1 / np.log(3) ** 2)


def test_people_without_ties_have_no_odd_paths():
    assert adamic_adar_3path(sp.csr_matrix((3, 3), dtype=np.float32)).nnz == 0


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(graph=graphs(weighted=True))
def test_personalised_pagerank_equals_networkx_on_any_weighted_graph(graph):
    ours = np.vstack(list(personalised_pagerank(matrix(graph))))
    for start in graph:
        expected = nx.pagerank(graph, personalization={start: 1}, tol=1e-13, max_iter=2000)
        assert ours[start] == pytest.approx([expected[k] for k in range(len(graph))], abs=1e-8)


def typed_forum():
    people = [
        Participant(
            k, seeks_topics=frozenset({f"t{k % 3}"}), sessions=frozenset({f"s{k % 2}"}), organisation=f"o{k // 2}"
        )
        for k in range(7)
    ] + [Participant(7)]
    return people, [Tie(0, 3, 1.0, 2.0, "2024"), Tie(3, 5, 0.0), Tie(0, 3, 0.0, 1.0, "2025"), Tie(2, 99, 0.0)]


def networkx_graph(people, ties):
    graph = nx.Graph()
    graph.add_nodes_from(("person", p.id) for p in people)
    for p in people:
        shared = [("topic", topic) for topic in p.seeks_topics | p.offers_topics]
        shared += [("session", session) for session in p.sessions]
        shared += [("organisation", p.organisation)] if p.organisation else []
        graph.add_edges_from((("person", p.id), node, {"weight": 1.0}) for node in shared)
    for tie in ties:
        a, b = ("person", tie.a), ("person", tie.b)
        before = graph.edges[a, b]["weight"] if graph.has_edge(a, b) else 0
        graph.add_edge(a, b, weight=before + tie.weight * MatchingPolicy().decay ** tie.age_years)
    return graph


def test_pagerank_over_topics_sessions_and_absent_people_equals_networkx():
    people, ties = typed_forum()
    graph, incidence = networkx_graph(people, ties), build_incidence(people, ties, MatchingPolicy())
    ours = np.vstack(list(personalised_pagerank(incidence.people, incidence.others)))
    for k, person in enumerate(people):
        expected = nx.pagerank(graph, personalization={("person", person.id): 1}, tol=1e-13, max_iter=2000)
        assert ours[k] == pytest.approx([expected["person", p.id] for p in people], abs=1e-8)


def test_the_logarithm_used_in_scores_is_that_of_pagerank():
    people, ties = typed_forum()
    incidence = build_incidence(people, ties, MatchingPolicy())
    walk = RandomWalk.from_adjacency(incidence.people, incidence.others, 0.15)
    exact = np.vstack(list(personalised_pagerank(incidence.people, incidence.others)))
    left, right = np.array([0, 3, 1, 7]), np.array([5, 1, 2, 0])
    value = log_pagerank(walk, resolvent(walk, tolerance=1e-6)[left, right], left, right)
    assert value[:3] + np.log(0.15) == pytest.approx(np.log(exact[left, right][:3]), abs=1e-4)
    assert np.isnan(value[3])


def test_tiles_and_entries_of_the_resolvent_are_those_of_the_whole():
    people, ties = typed_forum()
    incidence = build_incidence(people, ties, MatchingPolicy())
    walk = RandomWalk.from_adjacency(incidence.people, incidence.others, 0.15)
    whole, blocks = resolvent(walk, tolerance=1e-6), [slice(0, None, 2), slice(1, None, 2)]
    for tile, columns in zip(resolvent_tiles(walk, blocks[1], blocks, 1e-6), blocks, strict=True):
        assert tile == pytest.approx(whole[blocks[1], columns], abs=1e-5)
    left, right = np.array([5, 0, 5, 2]), np.array([1, 0, 3, 2])
    assert resolvent_entries(walk, left, right, 1e-6) == pytest.approx(whole[left, right], abs=1e-5)


def test_a_column_is_the_same_whichever_sources_are_solved_together():
    people, ties, _vectors = make_people(300, 5, ties=500)
    incidence = build_incidence(people, ties, MatchingPolicy())
    walk = RandomWalk.from_adjacency(incidence.people, incidence.others, 0.15)
    assert walk.hubs.shape[1]
    columns = walk.columns(np.arange(64), 1e-4)
    for source in range(64):
        assert (walk.columns(np.array([source]), 1e-4)[:, 0] == columns[:, source]).all()


def dense_walk(incidence):
    """M of the docstring of RandomWalk, all of it."""
    degree = np.asarray(incidence.people.sum(axis=1) + incidence.others.sum(axis=1)).ravel()
    root = np.divide(1, np.sqrt(degree), where=degree > 0, out=np.zeros(len(degree)))[:, None]
    shared = incidence.others.toarray() * 0.85 * root / np.sqrt(incidence.others.toarray().sum(axis=0))
    return 0.85 * root * incidence.people.toarray() * root.T + shared @ shared.T


@pytest.mark.parametrize(("share", "hubs"), [(1 / 64, 128), (1 / 8, 2), (2, 0)])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-4), (np.float64, 1e-12)])
def test_the_resolvent_is_the_inverse_whichever_nodes_are_eliminated(monkeypatch, share, hubs, dtype, tolerance):
    """With two people tied to each other alone, whose walk has the eigenvalues .85 and -.85."""
    people, ties, _ = make_people(80, 3, ties=60)
    people, ties = [*people, Participant(900), Participant(901)], [*ties, Tie(900, 901)]
    incidence = build_incidence(sorted(people, key=lambda p: p.id), ties, MatchingPolicy())
    monkeypatch.setattr(pagerank, "HUB_SHARE", share)
    monkeypatch.setattr(pagerank, "MAX_HUBS", hubs)
    walk = RandomWalk.from_adjacency(incidence.people, incidence.others, 0.15, dtype)
    assert 0 <= walk.hubs.shape[1] <= hubs
    assert bool(walk.hubs.shape[1]) == bool(hubs)
    inverse = np.linalg.inv(np.eye(len(people)) - dense_walk(incidence))
    columns = walk.columns(np.arange(len(people)), tolerance)
    assert np.linalg.norm(columns - inverse, axis=0).max() < 2 * tolerance
    few = walk.columns(np.array([7, 81]), tolerance)
    assert few == pytest.approx(columns[:, [7, 81]], abs=float(10 * np.finfo(dtype).eps))


def test_all_eigenvalues_of_the_walk_without_hubs_are_within_its_spectrum():
    people, ties, _ = make_people(120, 5, ties=100)
    incidence = build_incidence(people, ties, MatchingPolicy())
    walk = RandomWalk.from_adjacency(incidence.people, incidence.others, 0.15, np.float64)
    low, high = walk.spectrum
    assert -0.85 <= low < 0 < high <= 0.85
    moved = (walk.among + walk.out @ walk.out.T).toarray() / 2
    assert np.abs(np.linalg.eigvalsh(moved)).max() <= 1 + 1e-9


@pytest.mark.parametrize("couples", [4, 40])
def test_a_shorter_series_is_as_exact_for_everybody_couples_tied_to_each_other_alone_included(monkeypatch, couples):
    monkeypatch.setattr(pagerank, "LEAST_PEOPLE", 0)
    monkeypatch.setattr(pagerank, "MAX_HUBS", 4)
    draw = np.random.default_rng(4)
    crowd = [
        Participant(k, seeks_topics=frozenset({f"t{k % 4}"}), sessions=frozenset({f"s{a}", f"s{b}"}))
        for k, (a, b) in enumerate(draw.integers(0, 90, (900, 2)).tolist())
    ]
    pairs = [Tie(int(a), int(b)) for a, b in draw.integers(0, 900, (700, 2)) if a != b]
    lonely = [Participant(k) for k in range(900, 900 + 2 * couples)]
    pairs += [Tie(one.id, one.id + 1) for one in lonely[::2]]
    incidence = build_incidence(crowd + lonely, pairs, MatchingPolicy())
    walk = RandomWalk.from_adjacency(incidence.people, incidence.others, 0.15)
    shorter = walk.for_many_sources(1e-4)
    assert shorter.spectrum[1] < walk.spectrum[1]
    assert shorter.near is not None
    assert shorter.near[900:].all()
    assert shorter.near[:900].mean() < 0.5
    everybody = np.arange(len(crowd + lonely))
    inverse = np.linalg.inv(np.eye(len(everybody)) - dense_walk(incidence))
    for one in (walk, shorter):
        assert np.linalg.norm(one.columns(everybody, 1e-4) - inverse, axis=0).max() < 2e-4


def test_repeated_ties_add_up_decay_and_keep_the_newest_label():
    people, ties = typed_forum()
    incidence = build_incidence(people, ties, MatchingPolicy())
    assert incidence.people[0, 3] == incidence.people[3, 0] == pytest.approx(1 + 2 * 0.85)
    assert incidence.labels[0, 3] == "2025"


def test_a_hub_is_dropped_and_organisations_never_count_as_overlap():
    people = [
        Participant(k, organisation=f"o{k % 5}", sessions=frozenset({"opening", f"s{k % 10}"})) for k in range(30)
    ]
    incidence = build_incidence(people, [], MatchingPolicy())
    columns, _ = columns_without_hubs(incidence, MatchingPolicy(crowd_people=10, crowd_share=0.3))
    used = {incidence.nodes[c] for c in np.unique(columns.indices)}
    assert used == {("session", f"s{k}") for k in range(10)}


def test_the_common_neighbours_explain_the_whole_overlap():
    people, ties = typed_forum()
    incidence = build_incidence(people, ties, MatchingPolicy())
    columns, damping = columns_without_hubs(incidence, MatchingPolicy(crowd_people=3, crowd_share=0))  # a session has 4
    nodes = [*incidence.nodes, *(("person", p.id) for p in people)]
    weighed = columns @ sp.diags(np.sqrt(damping))
    shares = [neighbour_shares(weighed, nodes, k) for k in range(len(people))]
    score = weighted_common_neighbours(columns, damping).toarray()
    for i, j in combinations(range(len(people)), 2):
        assert sum(term for _, term in explain_overlap(shares[i], shares[j])) == pytest.approx(score[i, j])
    assert [node for node, _ in explain_overlap(shares[0], shares[5])] == [("person", 3)]
    assert explain_overlap(shares[0], shares[2]) == []  # only the session of everybody


def test_smoothing_leaves_people_without_ties_as_they_are():
    own = np.eye(4, dtype=np.float32)
    assert smooth_over_ties(own, sp.csr_matrix((4, 4), dtype=np.float32)).tolist() == own.tolist()


def test_a_hub_with_ten_thousand_ties_adds_no_overlap():
    people = [Participant(k) for k in range(4)]
    ties = [Tie(0, k) for k in range(100, 10_100)] + [Tie(k, 50_000) for k in range(1, 4)] + [Tie(0, 1), Tie(0, 2)]
    incidence = build_incidence(people, ties, MatchingPolicy())
    columns, damping = columns_without_hubs(incidence, MatchingPolicy())
    score = columns @ sp.diags(damping) @ columns.T
    assert np.isfinite(score.toarray()).all()
    assert np.isfinite(resolvent(RandomWalk.from_adjacency(incidence.people, incidence.others, 0.15))).all()
