"""Drafts ordered at the same moment."""

from __future__ import annotations

import pytest

from backend.programme.models import Plan
from backend.programme.rules.options import MAX_DRAFTS
from tests.backend.booking.test_races import at_once
from tests.backend.programme.conftest import make_desk

pytestmark = pytest.mark.django_db(transaction=True)


def test_orders_at_once_give_no_more_drafts_than_an_event_may_have() -> None:
    desk = make_desk()
    Plan.objects.bulk_create(Plan(event=desk.event) for _ in range(MAX_DRAFTS - 2))
    answers = at_once(*[desk.order] * 6)
    assert sorted(answers) == ["ok", "ok", *["too_many_drafts"] * 4]
    assert Plan.objects.filter(event=desk.event).count() == MAX_DRAFTS
