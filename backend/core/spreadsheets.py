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


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[CellValue]], *, keep_lines: bool = False) -> bytes:
    """A table as UTF-8 with a byte order mark, which spreadsheets need to read Thai or Khmer.

    With `keep_lines` a text stays on the lines it is written in.

    >>> csv_file(["who"], [["=1+1"]]).decode("utf-8-sig").split()
    ['who', "'=1+1"]
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([safe_cell(cell, keep_lines=keep_lines) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> bytes:
    """A table as an Excel workbook of one sheet of this name; its texts stay on their lines."""
    import openpyxl  # here, as it takes a fifth of the time in which Titian starts

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    for row in rows:
        sheet.append([safe_cell(cell, keep_lines=True) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def safe_cell(cell: CellValue, *, keep_lines: bool = False) -> CellValue:
    """The cell as no spreadsheet runs it as a formula."""
    if not isinstance(cell, str):
        return cell
    if not keep_lines:
        return escape_formula(cell)
    text = "\n".join(printable_text(line) for line in cell.split("\n"))
    return f"'{text}" if text.lstrip().startswith(FORMULA_PREFIXES) else text


def unescape_formula(text: str) -> str:
    """The text before `escape_formula`.

    >>> unescape_formula("'=1+1"), unescape_formula("'t is so")
    ('=1+1', "'t is so")
    """
    rest = text[1:]
    return rest if text.startswith("'") and rest.lstrip().startswith(FORMULA_PREFIXES) else text


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
