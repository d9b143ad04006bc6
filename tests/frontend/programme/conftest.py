"""The desk of a forum that plans its programme."""

from __future__ import annotations

import pytest

from tests.backend.programme.conftest import Desk, make_desk


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk()
