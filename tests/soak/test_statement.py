"""100,000 random situations in batches, judged by the contact policy and by the statement."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.random_situations import judge_situations

BATCHES, SITUATIONS = 10, 10_000


@pytest.mark.django_db
@pytest.mark.parametrize("batch", range(BATCHES))
def test_policy_and_statement_agree_about_every_pair_of_random_situations(
    batch: int, amount: Callable[[int], int]
) -> None:
    started = time.perf_counter()
    judged = judge_situations(seed=100 + batch, count=amount(SITUATIONS), asked_each=0.02)
    seconds = time.perf_counter() - started
    print(
        f"\n{judged.situations:,} situations, {judged.pairs:,} pairs by every channel,"
        f" {judged.asked:,} asked one by one, {seconds:.0f} s: {judged.situations / seconds:.0f} a second"
    )
    assert judged.differences == []
