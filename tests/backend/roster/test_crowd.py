"""People ask and save while lists are imported and everybody is changed: nobody sees an error."""

from __future__ import annotations

import pytest

from tests.crowd import Crowd, has_words_of_last_list, run_crowd
from tests.servers import address_of_the_database, web_process, worker_process


@pytest.mark.django_db(transaction=True)
def test_a_few_who_ask_and_save_during_imports_and_changes_of_everybody_see_no_error() -> None:
    crowd = Crowd.make(500)
    database = address_of_the_database()
    with worker_process(database), web_process(database) as (port, _process):
        log = run_crowd(crowd, port, people=8, previews=1, pause=lambda rng: rng.uniform(0, 0.1))
    assert log.errors == 0, str(log)
    assert log.statuses[201] > 0
    assert has_words_of_last_list(crowd)
