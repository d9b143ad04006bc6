"""Many requests drawn from the description of the API, by each kind of person."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from tests.factories import NOW
from tests.openapi_requests import ROLES, try_role

EACH = 50  # requests of one operation in one role


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_what_is_drawn_from_the_description_is_answered_as_it_says(
    role: str, amount: Callable[[int], int], time_machine: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]
    found = try_role(role, amount(EACH))
    print(f"\n{role}: {found.sent:,} requests, {dict(sorted(found.statuses.items()))}")
    assert not found.faults, "\n".join(f"{fault}\n  {request}" for fault, request in found.faults.items())
