"""No count under five can be read or worked out from published ones."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.stats.rules.suppression import cells_to_withhold


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


def possible(values, equations, hidden, most):
    """Every way to fill in the withheld counts, by trying them all."""
    hidden = sorted(hidden)
    fits = []
    for guess in product(range(1, most + 1), repeat=len(hidden)):
        full = {**values, **dict(zip(hidden, guess, strict=True))}
        if all(sum(t * full[key] for key, t in equation.items()) == 0 for equation in equations):
            fits.append(guess)
    return hidden, np.array(fits)


def test_a_single_small_count_in_a_row_withholds_the_next_smallest_too():
    values, equations = table_of([[2, 10, 20], [30, 40, 50], [60, 70, 80]])
    assert cells_to_withhold(values, equations) == {("0", "0"), ("0", "1"), ("1", "0"), ("1", "1")}


def test_counts_that_are_large_enough_are_all_shown():
    assert cells_to_withhold(*table_of([[5, 6], [7, 8]])) == frozenset()


def test_four_is_withheld_and_five_is_shown():
    assert cells_to_withhold({("a",): 4, ("b",): 5}, []) == {("a",)}


def test_zero_is_shown_and_one_is_not():
    assert cells_to_withhold({("a",): 0, ("b",): 1}, []) == {("b",)}


def test_counts_marked_last_are_withheld_last():
    values = {("a",): 2, ("b",): 9, ("c",): 30, ("all",): 41}
    row = {("a",): 1, ("b",): 1, ("c",): 1, ("all",): -1}
    assert cells_to_withhold(values, [row], last={("b",)}) == {("a",), ("c",)}
    assert cells_to_withhold(values, [row], last={("b",), ("c",), ("all",)}) == {("a",), ("b",)}


def test_two_small_counts_that_their_total_gives_away_withhold_a_third():
    values, equations = table_of([[1, 1, 9, 12]])
    assert ("0", "2") in cells_to_withhold(values, equations)
    values, equations = table_of([[1, 2, 9, 12]])  # 1 and 2, or 2 and 1: nobody can tell
    assert ("0", "2") not in cells_to_withhold(values, equations)


def test_a_small_total_is_withheld_with_its_parts():
    values, equations = table_of([[1, 2], [30, 40]])
    assert {("0", "0"), ("0", "1"), ("0", "all")} <= cells_to_withhold(values, equations)


def test_a_small_difference_between_two_counts_withholds_one_of_them():
    values = {("asked",): 50, ("agreed",): 48, ("declined",): 2}
    hidden = cells_to_withhold(values, [{("agreed",): 1, ("declined",): 1, ("asked",): -1}])
    assert hidden == {("declined",), ("agreed",)}


def test_counts_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="do not add up"):
        cells_to_withhold({("a",): 1, ("b",): 2}, [{("a",): 1, ("b",): -1}])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([0, 1, 3, 4, 5, 6, 9]), min_size=2, max_size=2), min_size=2, max_size=2)
)
def test_every_withheld_small_count_has_another_possible_value_by_brute_force(counts):
    values, equations = table_of(counts)
    hidden = cells_to_withhold(values, equations)
    assert {key for key, value in values.items() if 0 < value < 5} <= hidden
    cells = {key for key in hidden if "all" not in key}
    totals = hidden - cells
    # Totals follow from cells: drop their own equations and let them be whatever the cells make of them.
    kept = [equation for equation in equations if not set(equation) & totals]
    names, fits = possible(values, kept, cells, most=11)
    for place, name in enumerate(names):
        if 0 < values[name] < 5:
            assert len(set(fits[:, place].tolist())) > 1, (counts, name)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.integers(0, 10_000))
def test_no_row_of_a_larger_table_has_a_single_withheld_count(rows, columns, seed):
    counts = np.random.default_rng(seed).poisson(8, (rows, columns))
    values, equations = table_of(counts)
    hidden = cells_to_withhold(values, equations)
    for equation in equations:
        small = [key for key in equation if 0 < values[key] < 5]
        assert not small or len(set(equation) & hidden) >= 2
    assert hidden == cells_to_withhold(values, equations)
