"""How long an event's figures take, from the database to the frozen object, and to the tables that may leave.

`python -m pytest tests/benchmarks/bench_stats.py -q`
"""

import time

import pytest

from backend.stats.selectors import event_stats
from backend.stats.tables import sheets_for
from tests.backend.stats.forums import large_event
from tests.factories import NOW


@pytest.mark.django_db
@pytest.mark.parametrize(("people", "meetings", "most"), [(1_000, 5_000, 1.0), (10_000, 50_000, 10.0)])
def test_the_figures_of_an_event_are_there_in_time(people, meetings, most, capsys):
    event = large_event(people, meetings)
    figures, tables = [], []
    for _ in range(3):
        started = time.perf_counter()
        stats = event_stats(event=event, now=NOW)
        figures.append(time.perf_counter() - started)
        sheets_for(stats)
        tables.append(time.perf_counter() - started)
    assert len(stats.people) == people
    assert (
        sum(cell.observed for row in stats.step("requested").by_theme.cells for cell in row) == 2 * meetings
    )
    with capsys.disabled():
        print(f"\n{people} people, {meetings} meetings")
        for name, spent in (("figures", figures), ("with tables", tables)):
            print(f"{name:12}" + ", ".join(f"{one:.2f} s" for one in spent))
    assert min(figures) < most
