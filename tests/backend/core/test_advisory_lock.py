"""Whether somebody holds an advisory lock can be asked without waiting for it."""

from __future__ import annotations

import pytest

from backend.core.advisory_lock import advisory_lock, is_advisory_lock_held


@pytest.mark.django_db
def test_a_lock_is_held_within_its_block_and_no_other_is() -> None:
    for name in ("demo", "event:1", "event:2"):  # keys of either sign
        assert not is_advisory_lock_held(name)
        with advisory_lock(name):
            assert is_advisory_lock_held(name)
            assert not is_advisory_lock_held(f"{name}0")
        assert not is_advisory_lock_held(name)
