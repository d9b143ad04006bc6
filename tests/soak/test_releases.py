"""Releases of many forums of forty people, and of one of 320: nothing that leaves narrows a small count."""

from __future__ import annotations

import pytest

from tests.backend.stats.test_releases import stars, two_editions

pytestmark = pytest.mark.django_db
FORTY = [(seed, 1.0, 12) for seed in range(2, 12)]
MANY = (1, 8.0, 90)


@pytest.mark.parametrize(("seed", "size", "most"), [*FORTY, MANY])
def test_two_editions_and_ten_downloads_of_a_live_week_narrow_no_small_count(seed, size, most):
    adversary, first, second = two_editions(seed, size, most)
    assert adversary.narrowed() == {}
    for week in (first, second):
        marked, shown = stars(list(week.kept.values())[-1])
        assert marked < shown / 3
