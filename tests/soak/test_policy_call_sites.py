"""The contact policy switched off at each place that asks it, in turn: the test named for it fails."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

from tests.policy_call_sites import listed_sites


def test_the_policy_switched_off_at_any_one_place_is_found() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.policy_call_sites"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(run.stdout)
    assert run.returncode == 0
    assert run.stdout.count("caught by") == len(listed_sites())
