"""Ten thousand hostile texts, two hundred in each forum: each as a profile, a row of a list and one way more."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.db import transaction

from tests.database import vacuum_grown_tables
from tests.factories import NOW
from tests.hostile_texts import Outcome, hostile_texts, try_texts

FORUMS = 50


@pytest.mark.parametrize("forum", range(FORUMS))
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_hostile_texts_are_shown_escaped_or_refused_in_one_sentence(
    forum: int,
    amount: Callable[[int], int],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    time_machine: object,
) -> None:
    caplog.set_level(logging.CRITICAL)
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]
    texts, outcome = hostile_texts(seed=2, count=amount(10_000))[forum::FORUMS], Outcome()
    with transaction.atomic():
        try_texts(texts, outcome, one_way_each=True)
        transaction.set_rollback(True)
    vacuum_grown_tables()
    with capsys.disabled():
        print(f"\n{len(texts)} texts: {outcome}")
    assert outcome.faults == []
