"""Settings of a run that make no sense are refused by name."""

from __future__ import annotations

import pytest

from matching.errors import BadMatchingPolicy
from matching.policy import MatchingPolicy


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"slope": 0}, "slope must be above zero, not 0"),
        ({"variety": 1.5}, "variety must lie between 0 and 1, not 1.5"),
        ({"restart": 1.0}, "restart must lie inside 0 and 1"),
        ({"least_other": 11}, "least_other cannot exceed list_size"),
        ({"ei_floor": -1.5}, "ei_floor must lie between -1 and 1"),
        ({"further": -1}, "counts cannot be negative"),
        ({"shrink": -0.5}, "counts cannot be negative"),
        ({"warmth": 1, "colour": 2}, "no such setting: colour, warmth"),
    ],
    ids=str,
)
def test_a_setting_out_of_its_range_or_unknown_is_refused(values: dict[str, float], said: str) -> None:
    with pytest.raises(BadMatchingPolicy, match=said):
        MatchingPolicy.from_dict(values)
