"""Forty people ask and save during three imports and two changes of everybody: no error, no long wait."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.crowd import Crowd, has_words_of_last_list, run_crowd
from tests.servers import address_of_the_database, web_process, worker_process

LONGEST_SECONDS = 1.0


@pytest.mark.django_db(transaction=True)
def test_nobody_of_forty_waits_over_a_second_during_imports_and_changes_of_everybody(
    amount: Callable[[int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = Crowd.make(max(80, amount(10_000)))
    database = address_of_the_database()
    with worker_process(database), web_process(database) as (port, _process):
        log = run_crowd(crowd, port, people=40, previews=4, pause=lambda rng: rng.uniform(1, 5))
    with capsys.disabled():
        print(f"\n{log}")
    assert log.errors == 0
    assert has_words_of_last_list(crowd)
    assert max(log.seconds) < LONGEST_SECONDS
