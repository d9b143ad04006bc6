"""Nobody opens a page or reads of the API what is not theirs; `make soak` sends forms, too."""

from __future__ import annotations

import logging

import pytest

from tests.access_matrix import table, try_everything


@pytest.mark.django_db
def test_every_address_is_open_to_whom_the_table_says(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    found = try_everything(seed=1, methods=("get",))
    assert not found.faults, "\n".join(found.faults)
    assert {policy for policy, _role, _method in found.statuses} == set(table())
