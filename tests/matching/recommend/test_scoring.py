"""Scores: tiles against pairs, the contract every scorer keeps, candidates."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.policy import Policy
from matching.recommend.candidates import candidates_of, find_candidates
from matching.recommend.dataset import prepare_dataset
from matching.recommend.features import ScoreStatistics, prepare_features, sample_pairs
from matching.recommend.gram import GramMatrix
from matching.recommend.scoring import (
    MAX_LEXICAL_Z,
    Scorer,
    acceptance_probability,
    fit_standardiser,
    predict_all,
    reciprocal_score,
    saturate,
    standardised_features,
)
from matching.text.tfidf import fit_idf, term_frequencies
from matching.types import Participant, Tie, Vectors
from tests.matching.recommend.strategies import datasets, make_people

SCORERS = {
    "everything": Policy(),
    "text alone": Policy(graph=0, topic=0, language=0, smooth=0, pagerank=0, lexical=0),
    "graph alone": Policy(text=0, topic=0, language=0, smooth=0, lexical=0),
    "topics alone": Policy(text=0, graph=0, language=0, smooth=0, pagerank=0, lexical=0),
    "words alone": Policy(text=0, graph=0, topic=0, language=0, smooth=0, pagerank=0),
}


def score(people, ties, vectors, policy, excluded=()):
    dataset = prepare_dataset(people, ties, vectors, excluded, policy)
    features, walked = fit_standardiser(
        prepare_features(dataset.participants, vectors, dataset.incidence, policy), policy
    )
    kept = None if walked is None else walked.copy()
    return (
        dataset,
        features,
        kept,
        predict_all(Scorer.from_features(features, policy), walked, dataset.exclusions.mask),
    )


@pytest.mark.parametrize("policy", SCORERS.values(), ids=SCORERS)
class TestEveryScorer:
    @settings(deadline=None, max_examples=15)
    @given(dataset=datasets(least=1))
    def test_probabilities_are_in_0_1_and_0_for_excluded_pairs(self, policy, dataset):
        people, ties, vectors = dataset
        opened, _, _, p = score(people, ties, vectors, policy)
        assert np.isfinite(p).all()
        assert ((p >= 0) & (p <= 1)).all()
        for a in range(len(people)):
            for b in range(len(people)):
                assert (p[a, b] == 0) == bool(opened.exclusions.reason(a, b))

    @settings(deadline=None, max_examples=15)
    @given(dataset=datasets(least=2))
    def test_a_pair_scores_the_same_alone_and_in_a_tile(self, policy, dataset):
        people, ties, vectors = dataset
        _, features, walked, p = score(people, ties, vectors, policy)
        left, right = (k.ravel() for k in np.indices(p.shape))
        entries = None if walked is None else walked[left, right]
        alone = acceptance_probability(
            standardised_features(features, policy, left, right, entries), policy
        ).reshape(p.shape)
        assert np.where(p > 0, alone, 0) == pytest.approx(p, abs=2e-4)

    @settings(deadline=None, max_examples=10)
    @given(dataset=datasets(least=2), seed=st.integers(0, 99))
    def test_scores_do_not_depend_on_the_order_of_people(self, policy, dataset, seed):
        people, ties, vectors = dataset
        mixed = [people[k] for k in np.random.default_rng(seed).permutation(len(people))]
        assert (score(people, ties, vectors, policy)[3] == score(mixed, ties, vectors, policy)[3]).all()


def test_tiles_of_many_people_equal_their_pairs():
    people, ties, vectors = make_people(1100, 1, ties=900)
    _, features, walked, p = score(people, ties, vectors, Policy())
    left, right = sample_pairs(1100, 3)
    alone = acceptance_probability(
        standardised_features(features, Policy(), left, right, walked[left, right]), Policy()
    )
    open_ = p[left, right] > 0
    # The walk is solved to 1e-4 and its two halves differ by as much.
    assert p[left, right][open_] == pytest.approx(alone[open_], abs=3e-3)


def test_dense_and_sparse_parts_of_a_gram_matrix_add_up_to_the_product():
    rows = (np.random.default_rng(0).random((300, 90)) < np.linspace(0.002, 0.4, 90)).astype(np.float32)
    gram = GramMatrix.from_rows(sp.csr_matrix(rows))
    assert gram.dense[0].shape[1] not in (0, 90)
    assert gram.tile(slice(10, 200), slice(0, 300)) == pytest.approx(rows[10:200] @ rows.T)
    assert gram.pairs(np.array([4]), np.array([9]))[0] == pytest.approx(rows[4] @ rows[9])


def test_a_gram_matrix_with_swapped_columns_is_symmetric_and_equals_the_product():
    rows = (np.random.default_rng(1).random((120, 60)) < np.linspace(0.002, 0.4, 60)).astype(np.float32)
    turned = rows.reshape(120, 30, 2)[:, :, ::-1].reshape(120, 60)
    gram = GramMatrix.from_rows(sp.csr_matrix(rows), sp.csr_matrix(turned))
    assert gram.tile(slice(0, 120), slice(0, 120)) == pytest.approx(rows @ turned.T)
    assert gram.tile(slice(0, 120), slice(0, 120)) == pytest.approx((rows @ turned.T).T)
    assert gram.pairs(np.array([4]), np.array([9]))[0] == pytest.approx(rows[4] @ turned[9])


def test_lexical_similarity_compares_seeks_with_offers_only():
    wish = "tools to preserve chat evidence"
    fillers = [Participant(k, seeks=f"filler {k}", offers=f"stuffing {k}") for k in range(4, 30)]
    people = [Participant(1, seeks=wish), Participant(2, seeks=wish), Participant(3, offers=wish), *fillers]
    _, features, _, _ = score(people, [], Vectors.empty(len(people)), Policy())
    left, right = np.array([0, 0, 2]), np.array([1, 2, 0])
    same, offered, sought = standardised_features(features, Policy(), left, right, None)["lexical"]
    assert same < 0.5
    assert offered == sought == MAX_LEXICAL_Z


def test_smoothed_text_weighs_less_where_seeks_or_offers_are_given():
    people, ties, vectors = make_people(60, 2, ties=40)
    without_texts = replace(vectors, seeks=vectors.seeks * 0, offers=vectors.offers * 0)
    left, right = np.arange(59), np.arange(1, 60)
    ratios = []
    for given_vectors in (vectors, without_texts):
        smooth = [
            standardised_features(score(people, ties, given_vectors, policy)[1], policy, left, right, None)[
                "smooth"
            ]
            for policy in (Policy(), Policy(smooth_aside=1))
        ]
        ratios.append(smooth[0] / smooth[1])
    assert ratios[0] == pytest.approx(0.4)
    assert ratios[1] == pytest.approx(1.0)


def test_people_without_ties_score_as_if_nobody_had_ties():
    people, ties, vectors = make_people(60, 2, ties=40)
    lonely = {p.id for p in people} - {t.a for t in ties} - {t.b for t in ties}
    _, features, walked, _ = score(people, ties, vectors, Policy())
    ids = [p.id for p in people]
    row = ids.index(min(lonely))
    others = np.array([k for k in range(60) if k != row])
    here = np.full(59, row)
    parts = standardised_features(features, Policy(), here, others, walked[here, others])
    assert abs(parts["smooth"].mean()) < 0.5


def test_an_organisation_alone_gives_no_pagerank():
    people = [Participant(k, sessions=frozenset({f"s{k % 3}", f"s{k % 4}"})) for k in range(8)]
    people += [Participant(8, organisation="X"), Participant(9, organisation="X"), Participant(10)]
    _, features, walked, p = score(people, [], Vectors.empty(11), Policy())
    left, right = np.array([8, 0, 10, 0, 0]), np.array([0, 8, 0, 10, 1])
    parts = standardised_features(features, Policy(), left, right, walked[left, right])
    assert parts["pagerank"][:4].tolist() == [0, 0, 0, 0]
    assert parts["pagerank"][4] != 0
    assert p[8, 0] == p[10, 0]
    assert p[0, 8] == p[0, 10]


def test_without_ties_smoothing_is_0_and_without_links_pagerank_is_0():
    people = [Participant(k, about=f"text {k}") for k in range(5)]
    vectors = Vectors(*(np.eye(5, dtype=np.float32) for _ in range(3)))
    _, features, walked, _ = score(people, [], vectors, Policy())
    left, right = sample_pairs(5, 0)
    parts = standardised_features(features, Policy(), left, right, None)
    assert walked is None
    assert not parts["smooth"].any()
    assert not parts["pagerank"].any()
    assert not parts["graph"].any()


def test_stated_languages_without_one_in_common_exclude_a_pair():
    people = [
        Participant(1, languages=frozenset({"th"})),
        Participant(2, languages=frozenset({"vi"})),
        Participant(3),
    ]
    p = score(people, [], Vectors.empty(3), Policy())[3]
    assert p[0, 1] == 0 < p[0, 2]


def test_who_has_met_or_is_excluded_or_shares_an_organisation_is_never_proposed():
    people = [Participant(k, organisation="X" if k < 3 else "") for k in range(1, 6)]
    p = score(people, [Tie(3, 4)], Vectors.empty(5), Policy(), excluded=[(5, 1), (9, 1)])[3]
    assert [p[0, 1], p[2, 3], p[3, 2], p[0, 4], p[4, 0]] == [0] * 5
    assert p[0, 2] > 0


def test_overlap_saturates_and_the_deviation_of_equal_values_is_one():
    assert saturate(np.array([0.0, 5.0, 50.0]), 5.0).tolist() == [0, 1, 1]
    assert saturate(np.array([1.0]), 0.0).tolist() == [0]
    assert ScoreStatistics.from_sample(np.full(9, 0.8)).sd == 1.0


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 40), pool=st.integers(1, 8), each=st.integers(0, 3))
def test_candidates_are_the_best_after_centring_and_of_each_other_constituency(seed, size, pool, each):
    draw = np.random.default_rng(seed)
    p = draw.random((size, size)).astype(np.float32) * (draw.random((size, size)) < 0.7)
    p = np.where((p > 0) & (p.T > 0), p, 0)
    np.fill_diagonal(p, 0)
    groups = draw.integers(0, 3, size)
    policy = Policy(pool=pool, pool_each_other=each)
    pairs = find_candidates(p, groups, policy)
    h = reciprocal_score(p, p.T)
    means = h.sum(axis=1) / max(1, size - 1)
    expected = set()
    for i in range(size):
        ranked = sorted((j for j in range(size) if h[i, j] > 0), key=lambda j: -(h[i, j] - means[j]))
        chosen = ranked[:pool]
        for g in set(groups) - {groups[i]}:
            chosen += [j for j in ranked if groups[j] == g][:each]
        expected |= {(i, j) for j in chosen} | {(j, i) for j in chosen}
        own = candidates_of(h[i], means, groups, int(groups[i]), policy)
        assert set(own.tolist()) == set(chosen)
    assert set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == expected


def test_the_idf_of_one_term_is_that_of_its_bucket():
    counts = term_frequencies(["rare mangroves", "common words", "common"])
    weights = fit_idf(counts)
    assert weights.weight_of("mangroves") == pytest.approx(np.log(4 / 2) + 1)
    assert weights.weight_of("common") == pytest.approx(np.log(4 / 3) + 1)
