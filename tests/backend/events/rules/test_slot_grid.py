"""Slots of equal length over days, in the event's zone and across changes of clocks."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.period import Period
from backend.events.rules.slot_grid import BadGrid, SlotGrid, periods_of

BERLIN = ZoneInfo("Europe/Berlin")


def night(day: dt.date, length: int = 30) -> list[Period]:
    grid = SlotGrid(days=(day,), windows=((dt.time(1), dt.time(4)),), length_minutes=length)
    return list(periods_of(grid, BERLIN))


def test_a_night_in_which_clocks_go_back_has_an_hour_more_and_forward_an_hour_less():
    assert len(night(dt.date(2026, 10, 24))) == 6
    assert len(night(dt.date(2026, 10, 25))) == 8  # 02:00 to 03:00 comes twice
    assert len(night(dt.date(2026, 3, 29))) == 4  # and never


@given(
    st.dates(dt.date(2026, 3, 20), dt.date(2026, 11, 5)),
    st.integers(5, 120),
    st.integers(0, 60),
    st.sampled_from(["Europe/Berlin", "Australia/Sydney", "Asia/Bangkok", "America/St_Johns"]),
)
def test_slots_are_equally_long_in_order_spaced_and_inside_their_window(day, length, pause, zone):
    zone = ZoneInfo(zone)
    grid = SlotGrid(days=(day,), windows=((dt.time(0), dt.time(0)),), length_minutes=length, break_minutes=pause)
    made = periods_of(grid, zone)
    assert {period.ends_at - period.starts_at for period in made} == {dt.timedelta(minutes=length)}
    gaps = {b.starts_at - a.ends_at for a, b in pairwise(made)}
    assert gaps <= {dt.timedelta(minutes=pause)}
    assert {period.starts_at.astimezone(zone).date() for period in made} == {day}


@pytest.mark.parametrize(
    "change",
    [
        {"length_minutes": 4},
        {"length_minutes": 481},
        {"break_minutes": -1},
        {"days": ()},
        {"windows": ()},
        {"windows": ((dt.time(10), dt.time(9)),)},
        {"days": (dt.date.max,), "windows": ((dt.time(0), dt.time(0)),)},
        {"days": (dt.date.min,), "windows": ((dt.time(0), dt.time(1)),)},
        {"windows": ((dt.time(9), dt.time(9, 20)),)},
        {"windows": ((dt.time(9), dt.time(11)), (dt.time(10), dt.time(12)))},
        {"days": tuple(dt.date(2026, 12, 1) + dt.timedelta(n) for n in range(30)), "length_minutes": 5},
    ],
)
def test_a_grid_that_cannot_be_used_is_refused_in_a_sentence(change):
    usual = {
        "days": (dt.date(2026, 12, 9),),
        "windows": ((dt.time(9), dt.time(12)),),
        "length_minutes": 25,
        "break_minutes": 5,
    }
    with pytest.raises(BadGrid) as caught:
        periods_of(SlotGrid(**usual | change), BERLIN)
    assert caught.value.message.endswith(".")
