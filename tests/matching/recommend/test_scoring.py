"""Scores: tiles against pairs, the contract every scorer keeps, candidates."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit
from sklearn.decomposition import TruncatedSVD

from matching.policy import MatchingPolicy
from matching.recommend import blocks, pool
from matching.recommend import gram as gram_module
from matching.recommend.candidates import candidates_of, find_candidates, score_candidates
from matching.recommend.dataset import prepare_dataset
from matching.recommend.features import ScoreStatistics, prepare_features, raw_features, sample_pairs
from matching.recommend.gram import GramMatrix
from matching.recommend.graph import adamic_adar_3path
from matching.recommend.pagerank import resolvent
from matching.recommend.run import compute_run
from matching.recommend.scoring import (
    MAX_LEXICAL_Z,
    Scorer,
    acceptance_probabilities,
    fit_standardiser,
    log_odds_of_pairs,
    log_odds_of_rows,
    need,
    probability,
    reciprocal_score,
    saturate,
    standardised_features,
    text_scores,
)
from matching.recommend.tiles import predict_all
from matching.text.centring import normalise_rows
from matching.text.tfidf import fit_idf, merged_terms, term_frequencies, tfidf_vectors
from matching.types import Participant, Tie, Vectors
from tests.matching.recommend.strategies import datasets, make_people

NOTHING = MatchingPolicy(text=0, topic=0, lexical=0, language=0, graph=0, odd_paths=0, smooth=0, pagerank=0, latent=0)
SCORERS = {
    "everything": MatchingPolicy(),
    "text alone": replace(NOTHING, text=1),
    "network alone": replace(NOTHING, graph=0.5, odd_paths=0.5, smooth=1.25, pagerank=0.9, latent=0.3),
    "network of those who declare": MatchingPolicy(network_declared=1, lexical_declared=0),
    "topics alone": replace(NOTHING, topic=1),
    "words alone": replace(NOTHING, lexical=0.5),
    "with interpreters": MatchingPolicy(interpreters=True, no_common_language=-3),
}


def score(people, ties, vectors, policy, excluded=()):
    dataset = prepare_dataset(people, ties, vectors, excluded, policy)
    features = fit_standardiser(prepare_features(dataset.participants, vectors, dataset.incidence, policy), policy)
    return (
        dataset,
        features,
        None if features.walk is None else resolvent(features.walk, tolerance=1e-4),
        probability(predict_all(Scorer.from_features(features, policy), dataset.exclusions)),
    )


def of_pairs(features, policy, left, right, entries):
    """p of directed pairs, one by one: from both needs, each the sum of its features."""
    forward, backward = (
        need(standardised_features(features, policy, *ends, entries), policy) for ends in ((left, right), (right, left))
    )
    return acceptance_probabilities(forward, backward, policy)[0]


@pytest.mark.parametrize("policy", SCORERS.values(), ids=SCORERS)
class TestEveryScorer:
    @pytest.mark.slow
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

    @pytest.mark.slow
    @settings(deadline=None, max_examples=15)
    @given(dataset=datasets(least=2))
    def test_a_pair_scores_the_same_alone_and_in_a_tile(self, policy, dataset):
        people, ties, vectors = dataset
        _, features, walked, p = score(people, ties, vectors, policy)
        left, right = (k.ravel() for k in np.indices(p.shape))
        entries = None if walked is None else walked[left, right]
        alone = of_pairs(features, policy, left, right, entries).reshape(p.shape)
        # The walk is solved to 1e-4: where it weighs most, p differs by up to three times as much.
        assert np.where(p > 0, alone, 0) == pytest.approx(p, abs=1e-3)

    @pytest.mark.slow
    @settings(deadline=None, max_examples=10)
    @given(dataset=datasets(least=2), seed=st.integers(0, 99))
    def test_scores_do_not_depend_on_the_order_of_people(self, policy, dataset, seed):
        people, ties, vectors = dataset
        mixed = [people[k] for k in np.random.default_rng(seed).permutation(len(people))]
        assert (score(people, ties, vectors, policy)[3] == score(mixed, ties, vectors, policy)[3]).all()


def test_tiles_of_many_people_equal_their_pairs(monkeypatch):
    monkeypatch.setattr(blocks, "TILE", 128)
    people, ties, vectors = make_people(300, 1, ties=250)
    _, features, walked, p = score(people, ties, vectors, MatchingPolicy())
    left, right = sample_pairs(300, 3)
    alone = of_pairs(features, MatchingPolicy(), left, right, walked[left, right])
    open_ = p[left, right] > 0
    # The walk is solved to 1e-4 and its two halves differ by as much.
    assert p[left, right][open_] == pytest.approx(alone[open_], abs=3e-3)


@pytest.mark.slow
def test_dense_and_sparse_parts_of_a_gram_matrix_add_up_to_the_product():
    rows = (np.random.default_rng(0).random((300, 90)) < np.linspace(0.002, 0.4, 90)).astype(np.float32)
    gram = GramMatrix.from_rows(sp.csr_matrix(rows))
    for_all = gram.for_all_tiles()
    assert for_all.split.dense[0].shape[1] not in (0, 90)
    for one in (gram, for_all):
        assert one.tile(slice(10, 200), slice(0, 300)) == pytest.approx(rows[10:200] @ rows.T)
    assert gram.pairs(np.array([4]), np.array([9]))[0] == pytest.approx(rows[4] @ rows[9])


def test_tiles_of_blocks_of_a_gram_matrix_are_those_of_any_rows(monkeypatch):
    monkeypatch.setattr(blocks, "TILE", 80)
    rows = (np.random.default_rng(0).random((200, 90)) < np.linspace(0.002, 0.05, 90)).astype(np.float32)
    other = rows[:, ::-1].copy()
    gram = GramMatrix.from_rows(sp.csr_matrix(rows), sp.csr_matrix(other))
    kept = gram.for_all_tiles()
    monkeypatch.setattr(gram_module, "MOST_TURNED", 0)
    turned_each_time = gram.for_all_tiles()
    assert {type(block) for block in kept.split.rare_of_blocks} == {sp.csr_matrix}
    assert {type(block) for block in turned_each_time.split.rare_of_blocks} == {sp.csc_matrix}
    for block in blocks.blocks_of(200):
        for part in (*blocks.parts_of(block), np.array([5, 2])):
            for one in (kept, turned_each_time):
                assert one.tile(part, block) == pytest.approx(rows[part] @ other[block].T)


def test_a_gram_matrix_with_swapped_columns_is_symmetric_and_equals_the_product():
    rows = (np.random.default_rng(1).random((120, 60)) < np.linspace(0.002, 0.4, 60)).astype(np.float32)
    turned = rows.reshape(120, 30, 2)[:, :, ::-1].reshape(120, 60)
    gram = GramMatrix.from_rows(sp.csr_matrix(rows), sp.csr_matrix(turned))
    for one in (gram, gram.for_all_tiles()):
        assert one.tile(slice(0, 120), slice(0, 120)) == pytest.approx(rows @ turned.T)
        assert one.tile(slice(0, 120), slice(0, 120)) == pytest.approx((rows @ turned.T).T)
    assert gram.pairs(np.array([4]), np.array([9]))[0] == pytest.approx(rows[4] @ turned[9])


def test_lexical_similarity_compares_seeks_with_offers_only():
    wish = "tools to preserve chat evidence"
    fillers = [Participant(k, seeks=f"filler {k}", offers=f"stuffing {k}") for k in range(4, 30)]
    people = [Participant(1, seeks=wish), Participant(2, seeks=wish), Participant(3, offers=wish), *fillers]
    _, features, _, _ = score(people, [], Vectors.empty(len(people)), MatchingPolicy())
    left, right = np.array([0, 0, 2]), np.array([1, 2, 0])
    same, offered, sought = standardised_features(features, MatchingPolicy(), left, right, None)["lexical"]
    assert same < 0.5 * 0.2
    assert offered == sought == pytest.approx(MAX_LEXICAL_Z * 0.2)


def test_words_and_network_weigh_less_for_who_declares_a_need():
    people, ties, vectors = make_people(60, 2, ties=40)
    silent = {"seeks": "", "offers": "", "seeks_topics": frozenset(), "offers_topics": frozenset()}
    people = [replace(p, **silent) for p in people[:30]] + people[30:]
    found = {}
    for factor in (1.0, 0.04):
        policy = MatchingPolicy(network_declared=factor, lexical_declared=factor)
        _, features, walked, _ = score(people, ties, vectors, policy)
        left, right = np.array([0, 0, 40]), np.array([1, 41, 42])
        found[factor] = standardised_features(features, policy, left, right, walked[left, right])
    for name in ("lexical", "smooth", "pagerank", "latent"):
        assert found[0.04][name] / found[1.0][name] == pytest.approx([1, 0.2, 0.04], rel=1e-4), name


def test_an_offer_is_a_promise_to_accept_and_ones_own_need_counts_more():
    policy = MatchingPolicy()
    (one_sided, asked), (neither, _) = (
        acceptance_probabilities(np.array([w]), np.array([-2.0]), policy) for w in (3.0, -2.0)
    )
    assert one_sided > asked > 10 * neither
    wanted = np.linspace(-3, 4, 15)
    mine, theirs = acceptance_probabilities(wanted, wanted * 0, policy)
    either = np.logaddexp(policy.slope * (wanted + policy.own_need), 0)
    assert np.log(mine / (1 - mine)) == pytest.approx(policy.intercept + either)
    assert (np.diff(mine) > 0).all()
    assert (np.diff(theirs) > 0).all()


def test_pairs_whose_probability_rounds_to_one_are_still_told_apart_and_listed_in_order():
    topics = [f"topic {k}" for k in range(6)]
    people = [
        Participant(0, seeks_topics=frozenset(topics)),
        *(Participant(k, offers_topics=frozenset(topics[:k])) for k in range(1, 7)),
    ]
    policy = MatchingPolicy(topic=45.0, exploratory_share=0.0, least_other=0)
    _, _, _, p = score(people, [], Vectors.empty(7), policy)
    assert (p[0, 3:] == 1).all()
    run = compute_run(people, [], Vectors.empty(7), policy=policy)
    assert [entry.other for entry in run.lists[0]] == [6, 5, 4, 3, 2, 1]
    assert [entry.score for entry in run.lists[0][:4]] == pytest.approx([1] * 4)


def test_the_better_of_offers_and_about_answers_a_need():
    axes = np.eye(8, dtype=np.float32)
    people = [Participant(k, seeks="x", offers="x", about="x") for k in range(8)]
    about = np.roll(axes, 1, axis=0)
    vectors = Vectors(axes, axes[::-1].copy(), about)
    policy = MatchingPolicy(shrink=1e6)
    _, features, _, _ = score(people, [], vectors, policy)
    left, right = sample_pairs(8, 0)
    text = standardised_features(features, policy, left, right, None)["text"]
    offered, described = text_scores(features.standardiser, raw_features(features, left, right), policy)
    assert text == pytest.approx(np.maximum(offered, described))
    first = (left == 0) & (right == 1)
    assert described[first] > offered[first]


def test_words_of_languages_without_spaces_do_not_count():
    fillers = [Participant(k, seeks=f"filler {k}", offers=f"stuffing {k}") for k in range(4, 30)]
    thai = "หลักฐานการสนทนาข้ามพรมแดน"
    people = [
        Participant(1, seeks=thai, seeks_language="th"),
        Participant(2, offers=thai, offers_language="th"),
        *fillers,
    ]
    _, features, _, _ = score(people, [], Vectors.empty(len(people)), MatchingPolicy())
    assert standardised_features(features, MatchingPolicy(), np.array([0]), np.array([1]), None)["lexical"] == 0


def test_odd_paths_of_the_score_are_3_path_adamic_adar_between_two_sides():
    """Organisations and legislators: only odd paths join one to the other."""
    ties = [Tie(a, b) for a, b in ((0, 5), (1, 5), (1, 6), (2, 6), (2, 7))]
    people = [Participant(k) for k in range(8)]
    dataset, features, _, _ = score(people, ties, Vectors.empty(8), MatchingPolicy())
    expected = adamic_adar_3path(dataset.incidence.people).toarray()
    everybody = slice(0, 8)
    assert features.odd_paths.tile(everybody, everybody) == pytest.approx(expected, abs=1e-6)
    parts = standardised_features(features, MatchingPolicy(), np.array([0, 0]), np.array([6, 1]), None)
    assert parts["odd_paths"][0] > 0 > parts["odd_paths"][1]


def test_meeting_again_adds_nothing_to_odd_paths_but_the_newer_date():
    people = [Participant(k) for k in range(6)]
    first = [Tie(a, b, age_years=2) for a, b in ((0, 3), (1, 3), (1, 4), (2, 4))]

    def odd_paths(ties):
        return score(people, ties, Vectors.empty(6), MatchingPolicy())[1].odd_paths.pairs(np.array([0]), np.array([4]))[
            0
        ]

    again = [*first, *(Tie(tie.a, tie.b, age_years=5) for tie in first)]
    newer = [*first, Tie(0, 3, age_years=1)]
    assert odd_paths(again) == odd_paths(first) == pytest.approx(odd_paths(newer) * 0.85)


def test_odd_paths_count_twice_where_all_ties_lead_across():
    ties = [Tie(a, b) for a, b in ((0, 5), (1, 5), (1, 6), (2, 6), (2, 7))]
    across = [Participant(k, "government" if k < 5 else "industry") for k in range(8)]
    mixed = [Participant(k, "government") for k in range(8)]
    two, one = (
        standardised_features(
            score(people, ties, Vectors.empty(8), MatchingPolicy())[1],
            MatchingPolicy(),
            np.array([0]),
            np.array([6]),
            None,
        )["odd_paths"]
        for people in (across, mixed)
    )
    assert two == pytest.approx(2 * one)


def test_few_partners_are_told_less_by_odd_paths():
    people = [Participant(k) for k in range(30)]
    ties = [Tie(0, k) for k in range(1, 11)] + [Tie(11, 12)]
    factor = score(people, ties, Vectors.empty(30), MatchingPolicy())[1].odd_factor.ravel()
    assert factor[[0, 11, 29]] == pytest.approx([np.sqrt(1 / 2), np.sqrt(1 / 11), 0])


def test_latent_vectors_of_a_run_are_those_of_scikit_learn():
    people, _, _ = make_people(80, 4)
    _, features, _, _ = score(people, [], Vectors.empty(80), MatchingPolicy())
    counts = merged_terms(features.term_counts)
    rows = tfidf_vectors(counts, features.standardiser.idf)
    known = rows[:, np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]) > 1)]
    size = features.latent.shape[1]
    oracle = normalise_rows(TruncatedSVD(size, random_state=0).fit_transform(known))
    assert features.latent @ features.latent.T == pytest.approx(oracle @ oracle.T, abs=5e-3)


def test_with_interpreters_no_language_in_common_is_a_cost_and_no_bar():
    people = [Participant(k, languages=frozenset({code})) for k, code in enumerate(["th", "vi", "th"])]
    p = score(people, [], Vectors.empty(3), MatchingPolicy(interpreters=True))[3]
    assert 0 < p[0, 1] < p[0, 2]
    assert score(people, [], Vectors.empty(3), MatchingPolicy())[3][0, 1] == 0


@pytest.mark.parametrize(("glad", "meets"), [((0, 1), True), ((0, 2), False), ((1, 3), False)])
def test_two_without_a_common_language_meet_only_where_both_are_glad_of_a_device(glad, meets):
    people = [
        Participant(k, languages=frozenset(codes), translating_device=k in glad)
        for k, codes in enumerate([["th"], ["vi"], ["th"], []])
    ]
    p = score(people, [], Vectors.empty(4), MatchingPolicy())[3]
    assert (p[0, 1] > 0) == meets
    assert p[1, 2] == 0
    assert (p[3, :3] > 0).all()  # who states no language keeps nobody out, with a device or without
    with_interpreters = MatchingPolicy(interpreters=True)
    nobody = [replace(person, translating_device=False) for person in people]
    both = [score(some, [], Vectors.empty(4), with_interpreters)[3] for some in (people, nobody)]
    assert np.array_equal(*both)


def test_people_without_ties_score_as_if_nobody_had_ties():
    people, ties, vectors = make_people(60, 2, ties=40)
    lonely = {p.id for p in people} - {t.a for t in ties} - {t.b for t in ties}
    _, features, walked, _ = score(people, ties, vectors, MatchingPolicy())
    ids = [p.id for p in people]
    row = ids.index(min(lonely))
    others = np.array([k for k in range(60) if k != row])
    here = np.full(59, row)
    parts = standardised_features(features, MatchingPolicy(), here, others, walked[here, others])
    assert abs(parts["smooth"].mean()) < 0.5


def test_an_organisation_alone_gives_no_pagerank():
    people = [Participant(k, sessions=frozenset({f"s{k % 3}", f"s{k % 4}"})) for k in range(8)]
    people += [Participant(8, organisation="X"), Participant(9, organisation="X"), Participant(10)]
    _, features, walked, p = score(people, [], Vectors.empty(11), MatchingPolicy())
    left, right = np.array([8, 0, 10, 0, 0]), np.array([0, 8, 0, 10, 1])
    parts = standardised_features(features, MatchingPolicy(), left, right, walked[left, right])
    assert parts["pagerank"][:4].tolist() == [0, 0, 0, 0]
    assert parts["pagerank"][4] != 0
    assert p[8, 0] == p[10, 0]
    assert p[0, 8] == p[0, 10]


def test_without_ties_smoothing_is_0_and_without_links_pagerank_is_0():
    people = [Participant(k, about=f"text {k}") for k in range(5)]
    vectors = Vectors(*(np.eye(5, dtype=np.float32) for _ in range(3)))
    _, features, walked, _ = score(people, [], vectors, MatchingPolicy())
    left, right = sample_pairs(5, 0)
    parts = standardised_features(features, MatchingPolicy(), left, right, None)
    assert walked is None
    assert not parts["smooth"].any()
    assert not parts["pagerank"].any()
    assert not parts["graph"].any()


def test_stated_languages_without_one_in_common_exclude_a_pair():
    people = [Participant(1, languages=frozenset({"th"})), Participant(2, languages=frozenset({"vi"})), Participant(3)]
    p = score(people, [], Vectors.empty(3), MatchingPolicy())[3]
    assert p[0, 1] == 0 < p[0, 2]


def test_who_has_met_or_is_excluded_or_shares_an_organisation_is_never_proposed():
    people = [Participant(k, organisation="X" if k < 3 else "") for k in range(1, 6)]
    p = score(people, [Tie(3, 4)], Vectors.empty(5), MatchingPolicy(), excluded=[(5, 1), (9, 1)])[3]
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
    policy = MatchingPolicy(pool=pool, pool_each_other=each)
    pairs = find_candidates(logit(p), groups, policy)
    h = reciprocal_score(logit(p), logit(p).T)
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


@pytest.mark.slow
def test_candidates_scored_tile_by_tile_are_those_of_all_pairs_at_once():
    """Three blocks of people: kept by provisional means, chosen by those of all."""
    people, ties, vectors = make_people(2500, 3, ties=2000)
    policy = MatchingPolicy(pool=30, pool_each_other=4)
    dataset, features, _, p = score(people, ties, vectors, policy)
    scorer = Scorer.from_features(features, policy)
    pairs, _ = score_candidates(scorer, dataset.groups, dataset.exclusions)
    log_odds = predict_all(scorer, dataset.exclusions)
    h = reciprocal_score(log_odds, log_odds.T)
    means = h.sum(axis=1) / (len(people) - 1)
    chosen = set()
    for i in range(len(people)):
        for j in candidates_of(h[i], means, dataset.groups, int(dataset.groups[i]), policy).tolist():
            chosen |= {(i, j), (j, i)}
    found = set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    assert len(found ^ chosen) <= len(chosen) // 10_000  # rounding decides between equals
    assert pairs.mean_scores == pytest.approx(means, abs=1e-5)
    assert pairs.log_odds == pytest.approx(log_odds[pairs.left, pairs.right], abs=1e-5)
    turned = pairs.log_odds_of(pairs.right, pairs.left)
    assert pairs.score == pytest.approx(reciprocal_score(turned, pairs.log_odds.astype(float)), abs=1e-6)
    assert (pairs.log_odds_of(pairs.left, pairs.right) == pairs.log_odds).all()
    strangers = p > 0
    strangers[pairs.left, pairs.right] = False
    left, right = np.nonzero(strangers)
    assert np.isnan(pairs.log_odds_of(left, right)).all()


@pytest.mark.slow
def test_lists_are_the_same_in_many_blocks_as_in_one(monkeypatch):
    people, ties, vectors = make_people(300, 5, ties=200)
    policy = MatchingPolicy(pool=40, pagerank=0)  # whose statistics are of other pairs
    whole = compute_run(people, ties, vectors, policy=policy).lists
    monkeypatch.setattr(blocks, "TILE", 64)
    assert len(blocks.blocks_of(300)) == 5
    found = compute_run(people, ties, vectors, policy=policy).lists
    places = [
        (one.other, other.other)
        for owner, entries in whole.items()
        for one, other in zip(entries, found[owner], strict=True)
    ]
    assert sum(one == other for one, other in places) >= 0.99 * len(places)


def test_candidates_are_the_same_in_whatever_order_parts_are_searched(monkeypatch):
    monkeypatch.setattr(blocks, "TILE", 40)
    monkeypatch.setattr(blocks, "PART", 16)
    for spare in ("EARLY", "SPARE"):
        monkeypatch.setattr(pool, spare, 0)  # so that some are lost
    draw = np.random.default_rng(5)
    odds = draw.normal(size=(800, 800)).astype(np.float32) + draw.normal(size=(1, 800)).astype(np.float32)
    np.fill_diagonal(odds, -np.inf)
    groups, policy = np.arange(800) % 3, MatchingPolicy(pool=4, pool_each_other=1)
    searched = []

    def last_first(function, items, *shared):
        items = list(items)
        found = [function(pickle.loads(pickle.dumps(item)), *shared) for item in reversed(items)]
        searched.extend(items)
        yield from reversed(found)

    in_threads = find_candidates(odds, groups, policy)
    backwards = find_candidates(odds, groups, policy, last_first)
    assert len(searched) == 20 * 3 + 20
    assert np.array_equal(in_threads.left, backwards.left)
    assert np.array_equal(in_threads.right, backwards.right)


@pytest.mark.slow
@pytest.mark.parametrize("step", [0, 1, 7])
def test_candidates_are_those_of_one_block_where_everybody_likes_the_people_of_one_block_best(monkeypatch, step):
    draw, block_of = np.random.default_rng(6), np.arange(800) % 20
    liked = (block_of[:, None] + step) % 20 == block_of
    odds = (draw.normal(size=(800, 800)) + 3.0 * (liked | liked.T)).astype(np.float32)
    np.fill_diagonal(odds, -np.inf)
    groups, policy = draw.integers(0, 3, 800), MatchingPolicy(pool=20, pool_each_other=4)
    whole = find_candidates(odds, groups, policy)
    monkeypatch.setattr(blocks, "TILE", 40)
    found = find_candidates(odds, groups, policy)
    pairs = [set(zip(of.left.tolist(), of.right.tolist(), strict=True)) for of in (whole, found)]
    assert len(pairs[0] ^ pairs[1]) <= len(pairs[0]) // 200


def test_entries_are_ordered_by_row_then_score_less_mean_then_column():
    draw = np.random.default_rng(1)
    pairs = draw.permutation(30 * 500)[:5000]
    score = draw.integers(0, 9, 5000).astype(np.float32) / 8
    rows, columns = (pairs // 500).astype(np.uint16), (pairs % 500).astype(np.int32)
    means = draw.integers(-4, 5, 500).astype(np.float32) / 8
    order = pool._best_first(pool.Entries(rows, columns, score, score, score), means, 500)
    assert np.array_equal(order, np.lexsort((columns, means[columns] - score, rows)))


@pytest.mark.slow
def test_candidates_of_many_who_are_all_alike_are_as_many_as_of_few():
    odds = np.zeros((2100, 2100), np.float32)
    np.fill_diagonal(odds, -np.inf)
    pairs = find_candidates(odds, np.arange(2100) % 2, MatchingPolicy(pool=20, pool_each_other=5))
    assert (np.bincount(pairs.left, minlength=2100) >= 20).all()
    again = find_candidates(odds, np.arange(2100) % 2, MatchingPolicy(pool=20, pool_each_other=5))
    assert (pairs.right == again.right).all()


def test_log_odds_of_rows_and_of_pairs_are_those_of_the_tiles():
    people, ties, vectors = make_people(90, 3, ties=80)
    policy = MatchingPolicy(network_declared=1)
    dataset, features, _, p = score(people, ties, vectors, policy)
    rows = np.array([7, 3, 60])
    scorer = Scorer.from_features(features, policy)
    forward, backward = log_odds_of_rows(scorer, rows, dataset.exclusions.mask)
    assert probability(forward) == pytest.approx(p[rows], abs=1e-3)
    assert probability(backward) == pytest.approx(p[:, rows].T, abs=1e-3)
    left, right = np.nonzero(p > 0)
    there, back = log_odds_of_pairs(features, policy, left, right)
    assert probability(there) == pytest.approx(p[left, right], abs=1e-3)
    assert probability(back) == pytest.approx(p[right, left], abs=1e-3)


def test_the_idf_of_one_term_is_that_of_its_bucket():
    counts = term_frequencies(["rare mangroves", "common words", "common"])
    weights = fit_idf(counts)
    assert weights.weight_of("mangroves") == pytest.approx(np.log(4 / 2) + 1)
    assert weights.weight_of("common") == pytest.approx(np.log(4 / 3) + 1)
