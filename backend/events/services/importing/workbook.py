"""From the bytes of an Excel workbook to lines of cells, with every row number kept."""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from backend.events.services.importing.reading import (
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    MAX_LINES,
    MAX_ROWS,
    CsvLine,
    CsvTable,
    UnreadableFile,
    too_many_columns,
    too_many_rows,
)

WORKBOOK = b"PK\x03\x04"
SHEETS = ("attendees", "order positions")  # the sheet that is read, where there is one of these names
MAX_UNPACKED_BYTES = MAX_FILE_BYTES
MAX_PARTS = 2_000


def is_workbook(data: bytes) -> bool:
    """Whether these are the bytes of an .xlsx file, or of another zip archive."""
    return data.startswith(WORKBOOK)


def read_workbook(data: bytes) -> CsvTable:
    """The lines of the sheet "attendees", or else of the first one; numbers, dates and formulas as texts.

    Of a formula the value that was last computed is read. Refuses UnreadableFile: no workbook, one that would
    unpack to more than 40 MB, no header, no rows, or more rows or columns than the limits.
    """
    import openpyxl  # here, as it takes a fifth of the time in which Titian starts

    _check_size(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that are not read
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            table = _table(book)
            book.close()
    except UnreadableFile:
        raise
    except Exception:
        raise UnreadableFile(
            _("This Excel workbook cannot be read: open it, save it as .xlsx again, then import that.")
        ) from None
    return table


def _check_size(data: bytes) -> None:
    """Refuse what would take much more memory than its own size; no part is read beyond its stated size."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            has_doctype = any(_declares_entities(archive, part) for part in parts[:MAX_PARTS])
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError):
        raise UnreadableFile(
            _("This Excel workbook cannot be read: open it, save it as .xlsx again, then import that.")
        ) from None
    unpacked = sum(part.file_size for part in parts)
    if has_doctype or len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableFile(
            _("This Excel workbook is too large when unpacked: save its sheet as “CSV UTF-8”, and split it.")
        )


def _declares_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether an XML part begins with a document type, which could multiply its own text."""
    if not part.filename.endswith((".xml", ".rels")):
        return False
    with archive.open(part) as file:
        return b"<!DOCTYPE" in file.read(1_000)


def _table(book: Any) -> CsvTable:
    by_name = {sheet.title.strip().casefold(): sheet for sheet in reversed(book.worksheets)}
    sheet = next((by_name[name] for name in SHEETS if name in by_name), book.worksheets[0])
    rows = _rows(sheet)
    number, header = next(rows, (0, ()))
    if not number:
        raise UnreadableFile(
            _("The file is empty: its first line should name the columns, email and name among them.")
        )
    if len(header) > MAX_COLUMNS:
        raise too_many_columns()
    found = list(islice(rows, MAX_ROWS + 1))
    if len(found) > MAX_ROWS:
        raise too_many_rows()
    if not found:
        raise UnreadableFile(_("The file has a header but no rows below it."))
    lines = (CsvLine(number, (*cells, *[""] * (len(header) - len(cells)))) for number, cells in found)
    return CsvTable(tuple(cell.strip() for cell in header), tuple(lines), (), "xlsx")


def _rows(sheet: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows that are not blank, each with its number and without blank cells at its end."""
    sheet.reset_dimensions()  # what a file states of its size is not believed
    for number, values in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True), start=1):
        if number > MAX_LINES:
            raise too_many_rows()
        cells = _texts(values)
        if cells:
            yield number, cells


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
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
