"""Worksheets in the making: counts, what is computed from them, and how counts add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend.core.spreadsheets import CellValue, Worksheet
from backend.stats.rules.suppression import Equation, Key, cells_to_withhold

WITHHELD = "*"
NOTE = "* withheld: from 1 to 4, or it would give such a count away"

ALL = "all"


@dataclass(frozen=True, slots=True)
class Count:
    """A count of people or meetings, by the key under which it may be withheld."""

    key: Key
    value: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A value computed from counts; it is withheld with any of them."""

    value: float | None
    of: tuple[Key, ...]


Row = tuple[CellValue | Count | Figure, ...]


@dataclass(slots=True)
class WorkbookDraft:
    """Worksheets before small counts are withheld, with the equations between their counts."""

    worksheets: list[tuple[str, tuple[str, ...], list[Row]]] = field(default_factory=list)
    values: dict[Key, int] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)
    last: set[Key] = field(default_factory=set)

    def count(self, value: int | None, *key: str) -> Count:
        """A count; the same key is the same count in every worksheet."""
        if value is not None:
            self.values[key] = value
        return Count(key, value)

    def add_total(self, parts: Iterable[Key], *totals: Key, times: int = 1) -> None:
        """State that the parts add up to the sum of the totals, each taken so many times."""
        equation: dict[Key, int] = {}
        for part in parts:
            equation[part] = equation.get(part, 0) + 1
        for total in totals:
            equation[total] = equation.get(total, 0) - times
        self.equations.append(equation)

    def withhold_last(self, *counts: Count) -> None:
        """Withhold other counts before these, which the headlines quote."""
        self.last.update(count.key for count in counts)

    def add_worksheet(self, name: str, columns: str, rows: Iterable[Row]) -> None:
        """`columns`: names separated by spaces."""
        self.worksheets.append((name, tuple(columns.split()), list(rows)))

    def release(self) -> tuple[Worksheet, ...]:
        """The worksheets as anybody may read them."""
        hidden = cells_to_withhold(self.values, self.equations, last=self.last)

        def plain(cell: CellValue | Count | Figure) -> CellValue:
            if isinstance(cell, Count):
                return WITHHELD if cell.key in hidden else cell.value
            if isinstance(cell, Figure):
                if cell.value is None or hidden.isdisjoint(cell.of):
                    return None if cell.value is None else round(cell.value, 4)
                return WITHHELD
            return cell

        return tuple(
            Worksheet(name, columns, tuple(tuple(plain(cell) for cell in row) for row in rows))
            for name, columns, rows in self.worksheets
        )
