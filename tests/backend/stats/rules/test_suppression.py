"""No count under five can be read or worked out from published ones."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.stats.rules.suppression import Counts, cells_to_withhold, exposed_counts


def table_of(counts):
    """A table with its totals as values and equations."""
    counts = np.asarray(counts)
    rows, columns = counts.shape
    values = {(str(r), str(c)): int(counts[r, c]) for r, c in product(range(rows), range(columns))}
    values |= {(str(r), "all"): int(counts[r].sum()) for r in range(rows)}
    values |= {("all", str(c)): int(counts[:, c].sum()) for c in range(columns)}
    values[("all", "all")] = int(counts.sum())
    lines = [[(str(r), str(c)) for c in range(columns)] + [(str(r), "all")] for r in [*range(rows), "all"]]
    lines += [[(str(r), str(c)) for r in range(rows)] + [("all", str(c))] for c in [*range(columns), "all"]]
    return values, [dict.fromkeys(line[:-1], 1) | {line[-1]: -1} for line in lines]


def withheld(values, equations, **options):
    return cells_to_withhold(Counts(values, equations), values, **options).cells


def possible(values, equations, hidden, least, most):
    """Every way to fill in the withheld counts, by trying them all."""
    hidden = sorted(hidden)
    fits = []
    for guess in product(range(least, most + 1), repeat=len(hidden)):
        full = {**values, **dict(zip(hidden, guess, strict=True))}
        if all(sum(t * full[key] for key, t in equation.items()) == 0 for equation in equations):
            fits.append(guess)
    return hidden, np.array(fits)


def test_a_single_small_count_in_a_row_withholds_the_next_smallest_too():
    values, equations = table_of([[2, 10, 20], [30, 40, 50], [60, 70, 80]])
    assert withheld(values, equations) == {("0", "0"), ("0", "1"), ("1", "0"), ("1", "1")}


def test_counts_that_are_large_enough_are_all_shown():
    assert withheld(*table_of([[5, 6], [7, 8]])) == frozenset()


def test_four_is_withheld_and_five_is_shown():
    assert withheld({("a",): 4, ("b",): 5}, []) == {("a",)}


def test_zero_is_shown_and_one_is_not():
    assert withheld({("a",): 0, ("b",): 1}, []) == {("b",)}


def test_counts_marked_last_are_withheld_last():
    values = {("a",): 2, ("b",): 9, ("c",): 30, ("all",): 41}
    row = {("a",): 1, ("b",): 1, ("c",): 1, ("all",): -1}
    assert withheld(values, [row], last={("b",)}) == {("a",), ("c",)}
    assert withheld(values, [row], last={("b",), ("c",), ("all",)}) == {("a",), ("b",)}


def test_two_small_counts_that_their_total_narrows_withhold_a_third():
    for first, second in ((1, 1), (1, 2), (2, 2)):  # 1 and 2, or 2 and 1: neither can be 4
        values, equations = table_of([[first, second, 9, 12]])
        assert ("0", "2") in withheld(values, equations)
    values, equations = table_of([[1, 4, 9, 12]])  # each can be 1 and 4
    assert ("0", "2") not in withheld(values, equations)


def test_a_small_total_is_withheld_with_its_parts():
    values, equations = table_of([[1, 2], [30, 40]])
    assert {("0", "0"), ("0", "1"), ("0", "all")} <= withheld(values, equations)


def test_a_small_difference_between_two_counts_withholds_one_of_them():
    values = {("asked",): 50, ("agreed",): 48, ("declined",): 2}
    hidden = withheld(values, [{("agreed",): 1, ("declined",): 1, ("asked",): -1}])
    assert hidden == {("declined",), ("agreed",)}


def test_counts_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="do not add up"):
        withheld({("a",): 1, ("b",): 2}, [{("a",): 1, ("b",): -1}])


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from([0, 1, 3, 4, 5, 6, 9]), min_size=2, max_size=2), min_size=2, max_size=2))
def test_every_withheld_small_count_can_be_1_and_4_by_brute_force(counts):
    values, equations = table_of(counts)
    hidden = withheld(values, equations)
    assert {key for key, value in values.items() if 0 < value < 5} <= hidden
    cells = {key for key in hidden if "all" not in key}
    totals = hidden - cells
    # Totals follow from cells: drop their own equations and let them be whatever the cells make of them.
    kept = [equation for equation in equations if not set(equation) & totals]
    # The parts of a small total are marked also where they are 0.
    least = 0 if any(0 < values[key] < 5 for key in totals) else 1
    names, fits = possible(values, kept, cells, least=least, most=13)
    for place, name in enumerate(names):
        if 0 < values[name] < 5:
            assert fits[:, place].min() <= 1, (counts, name)
            assert fits[:, place].max() >= 4, (counts, name)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 7), min_size=3, max_size=4), st.sets(st.integers(0, 4), max_size=3))
def test_a_count_is_exposed_where_brute_force_finds_it_narrowed(counts, shown):
    values, equations = table_of([counts])
    cells = [("0", str(place)) for place in range(len(counts))]
    known = {("0", str(place)) for place in shown if place < len(counts)} | {("0", "all")}
    row = equations[:1]
    found = exposed_counts(Counts(values, row), known)
    fits = [
        guess
        for guess in product(range(sum(counts) + 1), repeat=len(counts))
        if sum(guess) == sum(counts)
        and all(guess[place] == counts[place] for place in range(len(counts)) if cells[place] in known)
    ]
    narrowed = {
        cell
        for place, cell in enumerate(cells)
        if 0 < values[cell] < 5
        and not (min(guess[place] for guess in fits) <= 1 and max(guess[place] for guess in fits) >= 4)
    }
    assert {key for key in found if key != ("0", "all")} == narrowed


def test_what_was_shown_before_and_has_only_grown_bounds_a_count():
    values = {("then",): 3, ("now",): 30, ("before",): 2}
    known = Counts(values, orders=[(("then",), ("now",)), (("before",), ("then",))])
    assert exposed_counts(known, {("now",)}) == set()
    values = {("a",): 2, ("b",): 28, ("total",): 30, ("b later",): 28}
    known = Counts(values, [{("a",): 1, ("b",): 1, ("total",): -1}], [(("b",), ("b later",))])
    assert exposed_counts(known, {("total",), ("b later",)}) == {("a",)}  # b is at most 28: a is 2 or more
    assert exposed_counts(known, {("total",)}) == set()


def test_what_was_withheld_stays_withheld():
    values, equations = table_of([[10, 20, 30], [40, 50, 60]])
    assert withheld(values, equations, withheld={("0", "0")}) == {("0", "0")}  # no longer small


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.integers(0, 10_000))
def test_no_row_of_a_larger_table_has_a_single_withheld_count(rows, columns, seed):
    counts = np.random.default_rng(seed).poisson(8, (rows, columns))
    values, equations = table_of(counts)
    hidden = withheld(values, equations)
    for equation in equations:
        small = [key for key in equation if 0 < values[key] < 5]
        assert not small or len(set(equation) & hidden) >= 2
    assert hidden == withheld(values, equations)
    assert exposed_counts(Counts(values, equations), set(values) - hidden, hidden) == set()


def test_a_mark_on_a_zero_that_the_rest_tells_is_known_to_be_of_a_small_total():
    accepted, held, to_come, cancelled = ("accepted",), ("held",), ("to come",), ("cancelled",)
    connected, other = ("connected",), ("other",)
    values = {accepted: 8, held: 0, to_come: 4, cancelled: 4, connected: 4, other: 8}
    counts = Counts(
        values,
        [
            {held: 1, to_come: 1, cancelled: 1, accepted: -1},
            {held: 1, to_come: 1, connected: -1},
            {to_come: 1, cancelled: 1, other: -1},
        ],
    )
    assert exposed_counts(counts, {accepted}, {held, connected}) == set()
    # None was held, so the mark tells that at most 4 are connected, and 4 or more cancelled.
    assert exposed_counts(counts, {accepted, other}, {held, connected}) == {cancelled}


def test_where_nothing_is_left_to_withhold_what_was_shown_before_stays_told():
    a, b, c, total = ("a",), ("b",), ("c",), ("all",)
    counts = Counts({a: 1, b: 1, c: 5, total: 7}, [{a: 1, b: 1, c: 1, total: -1}])
    assert cells_to_withhold(counts, [a, b, total], known=[c]).told == set()
    assert cells_to_withhold(counts, [a, b], known=[c, total]).told == {a, b}
