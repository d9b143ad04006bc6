"""Requests drawn from the description of the API; `make soak` sends many more of them."""

from __future__ import annotations

import logging

import pytest

from tests.factories import NOW
from tests.openapi_requests import ROLES, try_role

EACH = 2  # requests of one operation in one role


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_what_is_drawn_from_the_description_is_answered_as_it_says(
    role: str, time_machine: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]
    found = try_role(role, EACH)
    assert not found.faults, "\n".join(f"{fault}\n  {request}" for fault, request in found.faults.items())
    assert found.sent >= 60 * EACH
    assert set(found.statuses) >= ({401} if role == "anonymous" else {200, 204, 400, 404})
