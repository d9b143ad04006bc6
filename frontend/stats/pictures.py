"""Pictures of the figures as positions and classes.

Templates draw them as SVG, style sheets colour them. What is withheld in published worksheets is marked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.core.spreadsheets import CellValue, Worksheet
from backend.events.selectors import PersonNamed
from backend.people.models import Constituency
from backend.stats.rules import MIN_COUNT
from backend.stats.selectors import (
    ACCEPTED,
    HELD,
    NO_THEME,
    STEPS,
    UNITS,
    WITHHELD,
    Cell,
    Day,
    EventStats,
    FunnelStep,
    Matrix,
    Names,
    PersonFigures,
    level_of,
    reported_step,
)

CELL_SIZE, LABEL_WIDTH, HEAD_HEIGHT = 36, 150, 116  # in units of the view box
OVERHANG = 40  # of the last column's name
BY = {
    "constituency": gettext_lazy("Constituency"),
    "sector": gettext_lazy("Sector"),
    "theme": gettext_lazy("Theme"),
}
FUNNEL_LINE = 30  # height of one step of the funnel
FUNNEL_WIDTH = 200
DAYS_WIDTH, DAYS_HEIGHT, MAX_DAY_WIDTH, MAX_DATES = 360, 120, 60, 6
MAX_CONNECTED = 50


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """The label of a row or column, and the constituency whose shape and colour it has, or ""."""

    label: str
    group: str
    at: int


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell; `level`: how it compares to chance; `released`: the count as published, maybe withheld."""

    head: HeaderCell
    observed: int
    expected: float
    ratio: float | None
    p: float | None
    level: str
    released: CellValue

    @property
    def is_withheld(self) -> bool:
        return self.released == WITHHELD


@dataclass(frozen=True, slots=True)
class HeatRow:
    head: HeaderCell
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`is_private`: not published, as a table or as a picture. `size`: for the style sheet."""

    step: str
    by: str
    theme: str
    columns: tuple[HeaderCell, ...]
    rows: tuple[HeatRow, ...]
    width: int
    height: int
    top: int
    is_private: bool
    summary: str

    @property
    def size(self) -> str:
        return "large" if len(self.columns) > len(Constituency.values) else "small"

    @property
    def has_p(self) -> bool:
        return any(cell.p is not None for row in self.rows for cell in row.cells)


@dataclass(frozen=True, slots=True)
class HeatMapChoice:
    """Which matrix to draw: a step of MATRIX_STEPS, a grouping of BY, and a theme; "" is not chosen."""

    step: str = ""
    by: str = ""
    theme: str = ""


def heat_map(
    stats: EventStats, worksheets: Mapping[str, Worksheet], choice: HeatMapChoice, names: Names
) -> HeatMap:
    """The chosen matrix; by default at the step that the headlines report, by constituency."""
    step, by = stats.step(choice.step or reported_step(worksheets["funnel"])), choice.by or "constituency"
    theme = choice.theme if by == "constituency" and choice.theme in step.themes else ""
    matrix, prefix = {
        "sector": (step.by_sector, "sectors"),
        "theme": (step.by_theme, "themes"),
        "constituency": (step.by_constituency, "matrix"),
    }[by]
    if theme:
        matrix = step.within_theme[step.themes.index(theme)]
    published = {} if theme else _published_counts(worksheets[f"{prefix}-{step.step}"])
    labels = {**names.sectors, **names.themes, **_constituencies(), NO_THEME: _("No theme")}
    if by == "sector":
        labels |= names.sectors
    groups = {key: key for key in Constituency.values} | {
        line.key: line.constituency for line in stats.sectors
    }
    left, top = LABEL_WIDTH, HEAD_HEIGHT

    def head(key: str, at: int, *, is_theme: bool = False) -> HeaderCell:
        return HeaderCell(labels.get(key, key), "" if is_theme else groups.get(key, "other"), at)

    columns = tuple(
        head(key, left + CELL_SIZE * place, is_theme=by == "theme")
        for place, key in enumerate(matrix.columns)
    )
    rows = tuple(
        HeatRow(
            head(key, top + CELL_SIZE * place),
            tuple(
                HeatCell(
                    column, cell.observed, cell.expected, cell.ratio, cell.p,
                    level_of(cell.observed, cell.expected, cell.ratio),
                    published.get((key, other), published.get((other, key))),
                )
                for other, column, cell in zip(matrix.columns, columns, matrix.cells[place], strict=True)
            ),
        )
        for place, key in enumerate(matrix.rows)
    )  # fmt: skip
    return HeatMap(
        step=step.step,
        by=by,
        theme=theme,
        columns=columns,
        rows=rows,
        width=left + CELL_SIZE * len(columns) + OVERHANG,
        height=top + CELL_SIZE * len(rows),
        top=top,
        is_private=bool(theme),
        summary=matrix_sentence(matrix, labels),
    )


def matrix_sentence(matrix: Matrix, labels: Mapping[str, str]) -> str:
    """The pairs furthest above and below chance, among those of which chance would give a few."""
    if not matrix.total:
        return _("There is nothing to show at this stage yet.")
    is_square = matrix.rows == matrix.columns
    pairs = [
        (cell, one, other)
        for a, one in enumerate(matrix.rows)
        for b, other in enumerate(matrix.columns)
        if (b > a or not is_square)
        and other != NO_THEME
        and (cell := matrix.cells[a][b]).expected >= MIN_COUNT
    ]
    if len(pairs) < 2:
        return ngettext(
            "One pair: too few to say which groups meet more or less than by chance.",
            "%(count)d pairs: too few to say which groups meet more or less than by chance.",
            matrix.total,
        ) % {"count": matrix.total}
    ordered = sorted(pairs, key=lambda pair: (-(pair[0].ratio or 0.0), *pair[1:]))
    return _(
        "Among those of which chance would give %(least_count)d or more: most above chance %(most)s, "
        "most below %(least)s."
    ) % {
        "least_count": MIN_COUNT,
        "most": _pair_text(*ordered[0], labels, is_square),
        "least": _pair_text(*ordered[-1], labels, is_square),
    }


def _pair_text(cell: Cell, one: str, other: str, labels: Mapping[str, str], is_square: bool) -> str:
    second = labels.get(other, other)
    facts = {
        "one": labels.get(one, one),
        "other": second.lower() if other in Constituency.values else second,
        "count": cell.observed,
        "times": f"{cell.ratio or 0.0:.1f}",
    }
    if is_square:
        return _("%(one)s and %(other)s (%(count)d, %(times)s times chance)") % facts
    return _("%(one)s on %(other)s (%(count)d seats, %(times)s times chance)") % facts


def _constituencies() -> dict[str, str]:
    return {key: str(label) for key, label in Constituency.choices}


def _published_counts(worksheet: Worksheet) -> dict[tuple[str, str], CellValue]:
    return {(str(row[0]), str(row[1])): row[2] for row in worksheet.rows}


@dataclass(frozen=True, slots=True)
class FunnelBar:
    """One step: its bar is proportional to its count."""

    step: FunnelStep
    label: str
    unit: str
    y: int
    width: float
    is_withheld: bool  # in published worksheets


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day: three columns, each proportional to its count."""

    day: Day
    x: float
    width: float
    columns: tuple[tuple[str, float, float, float, bool], ...]  # step, x, y, height, is_withheld
    label: str


def funnel_bars(stats: EventStats, released: Worksheet) -> tuple[FunnelBar, ...]:
    most = max((step.count for step in stats.funnel), default=0) or 1
    return tuple(
        FunnelBar(
            step,
            str(STEPS[step.step]),
            str(UNITS[step.step]),
            FUNNEL_LINE * place,
            round(FUNNEL_WIDTH * step.count / most, 1),
            WITHHELD in [released.row(step.step).get(name) for name in ("count", "share")],
        )
        for place, step in enumerate(stats.funnel)
    )


def day_bars(days: Sequence[Day], released: Worksheet) -> tuple[DayBar, ...]:
    """Every day from the first to the last, also those without anything."""
    if not days:
        return ()
    known = {day.date: day for day in days}
    span = (days[-1].date - days[0].date).days + 1
    dates = [days[0].date + dt.timedelta(days=n) for n in range(span)]
    most = max(max(day.requested, day.accepted, day.held) for day in days) or 1
    width = min(DAYS_WIDTH / span, MAX_DAY_WIDTH)
    every = -(-span // MAX_DATES)

    def bar(place: int, date: dt.date) -> DayBar:
        day = known.get(date) or Day(date, 0, 0, 0)
        third = width * 0.8 / 3
        shown = released.row(date.isoformat())
        columns = tuple(
            (
                step,
                round(width * place + third * n, 2),
                round(DAYS_HEIGHT - height, 2),
                round(height, 2),
                shown.get(step) == WITHHELD,
            )
            for n, step in enumerate(("requested", "accepted", "held"))
            for height in (DAYS_HEIGHT * getattr(day, step) / most,)
        )
        label = f"{date:%-d %b}" if place % every == 0 else ""
        return DayBar(day, round(width * place, 2), round(third, 2), columns, label)

    return tuple(bar(place, date) for place, date in enumerate(dates))


def network_drawing(
    stats: EventStats, released: Mapping[str, Worksheet], named: Mapping[int, PersonNamed]
) -> dict[str, Any]:
    """The data that static/js/network.js draws.

    `people`: name, constituency, partners, pairs bridged, rank among the brokers (0: none); `ties`: pairs of
    indices of people; `groups`: names of constituencies; `withheld`: the constituencies whose number of
    people with a meeting is not published, and "alone" for the number of those without; `withheld_bands`: the
    pairs of constituencies, sorted and joined by a space, whose number of meetings is not published.
    """
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
        "withheld_bands": sorted(
            {
                " ".join(sorted(pair))
                for step in (ACCEPTED, HELD)
                for pair, count in _published_counts(released[f"matrix-{step}"]).items()
                if count == WITHHELD
            }
        ),
    }


def most_connected(stats: EventStats) -> list[PersonFigures]:
    """Those with most partners, for the table under the drawing; nobody without one."""
    order = sorted(stats.people, key=lambda one: (-one.partners, -one.bridged, one.attendee_id))
    return [one for one in order[:MAX_CONNECTED] if one.partners]
