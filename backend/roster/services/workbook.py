"""From the bytes of an Excel workbook to lines of cells, with every row number kept."""

from __future__ import annotations

import io
import zipfile

from django.utils.translation import gettext as _

from backend.core.sandbox import TooLarge, Unreadable
from backend.core.workbooks import Limits, read_rows
from backend.roster.services.csv_tables import MAX_COLUMNS, MAX_FILE_BYTES, MAX_ROWS, CsvLine, CsvTable, UnreadableFile

WORKBOOK = b"PK\x03\x04"
SHEETS = ("attendees", "order positions")  # the sheet that is read, where there is one of these names
MAX_UNPACKED_BYTES = MAX_FILE_BYTES
MAX_PARTS = 2_000
MAX_LINES = 50_000  # blank rows included
MAX_CELLS = 1_000_000
MAX_LETTERS = 20_000_000  # of all cells: what is read takes memory outside of the process that ends
READING_SECONDS = 20  # of a processor


def is_workbook(data: bytes) -> bool:
    """Whether these are the bytes of an .xlsx file, or of another zip archive."""
    return data.startswith(WORKBOOK)


def read_workbook(data: bytes) -> CsvTable:
    """The lines of the sheet "attendees", or else of the first one; numbers, dates and formulas as texts.

    Of a formula the value that was last computed is read. Refuses UnreadableFile: no workbook, one that would
    unpack to more than 40 MB, no header, no rows, or one beyond the limits, which the refusal states.
    """
    _check_size(data)
    limits = Limits(MAX_ROWS + 1, MAX_LINES, MAX_COLUMNS, MAX_CELLS, MAX_LETTERS, READING_SECONDS)
    try:
        rows = read_rows(data, SHEETS, limits)
    except Unreadable:
        raise UnreadableFile(
            _("This Excel workbook cannot be read: open it, save it as .xlsx again, then import that.")
        ) from None
    except TooLarge:
        raise UnreadableFile(
            _(
                "This Excel workbook is too large. A list has at most %(rows)s rows, of %(columns)s columns, "
                "within the first %(lines)s rows, with %(cells)s filled cells of %(letters)s letters, and "
                "is read in %(seconds)s seconds: copy the list alone into a new workbook, or split it."
            )
            % {
                "rows": f"{MAX_ROWS:,}",
                "columns": MAX_COLUMNS,
                "lines": f"{MAX_LINES:,}",
                "cells": f"{MAX_CELLS:,}",
                "letters": f"{MAX_LETTERS:,}",
                "seconds": READING_SECONDS,
            }
        ) from None
    if not rows:
        raise UnreadableFile(_("The file is empty: its first line should name the columns, email and name among them."))
    (_number, header), *found = rows
    if not found:
        raise UnreadableFile(_("The file has a header but no rows below it."))
    lines = (CsvLine(number, (*cells, *[""] * (len(header) - len(cells)))) for number, cells in found)
    return CsvTable(tuple(cell.strip() for cell in header), tuple(lines), (), "xlsx")


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
