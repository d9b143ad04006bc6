"""What every soak has: how much of the whole amount is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def amount() -> Callable[[int], int]:
    """The share of a whole amount that TITIAN_SOAK asks for, at least one: `TITIAN_SOAK=0.1`, a tenth."""
    share = float(os.environ.get("TITIAN_SOAK", "1"))
    return lambda whole: max(1, round(whole * share))
