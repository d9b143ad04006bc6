"""Nobody reads, at any address, what the statement of S1 to S12 closes to them; `make soak` reads more."""

from __future__ import annotations

import logging

import pytest

from tests.reading_everything import walk_situations


@pytest.mark.django_db
def test_nobody_reads_anywhere_what_is_closed_to_them(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    found = walk_situations(seed=3, count=10)
    assert found.leaks == []
    assert len(found.routes) >= 50
