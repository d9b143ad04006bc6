"""Reads an Excel workbook in a process of its own: the rows that are not blank with their numbers."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from backend.core.sandbox import TooLarge, answer_apart, read_apart


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to `rows` that are not blank, within the first `lines`, of `columns`; in all `cells`, `letters`."""

    rows: int
    lines: int
    columns: int
    cells: int
    letters: int  # a text that the file holds once may stand in every cell
    seconds: int


def read_rows(data: bytes, sheets: Sequence[str], limits: Limits) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of the first of these sheets, else of the first sheet, each with its number.

    Refuses TooLarge and Unreadable.
    """
    wanted = {"sheets": list(sheets), "limits": asdict(limits)}
    found = read_apart("backend.core.workbooks", data, wanted, seconds=limits.seconds)
    return [(number, tuple(cells)) for number, cells in found]


def _read(data: bytes, wanted: dict[str, Any]) -> list[tuple[int, tuple[str, ...]]]:
    import openpyxl  # big, and for this process alone

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    by_name = {sheet.title.strip().casefold(): sheet for sheet in reversed(book.worksheets)}
    sheet = next((by_name[name] for name in wanted["sheets"] if name in by_name), book.worksheets[0])
    return list(_rows(sheet, Limits(**wanted["limits"])))


def _rows(sheet: Any, limits: Limits) -> Iterator[tuple[int, tuple[str, ...]]]:
    sheet.reset_dimensions()  # what a file states of its size is not believed
    cells = rows = letters = 0
    values = sheet.iter_rows(max_row=limits.lines + 1, values_only=True)
    for number, row in enumerate(values, start=1):
        found = _texts(row) if any(value is not None for value in row) else ()
        cells, rows, letters = cells + len(found), rows + bool(found), letters + sum(map(len, found))
        if number > limits.lines or rows > limits.rows or len(found) > limits.columns:
            raise TooLarge
        if cells > limits.cells or letters > limits.letters:
            raise TooLarge
        if found:
            yield number, found


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    """The cells as texts, without blank ones at the end."""
    cells = [_text(value) for value in values]
    while cells and not cells[-1].strip():
        cells.pop()
    return tuple(cells)


def _text(value: Any) -> str:
    """A cell as a person reads it: 12 and not 12.0, a day without an hour where it has none."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    return str(value)


if __name__ == "__main__":
    answer_apart(_read)
