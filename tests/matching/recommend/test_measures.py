"""Ranking metrics against scikit-learn and hand-checked rankings, intervals against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap
from sklearn.metrics import dcg_score, ndcg_score, roc_auc_score

from matching.recommend.measures import bootstrap_interval, graded_ndcg, ranking_metrics


@pytest.mark.slow
@settings(deadline=None)
@given(st.data())
def test_ndcg_and_auc_equal_scikit_learn(data):
    size = data.draw(st.integers(2, 30))
    scores = np.array(data.draw(st.lists(st.integers(0, 10**6), min_size=size, max_size=size, unique=True)), float)
    positive = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    positive[data.draw(st.integers(0, size - 1))] = True
    ndcg, recall, hit, mrr, auc = ranking_metrics(scores, positive, np.zeros(size))
    assert ndcg == pytest.approx(ndcg_score([positive.astype(float)], [scores], k=10))
    order = np.argsort(-scores)
    assert recall == pytest.approx(positive[order[:10]].sum() / positive.sum())
    assert hit == float(positive[order[:10]].any())
    assert mrr == pytest.approx(1 / (1 + np.argmax(positive[order])))
    if not positive.all():
        assert auc == pytest.approx(roc_auc_score(positive, scores))


@pytest.mark.slow
@settings(deadline=None)
@given(st.data())
def test_graded_ndcg_equals_scikit_learn(data):
    size = data.draw(st.integers(2, 20))
    grades = np.array(data.draw(st.lists(st.integers(0, 7), min_size=size, max_size=size))) / 2
    ranked = np.array(data.draw(st.permutations(range(size))))
    scores = np.empty(size)
    scores[ranked] = np.arange(size, 0, -1)
    listed = data.draw(st.integers(0, size))
    gains = 2.0**grades - 1
    gains[ranked[listed:]] = 0  # who is not listed brings nothing, but counts in the ideal
    found = graded_ndcg(grades[ranked[:listed]], grades)
    if not grades.any():
        assert found is None
        return
    reached = dcg_score([gains], [scores], k=6)
    assert found == pytest.approx(reached / dcg_score([2.0**grades - 1], [grades], k=6))
    if listed == size:
        assert found == pytest.approx(ndcg_score([gains], [scores], k=6))


def test_equal_scores_are_ordered_by_the_draw():
    positive = np.array([True, False])
    assert ranking_metrics(np.zeros(2), positive, np.array([0.2, 0.1]))[3] == 0.5
    assert ranking_metrics(np.zeros(2), positive, np.array([0.1, 0.2]))[3] == 1.0


def test_the_interval_agrees_with_scipy():
    values = np.random.default_rng(3).beta(0.3, 1, 250)
    ours = bootstrap_interval(values)
    oracle = bootstrap((values,), np.mean, method="percentile", n_resamples=2000, rng=1).confidence_interval
    assert ours == pytest.approx((oracle.low, oracle.high), abs=0.004)
    assert bootstrap_interval(values) == ours


def test_the_interval_of_a_ratio_agrees_with_scipy():
    rng = np.random.default_rng(5)
    counts = rng.integers(0, 6, 120)
    values = rng.binomial(counts, 0.4)
    oracle = bootstrap(
        (values, counts),
        lambda found, of, axis: found.sum(axis=axis) / of.sum(axis=axis),
        paired=True,
        method="percentile",
        n_resamples=2000,
        rng=1,
    ).confidence_interval
    ours = bootstrap_interval(values, counts=counts)
    assert ours == pytest.approx((oracle.low, oracle.high), abs=0.008)
    assert bootstrap_interval(values, counts=np.ones(120)) == bootstrap_interval(values)


def test_resamples_without_anything_to_count_are_left_out():
    assert bootstrap_interval(np.array([1.0, 0, 0]), counts=np.array([1, 0, 0])) == (1.0, 1.0)
