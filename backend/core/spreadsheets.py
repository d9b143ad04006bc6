"""Worksheets and CSV whose cells are safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CellValue = str | int | float | None
FORMULA_PREFIXES = tuple("=+-@＝＋－＠")  # the full-width ones count in East Asian locales


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One table of a workbook, under a short name; the first columns of a row are its key."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]

    def row(self, *key: str) -> dict[str, CellValue]:
        """The row that begins with this key, by column; empty where there is none.

        >>> Worksheet("people", ("name", "age"), (("Mali", 31),)).row("Mali")
        {'name': 'Mali', 'age': 31}
        """
        found = (row for row in self.rows if row[: len(key)] == key)
        return dict(zip(self.columns, next(found, ()), strict=False))


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> bytes:
    """A table as UTF-8 with a byte order mark, which spreadsheets need to read Thai or Khmer.

    >>> csv_file(["who"], [["=1+1"]]).decode("utf-8-sig").split()
    ['who', "'=1+1"]
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def safe_cell(cell: CellValue) -> CellValue:
    """The cell as no spreadsheet runs it as a formula."""
    return escape_formula(cell) if isinstance(cell, str) else cell


def escape_formula(text: str) -> str:
    """The text; what a spreadsheet would run as a formula gets an apostrophe in front.

    >>> escape_formula(" =1+1"), escape_formula("＠SUM(1)"), escape_formula("A=1")
    ("' =1+1", "'＠SUM(1)", 'A=1')
    """
    clean = printable_text(text)
    return f"'{clean}" if clean.lstrip().startswith(FORMULA_PREFIXES) else clean


def printable_text(text: str) -> str:
    """The text without control characters, which neither XML nor a workbook can hold."""
    return "".join(letter for letter in text if letter.isprintable())
