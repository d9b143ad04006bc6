"""The desk's pictures as positions and classes: templates draw them as SVG, style sheets colour them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.stats.figures import Day, EventStats, FunnelStep
from backend.stats.naming import PersonNamed
from frontend.desk_words import STEPS

LINE = 30  # height of one step of the funnel
DAYS_WIDE, DAYS_HIGH = 360, 120


@dataclass(frozen=True, slots=True)
class FunnelBar:
    """One step: its bar is as long as its count to the largest."""

    step: FunnelStep
    label: str
    y: int
    wide: float


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day: three columns, each as high as its count to the largest."""

    day: Day
    x: float
    wide: float
    columns: tuple[tuple[str, float, float, float], ...]  # step, x, y, height
    label: str


def funnel_bars(stats: EventStats) -> tuple[FunnelBar, ...]:
    most = max((step.count for step in stats.funnel), default=0) or 1
    return tuple(
        FunnelBar(step, str(STEPS[step.step]), LINE * place, round(200 * step.count / most, 1))
        for place, step in enumerate(stats.funnel)
    )


def day_bars(days: Sequence[Day]) -> tuple[DayBar, ...]:
    """Every day from the first to the last, those on which nothing happened too."""
    if not days:
        return ()
    known = {day.date: day for day in days}
    span = (days[-1].date - days[0].date).days + 1
    dates = [days[0].date + dt.timedelta(days=n) for n in range(span)]
    most = max(max(day.requested, day.accepted, day.held) for day in days) or 1
    wide = DAYS_WIDE / span
    every = -(-span // 6)  # at most six dates are written out

    def bar(place: int, date: dt.date) -> DayBar:
        day = known.get(date) or Day(date, 0, 0, 0)
        third = wide * 0.8 / 3
        columns = tuple(
            (step, round(wide * place + third * n, 2), round(DAYS_HIGH - high, 2), round(high, 2))
            for n, step in enumerate(("requested", "accepted", "held"))
            for high in (DAYS_HIGH * getattr(day, step) / most,)
        )
        label = f"{date:%-d %b}" if place % every == 0 else ""
        return DayBar(day, round(wide * place, 2), round(third, 2), columns, label)

    return tuple(bar(place, date) for place, date in enumerate(dates))


def network_drawing(stats: EventStats, named: Mapping[int, PersonNamed]) -> dict[str, Any]:
    """What the script lays out: dots with name, constituency, partners and pairs bridged; lines by place."""
    place = {one.attendee_id: n for n, one in enumerate(stats.people)}
    return {
        "people": [
            [
                named[one.attendee_id].name if one.attendee_id in named else "",
                one.constituency,
                one.partners,
                one.bridged,
            ]
            for one in stats.people
        ],
        "ties": [[place[tie.first], place[tie.second]] for tie in stats.ties],
    }
