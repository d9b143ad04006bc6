"""The desk's pictures as positions and classes: templates draw them as SVG, style sheets colour them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core.spreadsheets import Worksheet
from backend.events.selectors import PersonNamed
from backend.people.models import Constituency
from backend.stats.selectors import WITHHELD, Day, EventStats, FunnelStep, PersonFigures
from frontend.stats.words import STEPS

LINE = 30  # height of one step of the funnel
DAYS_WIDE, DAYS_HIGH, WIDEST_DAY = 360, 120, 60
MOST_CONNECTED = 50


@dataclass(frozen=True, slots=True)
class FunnelBar:
    """One step: its bar is as long as its count to the largest."""

    step: FunnelStep
    label: str
    y: int
    wide: float
    is_withheld: bool  # in what leaves the desk


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day: three columns, each as high as its count to the largest."""

    day: Day
    x: float
    wide: float
    columns: tuple[tuple[str, float, float, float, bool], ...]  # step, x, y, height, whether it stays here
    label: str


def funnel_bars(stats: EventStats, released: Worksheet) -> tuple[FunnelBar, ...]:
    most = max((step.count for step in stats.funnel), default=0) or 1
    return tuple(
        FunnelBar(
            step,
            str(STEPS[step.step]),
            LINE * place,
            round(200 * step.count / most, 1),
            WITHHELD in [released.row(step.step).get(name) for name in ("count", "share")],
        )
        for place, step in enumerate(stats.funnel)
    )


def day_bars(days: Sequence[Day], released: Worksheet) -> tuple[DayBar, ...]:
    """Every day from the first to the last, those on which nothing happened too."""
    if not days:
        return ()
    known = {day.date: day for day in days}
    span = (days[-1].date - days[0].date).days + 1
    dates = [days[0].date + dt.timedelta(days=n) for n in range(span)]
    most = max(max(day.requested, day.accepted, day.held) for day in days) or 1
    wide = min(DAYS_WIDE / span, WIDEST_DAY)
    every = -(-span // 6)  # at most six dates are written out

    def bar(place: int, date: dt.date) -> DayBar:
        day = known.get(date) or Day(date, 0, 0, 0)
        third = wide * 0.8 / 3
        shown = released.row(date.isoformat())
        columns = tuple(
            (
                step,
                round(wide * place + third * n, 2),
                round(DAYS_HIGH - high, 2),
                round(high, 2),
                shown.get(step) == WITHHELD,
            )
            for n, step in enumerate(("requested", "accepted", "held"))
            for high in (DAYS_HIGH * getattr(day, step) / most,)
        )
        label = f"{date:%-d %b}" if place % every == 0 else ""
        return DayBar(day, round(wide * place, 2), round(third, 2), columns, label)

    return tuple(bar(place, date) for place, date in enumerate(dates))


def network_drawing(
    stats: EventStats, released: Mapping[str, Worksheet], named: Mapping[int, PersonNamed]
) -> dict[str, Any]:
    """What the script lays out: people with name, constituency, partners, pairs bridged and their place among
    the brokers (0: none); lines by place; what the constituencies are called; and whose number of people with
    a meeting must not leave the desk, "alone" for the number of those without."""
    place = {one.attendee_id: n for n, one in enumerate(stats.people)}
    lines = released["constituencies"]
    counts = {one.key: lines.row(one.key).get("with_meeting") for one in stats.constituencies}
    counts["alone"] = released["network"].row("people without a meeting").get("value")
    rank = {one.attendee_id: n for n, one in enumerate(stats.brokers, start=1)}
    return {
        "people": [
            [
                named[one.attendee_id].name if one.attendee_id in named else "",
                one.constituency,
                one.partners,
                one.bridged,
                rank.get(one.attendee_id, 0),
            ]
            for one in stats.people
        ],
        "ties": [[place[tie.first], place[tie.second]] for tie in stats.ties],
        "groups": {one.key: str(Constituency(one.key).label) for one in stats.constituencies},
        "withheld": [key for key, count in counts.items() if count == WITHHELD],
    }


def most_connected(stats: EventStats) -> list[PersonFigures]:
    """Those with most partners, for the table under the drawing; nobody without one."""
    order = sorted(stats.people, key=lambda one: (-one.partners, -one.bridged, one.attendee_id))
    return [one for one in order[:MOST_CONNECTED] if one.partners]
