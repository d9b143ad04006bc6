"""A grid of slots of equal length over days and hours: plain values in, periods out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.core.period import Period, overlaps

MAX_SLOTS = 500


class BadGrid(BusinessError):
    code = "bad_grid"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotGrid:
    """Slots of this length, on these days, within these hours of the event's zone."""

    days: tuple[dt.date, ...]
    windows: tuple[tuple[dt.time, dt.time], ...]
    length_minutes: int
    break_minutes: int = 0


def periods_of(grid: SlotGrid, zone: dt.tzinfo) -> Sequence[Period]:
    """Every period of the grid, in time order, in UTC.

    Slots and breaks are measured in elapsed time, so that one that crosses a change of clocks is as long as
    any other; a window says wall-clock hours, the first of two equal ones where it opens and the last where
    it closes. A window that ends at midnight ends with its day. Refuses BadGrid.

    >>> lunch = (dt.time(12), dt.time(13))
    >>> grid = SlotGrid(days=(dt.date(2026, 12, 9),), windows=(lunch,), length_minutes=25, break_minutes=5)
    >>> [period.starts_at.strftime("%H:%M") for period in periods_of(grid, dt.UTC)]
    ['12:00', '12:30']
    """
    if not 5 <= grid.length_minutes <= 480:
        raise BadGrid(_("A slot is from 5 to 480 minutes long."))
    if not 0 <= grid.break_minutes <= 480:
        raise BadGrid(_("A break between slots is from 0 to 480 minutes long."))
    if not grid.days or not grid.windows:
        raise BadGrid(_("Name at least one day and one window of hours, such as 10:00 to 12:30."))
    length = dt.timedelta(minutes=grid.length_minutes)
    step = length + dt.timedelta(minutes=grid.break_minutes)
    windows = sorted(_window(day, window, zone) for day in set(grid.days) for window in grid.windows)
    for earlier, later in pairwise(windows):
        if overlaps(earlier, later):
            raise BadGrid(_("Two windows of hours overlap; join them, or leave time between them."))
    periods = []
    for window in windows:
        starts_at = window.starts_at
        while starts_at + length <= window.ends_at:
            periods.append(Period(starts_at, starts_at + length))
            starts_at += step
            if len(periods) > MAX_SLOTS:
                raise BadGrid(
                    _("This makes more than %(limit)s slots; use fewer days or longer slots.") % {"limit": MAX_SLOTS}
                )
    if not periods:
        raise BadGrid(
            _("No window is long enough for a slot of %(minutes)s minutes. Lengthen the hours, or shorten the times.")
            % {"minutes": grid.length_minutes}
        )
    return periods


def _window(day: dt.date, window: tuple[dt.time, dt.time], zone: dt.tzinfo) -> Period:
    """The window on this day; refuses BadGrid where it ends before it starts, or time does."""
    opens, closes = window
    if not dt.MINYEAR < day.year < dt.MAXYEAR:  # its hours might be no time at all in UTC
        raise BadGrid(_("The forum is not on %(day)s. Choose one of its days.") % {"day": day})
    last_day = day + dt.timedelta(days=1) if closes == dt.time(0) else day
    starts_at = dt.datetime.combine(day, opens.replace(fold=0), zone).astimezone(dt.UTC)
    ends_at = dt.datetime.combine(last_day, closes.replace(fold=1), zone).astimezone(dt.UTC)
    if ends_at <= starts_at:
        raise BadGrid(
            _("The window %(opens)s to %(closes)s ends before it starts on %(day)s. Swap the two hours.")
            % {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}", "day": day}
        )
    return Period(starts_at, ends_at)
