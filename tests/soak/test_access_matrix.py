"""Every address by every method as everybody: who is let in, and at most the statuses documented."""

from __future__ import annotations

import logging

import pytest

from tests.access_matrix import METHODS, table, try_everything


@pytest.mark.django_db
def test_every_address_by_every_method_answers_as_the_table_says(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    found = try_everything(seed=2, methods=METHODS)
    print(f"\n{found.sent:,} requests")
    for policy, answers in table().items():
        for role in answers:
            by_method = [f"{m} {dict(sorted(found.statuses[policy, role, m].items()))}" for m in METHODS]
            print(f"{policy} | {role}: {'; '.join(by_method)}")
    assert not found.faults, "\n".join(found.faults)
