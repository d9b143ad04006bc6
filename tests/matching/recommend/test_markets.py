"""Small forms of the published markets: ours must beat what it is compared with there."""

import numpy as np
import pytest

from tests.benchmarks.markets import expected_inverse_rank, forum_row, market_runs


def test_the_expected_inverse_rank_is_exact():
    """Two certain applicants, then one behind them: she is third."""
    assert expected_inverse_rank(np.array([1.0, 1.0, 0.3])).tolist() == pytest.approx([1, 1 / 2, 1 / 3])
    assert expected_inverse_rank(np.array([0.5, 0.5])).tolist() == pytest.approx([1, 0.75])


@pytest.mark.slow
def test_crowding_one_half_reproduces_the_published_figures():
    naive, product, ours = market_runs(0.5, runs=6).mean(axis=0)
    assert naive == pytest.approx(106.9, abs=4)
    assert product == pytest.approx(131.0, abs=4)
    assert ours >= 150


@pytest.mark.slow
@pytest.mark.parametrize(("h", "w", "gain"), [(0.5, 0.2, 0.15), (0.5, 0.4, 0.35)])
def test_a_moderate_forum_gains_meetings_and_spreads_exposure(h, w, gain):
    rows = [forum_row(h, w, seed) for seed in range(3)]
    product, ours, free = (
        {
            name: np.mean([getattr(row[k], name) for row in rows])
            for name in ("meetings", "gini", "coverage", "most_lists", "three_constituencies")
        }
        for k in range(3)
    )
    assert ours["meetings"] >= (1 + gain) * product["meetings"]
    assert ours["gini"] <= 0.25
    assert ours["coverage"] >= 0.99
    assert max(row[1].most_lists for row in rows) <= 25
    assert min(row[1].ei for row in rows) >= -0.1
    assert ours["meetings"] >= 0.97 * free["meetings"]


@pytest.mark.slow
def test_strong_homophily_is_reduced():
    product, ours, _ = forum_row(0.9, 0.2)
    assert ours.meetings >= 1.1 * product.meetings
    assert ours.three_constituencies >= 0.65 > product.three_constituencies
    assert ours.ei >= -0.1
