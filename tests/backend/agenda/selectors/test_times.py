"""Times in words."""

import datetime as dt

from backend.agenda.selectors.times import period_words


def test_a_period_that_crosses_a_change_of_the_clock_reads_as_the_clocks_on_the_wall_do() -> None:
    start = dt.datetime(2027, 3, 28, 0, 30, tzinfo=dt.UTC)
    words = period_words(start, start + dt.timedelta(hours=1), "Europe/Berlin")
    assert words == "Sunday 28 March 2027, 01:30–03:30 (Berlin time, UTC+01:00)"


def test_half_hours_and_names_of_two_words_are_written_out() -> None:
    moment = dt.datetime(2026, 12, 9, 3, tzinfo=dt.UTC)
    assert period_words(moment, None, "America/St_Johns") == (
        "Tuesday 8 December 2026, 23:30 (St Johns time, UTC-03:30)"
    )
