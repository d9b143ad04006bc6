"""From an organiser's list of attendees to rows in the database.

`reading` turns bytes into lines of cells, `rows` a line into a checked row, `attendees` rows into attendees.
"""

from backend.events.services.importing.attendees import import_attendees
from backend.events.services.importing.files import read_list
from backend.events.services.importing.reading import (
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    MAX_LINES,
    MAX_ROWS,
    CsvLine,
    CsvTable,
    EncodingNotConfirmed,
    UnreadableFile,
    read_csv,
)
from backend.events.services.importing.report import ImportReport, RefusedLine, refusals_csv
from backend.events.services.importing.rows import COLUMNS, WITHHELD, BadColumns, normalise_text

__all__ = [
    "COLUMNS",
    "MAX_COLUMNS",
    "MAX_FILE_BYTES",
    "MAX_LINES",
    "MAX_ROWS",
    "WITHHELD",
    "BadColumns",
    "CsvLine",
    "CsvTable",
    "EncodingNotConfirmed",
    "ImportReport",
    "RefusedLine",
    "UnreadableFile",
    "import_attendees",
    "normalise_text",
    "read_csv",
    "read_list",
    "refusals_csv",
]
