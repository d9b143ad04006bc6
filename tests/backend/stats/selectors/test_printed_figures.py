"""What is printed is what is coloured."""

import pytest

from backend.stats.selectors.printed_figures import level_of


@pytest.mark.parametrize(
    ("observed", "expected", "level"),
    [
        (84, 100, "less"),  # printed 0.8
        (85, 100, "as-chance"),  # 0.9
        (124, 100, "as-chance"),
        (125, 100, "more"),  # 1.3
        (54, 100, "far-less"),
        (204, 100, "more"),
        (205, 100, "far-more"),
        (3, 3.75, "too-few"),  # 0.8, of less than one meeting
        (1, 0.18, "too-few"),  # 5.6
        (2, 1.04, "more"),  # printed as 2 and 1.0
        (30, 29.6, "as-chance"),
    ],
)
def test_a_square_is_coloured_by_the_ratio_as_printed(observed, expected, level):
    assert level_of(observed, expected, observed / expected) == level


def test_where_chance_gives_none_there_is_no_level():
    assert level_of(0, 0, None) == "no-chance"
