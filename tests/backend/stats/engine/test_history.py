"""What releases have told, kept as JSON and counted beside a new one."""

from __future__ import annotations

import json

import pytest

from backend.stats.engine.history import Told, history_of
from backend.stats.rules.suppression import Counts, Key

MET: Key = ("met", "all", "all")
OPEN: Key = ("unmet", "all", "all")
CELL: Key = ("cell", "both")


def told(met: int, unmet: int) -> Told:
    """A release that shows both counts and their sum."""
    counts = Counts({MET: met, OPEN: unmet, CELL: met + unmet}, [{CELL: -1, MET: 1, OPEN: 1}])
    return Told(counts, frozenset(counts.values), frozenset())


def test_what_was_told_is_read_again_as_it_was_kept() -> None:
    first = told(20, 30)
    again = Told.of(json.loads(json.dumps(first.as_json())))
    assert (again.shown, again.withheld) == (first.shown, first.withheld)
    assert (again.counts.values, list(again.counts.equations)) == (first.counts.values, list(first.counts.equations))


@pytest.mark.parametrize(
    ("now", "enough"),
    [
        ({MET: 20, OPEN: 30}, True),
        ({MET: 25, OPEN: 40}, True),
        ({MET: 22, OPEN: 40}, False),
        ({MET: 25, OPEN: 26}, False),
        ({MET: 26, OPEN: 37}, True),
        ({MET: 28, OPEN: 25}, False),  # each differs enough, their sum by three
        ({}, True),
    ],
    ids=str,
)
def test_a_new_release_comes_when_each_count_shown_is_equal_or_differs_by_five(
    now: dict[Key, int], enough: bool
) -> None:
    assert told(20, 30).has_changed_enough(now) is enough


def test_counts_that_only_grow_are_ordered_from_release_to_release() -> None:
    history = history_of([told(20, 30), told(26, 24)], {MET: 31, OPEN: 19})
    first, second = ("release 0", *MET), ("release 1", *MET)
    assert list(history.counts.orders) == [(first, second), (second, MET)]
    assert history.known >= {first, second}
    assert history.withheld == frozenset()
    beside = history.beside(Counts({MET: 31}))
    assert (beside.values[MET], beside.values[first]) == (31, 20)
    assert len(beside.equations) == 2
