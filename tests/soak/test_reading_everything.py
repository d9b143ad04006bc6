"""Every address, with every number it can name, as somebody of each of 200 situations."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import pytest

from tests.reading_everything import walk_situations

SITUATIONS = 200


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")


@pytest.mark.django_db
def test_nobody_reads_anywhere_what_is_closed_to_them(amount: Callable[[int], int]) -> None:
    started = time.perf_counter()
    count = amount(SITUATIONS)
    found = walk_situations(seed=4, count=count, every_number=True)
    seconds = time.perf_counter() - started
    print(
        f"\n{count:,} situations, {found.addresses:,} answers of {len(found.routes)} routes, {seconds:.0f} s:"
        f" {seconds / count:.1f} s a situation"
    )
    print("\n\n".join(found.leaks))
    assert found.leaks == []
