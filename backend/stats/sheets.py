"""Tables that leave the desk: counts and what is made of them, with small counts withheld."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend.core.spreadsheets import Plain
from backend.stats.suppression import Equation, Key, withheld

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
    """Something computed from counts; it is withheld with any of them."""

    value: float | None
    of: tuple[Key, ...]


Row = tuple[Plain | Count | Figure, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table under a short name."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Plain, ...], ...]

    def row(self, *key: str) -> dict[str, Plain]:
        """The row that begins with this key, by column; nothing where there is none."""
        found = (row for row in self.rows if row[: len(key)] == key)
        return dict(zip(self.columns, next(found, ()), strict=False))


@dataclass(slots=True)
class Draft:
    """Tables in the making, and how their counts hang together."""

    sheets: list[tuple[str, tuple[str, ...], list[Row]]] = field(default_factory=list)
    values: dict[Key, int] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)
    last: set[Key] = field(default_factory=set)

    def count(self, value: int | None, *key: str) -> Count:
        """A count; the same key is the same count wherever it stands."""
        if value is not None:
            self.values[key] = value
        return Count(key, value)

    def total(self, parts: Iterable[Key], *totals: Key, times: int = 1) -> None:
        """The parts add up to the totals together, each taken so many times."""
        equation: dict[Key, int] = {}
        for part in parts:
            equation[part] = equation.get(part, 0) + 1
        for total in totals:
            equation[total] = equation.get(total, 0) - times
        self.equations.append(equation)

    def keep(self, *counts: Count) -> None:
        """Withhold other counts before these, on which the first sentences of the desk stand."""
        self.last.update(count.key for count in counts)

    def sheet(self, name: str, columns: str, rows: Iterable[Row]) -> None:
        self.sheets.append((name, tuple(columns.split()), list(rows)))

    def release(self) -> tuple[Sheet, ...]:
        """The tables as anybody may read them."""
        hidden = withheld(self.values, self.equations, last=self.last)

        def plain(cell: Plain | Count | Figure) -> Plain:
            if isinstance(cell, Count):
                return WITHHELD if cell.key in hidden else cell.value
            if isinstance(cell, Figure):
                if cell.value is None or hidden.isdisjoint(cell.of):
                    return None if cell.value is None else round(cell.value, 4)
                return WITHHELD
            return cell

        return tuple(
            Sheet(name, columns, tuple(tuple(plain(cell) for cell in row) for row in rows))
            for name, columns, rows in self.sheets
        )
