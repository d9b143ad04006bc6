"""No refusal, message or log tells what an account is called, nor a name that its reader is not shown."""

from __future__ import annotations

import logging

import pytest

from tests.names_in_answers import READERS, told_names


@pytest.mark.django_db
@pytest.mark.parametrize("reader", READERS, ids=READERS.values())
def test_no_answer_to_a_form_about_somebody_tells_more_of_them_than_a_page(
    caplog: pytest.LogCaptureFixture, reader: int
) -> None:
    caplog.set_level(logging.INFO)
    sent, told = told_names(seed=5, reader=reader, caplog=caplog, people=2)
    assert told == []
    assert sent > 100
