"""From the bytes of a file to the lines of a list of attendees, whatever program wrote it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backend.roster.services.csv_tables import MAX_FILE_BYTES, CsvTable, UnreadableFile, read_csv
from backend.roster.services.headings import known_headings
from backend.roster.services.orders import attendees_of_orders, is_order_list
from backend.roster.services.rows import COLUMNS
from backend.roster.services.workbook import is_workbook, read_workbook


def read_list(data: bytes, *, encoding: str = "") -> CsvTable:
    """The lines of a CSV file or an Excel workbook, of pretix's order positions those that are paid.

    Refuses what `read_csv` and `read_workbook` refuse.
    """
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableFile(
            _("The file is larger than %(limit)s MB: split it.") % {"limit": MAX_FILE_BYTES // 1_000_000}
        )
    known = frozenset(COLUMNS)
    if is_workbook(data):
        table = read_workbook(data)
    else:
        table = read_csv(data, encoding=encoding, columns=known | known_headings().keys())
    return attendees_of_orders(table, known) if is_order_list(table) else table
