"""A form about every protected person to every address, by three readers: no answer tells their name."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.db import transaction

from tests.names_in_answers import PROTECTED, READERS, told_names


@pytest.mark.django_db
@pytest.mark.parametrize("reader", READERS, ids=READERS.values())
def test_no_answer_to_a_form_about_somebody_tells_more_of_them_than_a_page(
    caplog: pytest.LogCaptureFixture, reader: int, amount: Callable[[int], int]
) -> None:
    caplog.set_level(logging.INFO)
    for seed in range(amount(5)):
        with transaction.atomic():
            sent, told = told_names(seed=seed, reader=reader, caplog=caplog, people=len(PROTECTED))
            transaction.set_rollback(True)
        print(f"\n{READERS[reader]}: {sent:,} forms")
        assert told == []
