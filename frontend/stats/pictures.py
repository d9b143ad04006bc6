"""Pictures of the figures as positions and classes.

Templates draw them as SVG, style sheets colour them. Those of the desk are exact, those that may be saved are
made of a release.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.core.spreadsheets import CellValue, Worksheet
from backend.events.selectors import PersonNamed
from backend.people.models import Constituency
from backend.stats.engine.figures import NO_THEME, Cell, Day, EventStats, Matrix, PersonFigures
from backend.stats.models import Release
from backend.stats.rules.suppression import MIN_COUNT
from backend.stats.selectors.names import STEPS, UNITS, Names
from backend.stats.selectors.printed_figures import level_of, released_matrix
from backend.stats.selectors.worksheets import reported_step_of

CELL_SIZE, LABEL_WIDTH, HEAD_HEIGHT = 36, 150, 116  # in units of the view box
OVERHANG = 40  # of the last column's name
BY = {"constituency": gettext_lazy("Constituency"), "sector": gettext_lazy("Sector"), "theme": gettext_lazy("Theme")}
FUNNEL_LINE = 30  # height of one step of the funnel
FUNNEL_WIDTH = 200
DAYS_WIDTH, DAYS_HEIGHT, MAX_DAY_WIDTH, MAX_DATES = 360, 120, 60, 6
RING_WIDTH, RING_HEIGHT, MAX_CIRCLE, MAX_BAND = 560, 420, 34, 14  # of the released network
MAX_CONNECTED = 50


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """The label of a row or column, and the constituency whose shape and colour it has, or ""."""

    label: str
    group: str
    at: int


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell; `level`: how it compares to chance."""

    head: HeaderCell
    observed: int
    expected: float
    ratio: float | None
    p: float | None
    level: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    head: HeaderCell
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`size`: for the style sheet; `total`: of meetings, or of seats by theme."""

    step: str
    by: str
    theme: str
    columns: tuple[HeaderCell, ...]
    rows: tuple[HeatRow, ...]
    width: int
    height: int
    top: int
    total: int
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


def heat_map(stats: EventStats, choice: HeatMapChoice, names: Names) -> HeatMap:
    """The chosen matrix; by default at the step that the headlines report, by constituency."""
    step, by = stats.step(choice.step or reported_step_of(stats)), choice.by or "constituency"
    theme = choice.theme if by == "constituency" and choice.theme in step.themes else ""
    matrix = {"sector": step.by_sector, "theme": step.by_theme, "constituency": step.by_constituency}[by]
    if theme:
        matrix = step.within_theme[step.themes.index(theme)]
    labels = {**names.sectors, **names.themes, **_constituencies(), NO_THEME: _("No theme")}
    if by == "sector":
        labels |= names.sectors
    groups = {line.key: line.constituency for line in stats.sectors}
    return _drawn(matrix, HeatMapChoice(step.step, by, theme), labels, groups)


def released_heat_map(release: Release) -> HeatMap | None:
    """The matrix of the release; None where it has none."""
    matrix = released_matrix(release)
    if matrix is None:
        return None
    choice = HeatMapChoice(release.content["step"], "constituency")
    return _drawn(matrix, choice, _constituencies(), {})


def _drawn(matrix: Matrix, choice: HeatMapChoice, labels: Mapping[str, str], group_of: Mapping[str, str]) -> HeatMap:
    """The matrix as a heat map; `group_of`: the constituency of each sector."""
    groups = {key: key for key in Constituency.values} | dict(group_of)
    left, top = LABEL_WIDTH, HEAD_HEIGHT

    def head(key: str, at: int, *, is_theme: bool = False) -> HeaderCell:
        return HeaderCell(labels.get(key, key), "" if is_theme else groups.get(key, "other"), at)

    columns = tuple(
        head(key, left + CELL_SIZE * place, is_theme=choice.by == "theme") for place, key in enumerate(matrix.columns)
    )
    rows = tuple(
        HeatRow(
            head(key, top + CELL_SIZE * place),
            tuple(
                HeatCell(
                    column, cell.observed, cell.expected, cell.ratio, cell.p,
                    level_of(cell.observed, cell.expected, cell.ratio),
                )
                for column, cell in zip(columns, matrix.cells[place], strict=True)
            ),
        )
        for place, key in enumerate(matrix.rows)
    )  # fmt: skip
    return HeatMap(
        step=choice.step,
        by=choice.by,
        theme=choice.theme,
        columns=columns,
        rows=rows,
        width=left + CELL_SIZE * len(columns) + OVERHANG,
        height=top + CELL_SIZE * len(rows),
        top=top,
        total=matrix.total,
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
        if (b > a or not is_square) and other != NO_THEME and (cell := matrix.cells[a][b]).expected >= MIN_COUNT
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


@dataclass(frozen=True, slots=True)
class FunnelBar:
    """One step: its bar is proportional to its count; one whose count is withheld has none."""

    count: CellValue
    share: CellValue
    label: str
    unit: str
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day: three columns, each proportional to its count."""

    day: Day
    x: float
    width: float
    columns: tuple[tuple[str, float, float, float], ...]  # step, x, y, height
    label: str


def funnel_bars(funnel: Worksheet) -> tuple[FunnelBar, ...]:
    """The steps of a funnel, exact or released."""
    shown = [count for _, count, _ in funnel.rows if isinstance(count, int)]
    most = max(shown, default=0) or 1
    return tuple(
        FunnelBar(
            count,
            share,
            str(STEPS[str(step)]),
            str(UNITS[str(step)]),
            FUNNEL_LINE * place,
            round(FUNNEL_WIDTH * count / most, 1) if isinstance(count, int) else 0.0,
        )
        for place, (step, count, share) in enumerate(funnel.rows)
    )


def most_on_a_day(days: Sequence[Day]) -> int:
    """The largest count of a day: the height of the drawing."""
    return max((max(day.requested, day.accepted, day.held) for day in days), default=0)


def day_bars(days: Sequence[Day]) -> tuple[DayBar, ...]:
    """Every day from the first to the last, also those without anything."""
    if not days:
        return ()
    known = {day.date: day for day in days}
    span = (days[-1].date - days[0].date).days + 1
    dates = [days[0].date + dt.timedelta(days=n) for n in range(span)]
    most = most_on_a_day(days) or 1
    width = min(DAYS_WIDTH / span, MAX_DAY_WIDTH)
    every = -(-span // MAX_DATES)

    def bar(place: int, date: dt.date) -> DayBar:
        day = known.get(date) or Day(date, 0, 0, 0)
        third = width * 0.8 / 3
        columns = tuple(
            (step, round(width * place + third * n, 2), round(DAYS_HEIGHT - height, 2), round(height, 2))
            for n, step in enumerate(("requested", "accepted", "held"))
            for height in (DAYS_HEIGHT * getattr(day, step) / most,)
        )
        label = date_format(date, "j M") if place % every == 0 else ""
        return DayBar(day, round(width * place, 2), round(third, 2), columns, label)

    return tuple(bar(place, date) for place, date in enumerate(dates))


def network_drawing(stats: EventStats, named: Mapping[int, PersonNamed]) -> dict[str, Any]:
    """The data that static/js/network.js draws.

    `people`: name, constituency, partners, pairs bridged, rank among the brokers (0: none); `ties`: pairs of
    indices of people; `groups`: names of constituencies.
    """
    place = {one.attendee_id: n for n, one in enumerate(stats.people)}
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
    }


@dataclass(frozen=True, slots=True)
class Circle:
    """A constituency with its people in the network of the release."""

    key: str
    label: str
    people: CellValue
    x: int
    y: int
    r: float


@dataclass(frozen=True, slots=True)
class Band:
    """The meetings of two constituencies, or a ring for those within one."""

    d: str
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class ReleasedNetwork:
    """The network of constituencies as the release has it."""

    circles: tuple[Circle, ...]
    bands: tuple[Band, ...]
    width: int = RING_WIDTH
    height: int = RING_HEIGHT


def released_network(release: Release) -> ReleasedNetwork | None:
    """The constituencies in a ring, with bands of their meetings; None where the release has no matrix."""
    tables = {one.name: one for one in release.worksheets}
    matrix = tables.get(f"matrix-{release.content['step']}")
    if matrix is None:
        return None
    rows = tables["constituencies"].rows
    most = max((int(row[1] or 0) for row in rows), default=0) or 1
    circles = {}
    for place, (key, people) in enumerate(row[:2] for row in rows):
        turn = 2 * math.pi * place / len(rows) - math.pi / 2
        circles[str(key)] = Circle(
            str(key),
            str(Constituency(str(key)).label),
            people,
            round(RING_WIDTH / 2 + RING_WIDTH * 0.34 * math.cos(turn)),
            round(RING_HEIGHT / 2 + RING_HEIGHT * 0.34 * math.sin(turn)),
            round(MAX_CIRCLE * math.sqrt(int(people or 0) / most), 1),
        )
    top = max((int(row[2] or 0) for row in matrix.rows), default=0) or 1
    bands = []
    for one, other, count in (row[:3] for row in matrix.rows):
        a, b, width = circles[str(one)], circles[str(other)], round(MAX_BAND * int(count or 0) / top, 1)
        ring = f"M{a.x - a.r} {a.y}a{a.r} {a.r} 0 1 0 {2 * a.r} 0a{a.r} {a.r} 0 1 0 {-2 * a.r} 0"
        if count:
            d = ring if a is b else f"M{a.x} {a.y}L{b.x} {b.y}"
            bands.append(Band(d, width, f"{a.label} – {b.label}: {count}"))
    return ReleasedNetwork(tuple(circles.values()), tuple(bands))


def most_connected(stats: EventStats) -> list[PersonFigures]:
    """Those with most partners, for the table under the drawing; nobody without one."""
    order = sorted(stats.people, key=lambda one: (-one.partners, -one.bridged, one.attendee_id))
    return [one for one in order[:MAX_CONNECTED] if one.partners]
