"""The desk's heat map: who meets whom, or on what, against chance; by constituency, sector or theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.core.spreadsheets import CellValue, Worksheet
from backend.people.models import Constituency
from backend.stats.rules import MIN_COUNT
from backend.stats.selectors import HELD, MATRIX_STEPS, NO_THEME, WITHHELD, Cell, EventStats, Matrix, Names

LABEL, SIDE = 128, 36  # in units of the view box
WRITTEN_LABEL, WRITTEN_HEAD = 150, 116  # where columns have no shape of their own but a name
LEVELS = ((0.5, "far-less"), (0.8, "less"), (1.25, "as-chance"), (2.0, "more"))
BY = {
    "constituency": gettext_lazy("Constituency"),
    "sector": gettext_lazy("Sector"),
    "theme": gettext_lazy("Theme"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """A row or column: its name and, where it has one, the constituency whose shape and colour it wears."""

    label: str
    group: str
    at: int


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell; `level` is how it stands to chance, `released` the count as it may leave the desk."""

    head: Head
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
    head: Head
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`is_kept_here`: no table of it leaves the desk, and so no picture. `size`: for the style sheet."""

    step: str
    by: str
    theme: str
    columns: tuple[Head, ...]
    rows: tuple[HeatRow, ...]
    wide: int
    high: int
    top: int
    is_kept_here: bool
    says: str

    @property
    def size(self) -> str:
        return "large" if len(self.columns) > len(Constituency.values) else "small"

    @property
    def has_p(self) -> bool:
        return any(cell.p is not None for row in self.rows for cell in row.cells)


def heat_map(
    stats: EventStats, sheets: Mapping[str, Worksheet], asked: Mapping[str, str], names: Names
) -> HeatMap:
    """The matrix that `asked` names by `step`, `by` and `theme`; what is not known counts as not asked."""
    name = asked.get("step", "")
    if name not in MATRIX_STEPS:
        name = HELD if stats.step(HELD).by_constituency.total else "accepted"
    step, by, theme = stats.step(name), asked.get("by", ""), asked.get("theme", "")
    by = by if by in BY else "constituency"
    theme = theme if by == "constituency" and theme in step.themes else ""
    matrix = {"sector": step.by_sector, "theme": step.by_theme, "constituency": step.by_constituency}[by]
    sheet = {"sector": f"sectors-{name}", "theme": f"themes-{name}", "constituency": f"matrix-{name}"}[by]
    if theme:
        matrix = step.within_theme[step.themes.index(theme)]
    released = {} if theme else _released(sheets[sheet])
    labels = {**names.sectors, **names.themes, **_constituencies(), NO_THEME: _("No theme said")}
    if by == "sector":
        labels |= names.sectors
    groups = {key: key for key in Constituency.values} | {
        line.key: line.constituency for line in stats.sectors
    }
    is_written = by != "constituency"
    left, top = (WRITTEN_LABEL, WRITTEN_HEAD) if is_written else (LABEL, SIDE)

    def head(key: str, at: int, *, is_theme: bool = False) -> Head:
        return Head(labels.get(key, key), "" if is_theme else groups.get(key, "other"), at)

    columns = tuple(
        head(key, left + SIDE * place, is_theme=by == "theme") for place, key in enumerate(matrix.columns)
    )
    rows = tuple(
        HeatRow(
            head(key, top + SIDE * place),
            tuple(
                HeatCell(
                    column, cell.observed, cell.expected, cell.ratio, cell.p,
                    level_of(cell.observed, cell.expected, cell.ratio),
                    released.get((key, other), released.get((other, key))),
                )
                for other, column, cell in zip(matrix.columns, columns, matrix.cells[place], strict=True)
            ),
        )
        for place, key in enumerate(matrix.rows)
    )  # fmt: skip
    wide, high = left + SIDE * len(columns) + (40 if is_written else 0), top + SIDE * len(rows)
    says = matrix_sentence(matrix, labels)
    return HeatMap(name, by, theme, columns, rows, wide, high, top, bool(theme), says)


def matrix_sentence(matrix: Matrix, labels: Mapping[str, str]) -> str:
    """The strongest and the weakest bridge where chance would give a few."""
    if not matrix.total:
        return _("There is nothing to show at this stage yet.")
    is_square = matrix.rows == matrix.columns
    bridges = [
        (cell, one, other)
        for a, one in enumerate(matrix.rows)
        for b, other in enumerate(matrix.columns)
        if (b > a or not is_square)
        and other != NO_THEME
        and (cell := matrix.cells[a][b]).expected >= MIN_COUNT
    ]
    if len(bridges) < 2:
        return ngettext(
            "One pair: too few to say which bridges are strong or missing.",
            "%(count)d pairs: too few to say which bridges are strong or missing.",
            matrix.total,
        ) % {"count": matrix.total}
    ordered = sorted(bridges, key=lambda bridge: (-(bridge[0].ratio or 0.0), *bridge[1:]))
    return _("Most above chance: %(most)s. Most below: %(least)s.") % {
        "most": _bridge(*ordered[0], labels, is_square),
        "least": _bridge(*ordered[-1], labels, is_square),
    }


def _bridge(cell: Cell, one: str, other: str, labels: Mapping[str, str], is_square: bool) -> str:
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


def _released(sheet: Worksheet) -> dict[tuple[CellValue, CellValue], CellValue]:
    return {(row[0], row[1]): row[2] for row in sheet.rows}


def level_of(observed: float, expected: float, ratio: float | None) -> str:
    """How a count stands to chance, as a class of the style sheet."""
    if ratio is None:
        return "no-chance"
    if abs(observed - expected) < 1:  # by less than one meeting nothing stands out
        return "as-chance"
    return next((name for limit, name in LEVELS if ratio <= limit), "far-more")
