"""How long an event's figures take, from the database to the frozen object, and to those of a release.

`python -m pytest tests/benchmarks/bench_stats.py -q`
"""

import pytest
from django.db import connection

from backend.stats.selectors.event_stats import event_stats
from backend.stats.selectors.worksheets import draft_release
from tests.backend.stats.events import large_event
from tests.factories import NOW


@pytest.mark.django_db
@pytest.mark.parametrize("with_tables", [False, True], ids=["figures", "with tables"])
@pytest.mark.parametrize(("people", "meetings", "most"), [(1_000, 5_000, 1.0), (10_000, 50_000, 10.0)])
def test_the_figures_of_an_event_are_there_in_time(people, meetings, most, with_tables, benchmark):
    event = large_event(people, meetings)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does within a minute of so many new rows

    def figures():
        stats = event_stats(event=event, now=NOW)
        if with_tables:
            draft_release(stats)
        return stats

    stats = benchmark.pedantic(figures, rounds=3)
    assert len(stats.people) == people
    assert sum(cell.observed for row in stats.step("requested").by_theme.cells for cell in row) == 2 * meetings
    assert benchmark.stats["min"] < most
