"""From the bytes of a CSV file to lines of cells, with every line number kept."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.roster.services.report import RefusedLine

# A cell of a megabyte is refused as too long with its line number, not by the csv module for the whole file.
csv.field_size_limit(2**31 - 1)

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",  # begins like UTF-16's and must be looked for first
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .xls
NEVER_IN_SPREADSHEETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
# What spreadsheets write besides Unicode; ties go to the first, so those of the region lead.
SPREADSHEET_ENCODINGS = (
    "cp1252", "cp874", "cp1258", "cp932", "gb18030", "cp949", "big5hkscs", "cp1250", "cp1251", "cp1254",
    "cp1256", "cp1257", "cp1253", "cp1255", "mac_roman",
)  # fmt: skip
DELIMITERS = ",;\t"
PROBE_BYTES = 20_000
SAMPLE_LENGTH = 100
MAX_FILE_BYTES = 40_000_000
MAX_ROWS = 20_000
MAX_LINES = 500_000  # blank ones, and those inside of cells, included
MAX_COLUMNS = 200


class UnreadableFile(BusinessError):
    code = "unreadable_file"
    status = 400


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding the file may be written in and how its first unusual line reads then."""

    encoding: str
    sample: str


class EncodingNotConfirmed(BusinessError):
    """The file is not UTF-8 or UTF-16; a person has to pick one of `guesses`, likeliest first."""

    code = "encoding_not_confirmed"
    status = 400

    def __init__(self, message: str, guesses: tuple[Guess, ...]) -> None:
        super().__init__(message)
        self.guesses = guesses


@dataclass(frozen=True, slots=True)
class CsvLine:
    """One record: the number of its first line in the file and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A file as text: its header, its lines without blank ones, and lines that could not be parsed."""

    header: tuple[str, ...]
    lines: tuple[CsvLine, ...]
    broken: tuple[RefusedLine, ...]
    encoding: str
    notes: tuple[str, ...] = ()  # what its reader has to say, in whole sentences


def read_csv(data: bytes, *, encoding: str = "", columns: frozenset[str] = frozenset()) -> CsvTable:
    """The lines of a CSV file in UTF-8, UTF-16 or the `encoding` a person confirmed.

    The delimiter (comma, semicolon or tab) is the one under which most of `columns`, compared by
    `column_key`, are found in the header. Refuses UnreadableFile (empty, a workbook, an encoding that does
    not fit, no header, no rows, a quotation mark never closed, more bytes, rows or columns than the limits)
    and EncodingNotConfirmed.
    """
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableFile(
            _("The file is larger than %(limit)s MB: split it.") % {"limit": MAX_FILE_BYTES // 1_000_000}
        )
    if data.startswith(WORKBOOKS):
        raise UnreadableFile(_("This is an Excel workbook: open it and save it as “CSV UTF-8”, then import that."))
    text, used = _decode(data, encoding)
    if not text.strip():
        raise UnreadableFile(_("The file is empty: its first line should name the columns, email and name among them."))
    delimiter, skip = _declared_delimiter(text)
    if not delimiter:
        delimiter = max(DELIMITERS, key=lambda mark: len(_header_words(text, mark) & columns))
    records = _records(text, delimiter, skip)
    header = next((record for record in records if isinstance(record, CsvLine)), None)
    if header is None:
        raise UnreadableFile(_("The first line, which should name the columns, could not be read."))
    if len(header.cells) > MAX_COLUMNS:
        raise too_many_columns()
    rows = list(islice(records, MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise too_many_rows()
    lines = tuple(row for row in rows if isinstance(row, CsvLine))
    broken = tuple(row for row in rows if isinstance(row, RefusedLine))
    if not rows:
        raise UnreadableFile(_("The file has a header but no rows below it."))
    return CsvTable(tuple(cell.strip() for cell in header.cells), lines, broken, used)


def too_many_columns() -> UnreadableFile:
    return UnreadableFile(
        _("The first line names more than %(limit)s columns: delete those that are not needed.")
        % {"limit": MAX_COLUMNS}
    )


def too_many_rows() -> UnreadableFile:
    return UnreadableFile(_("The file has more than %(limit)s rows: split it.") % {"limit": f"{MAX_ROWS:,}"})


def column_key(name: str) -> str:
    """A column's name without regard to case, spaces, punctuation and how its accents are written.

    >>> column_key(" Age class"), column_key("E-Mail")
    ('ageclass', 'email')
    """
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name)).casefold()


def _decode(data: bytes, encoding: str) -> tuple[str, str]:
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if data.startswith(mark)), "")
    if encoding:
        return _decode_as(data, encoding, marked or _unmarked_utf8(data)), encoding
    if marked or (marked := _unmarked_utf16(data)):
        try:
            return data.decode(marked).removeprefix("\ufeff"), marked
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                _(
                    "The file begins as %(encoding)s but line %(line)s is not; "
                    "it may be cut off. Save it again as “CSV UTF-8”."
                )
                % {"encoding": marked.upper(), "line": _line_of(data, error)}
            ) from None
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        line = _line_of(data, error)
    guesses = _guesses(data)
    if not guesses:
        raise UnreadableFile(
            _("Line %(line)s is not UTF-8 text and no other encoding fits: save the list as “CSV UTF-8”.")
            % {"line": line}
        )
    raise EncodingNotConfirmed(
        _("Line %(line)s is not UTF-8 text; the file looks like %(encoding)s.")
        % {"line": line, "encoding": guesses[0].encoding},
        guesses,
    )


def _decode_as(data: bytes, encoding: str, marked: str) -> str:
    """The text under an encoding a person named; refuses one that is unknown or does not fit."""
    try:
        name = codecs.lookup(encoding).name
        if name.replace("-", "_") in NEVER_IN_SPREADSHEETS:
            raise LookupError
        if marked and not name.startswith(marked):
            raise UnreadableFile(
                _("The file is written in %(encoding)s: leave --encoding out.") % {"encoding": marked.upper()}
            )
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeError:
        raise UnreadableFile(
            _("The file is not written in %(encoding)s: leave --encoding out to see what fits.")
            % {"encoding": encoding[:40]}
        ) from None
    except (LookupError, ValueError):
        raise UnreadableFile(
            _("“%(encoding)s” is not an encoding we know; cp874, cp1258 and cp1252 are common ones.")
            % {"encoding": encoding[:40]}
        ) from None


def _unmarked_utf8(data: bytes) -> str:
    """utf-8 for valid UTF-8 beyond ASCII, which other encodings do not produce by chance; else empty."""
    try:
        return "" if data.isascii() else data.decode("utf-8") and "utf-8"
    except UnicodeDecodeError:
        return ""


def _unmarked_utf16(data: bytes) -> str:
    """The UTF-16 without a byte order mark, seen in the zero bytes of ASCII column names; else empty."""
    zeros = [index for index, byte in enumerate(data[:8]) if byte == 0]
    if zeros == [1, 3, 5, 7]:
        return "utf-16-le"
    return "utf-16-be" if zeros == [0, 2, 4, 6] else ""


def _line_of(data: bytes, error: UnicodeDecodeError) -> int:
    return data.count(b"\n", 0, error.start) + 1


def _guesses(data: bytes) -> tuple[Guess, ...]:
    """Up to three encodings under which the file reads differently, likeliest first.

    Each is scored alone: given all at once, charset-normalizer stops at Japanese for a short Thai list.
    """
    unusual = [line for line in data.splitlines() if not line.isascii()]
    probe = b"\n".join(unusual)[:PROBE_BYTES]
    sample_line = max(unusual, key=lambda line: sum(byte > 127 for byte in line))
    fits = []
    for rank, encoding in enumerate(SPREADSHEET_ENCODINGS):
        match = from_bytes(probe, cp_isolation=[encoding], enable_fallback=False).best()
        if match is None:
            continue
        try:
            data.decode(encoding)
            sample = sample_line.decode(encoding)[:SAMPLE_LENGTH]
        except UnicodeError:
            continue
        if sample.replace("\t", " ").isprintable():
            odd = any("\uff61" <= letter <= "\uff9f" for letter in sample)  # half-width: mostly a misreading
            fits.append((odd, match.chaos, -match.coherence, rank, Guess(encoding, sample)))
    guesses: dict[str, Guess] = {}
    for fit in sorted(fits, key=lambda fit: fit[:4]):
        guesses.setdefault(fit[4].sample, fit[4])
    return tuple(guesses.values())[:3]


def _declared_delimiter(text: str) -> tuple[str, int]:
    """The delimiter of an Excel `sep=` line and how many lines to skip for it."""
    declared = re.match(r'"?sep=([,;\t|])"?\r?\n', text)
    return (declared.group(1), 1) if declared else ("", 0)


def _header_words(text: str, delimiter: str) -> set[str]:
    first = next(iter(csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter)), [])
    return {column_key(cell) for cell in first[:MAX_COLUMNS]}


def _records(text: str, delimiter: str, skip: int) -> Iterator[CsvLine | RefusedLine]:
    """Records that are not blank, in order; one that cannot be parsed is refused with its lines."""
    source = io.StringIO(text, newline="")
    for _skipped in range(skip):
        source.readline()
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        if reader.line_num > MAX_LINES:
            raise UnreadableFile(
                _("The file has more than %(limit)s lines: delete the blank ones, or split it.")
                % {"limit": f"{MAX_LINES:,}"}
            )
        first = reader.line_num + 1 + skip
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise UnreadableFile(
                    _("The quotation mark opened on line %(line)s is never closed, so nothing below it can be read.")
                    % {"line": first}
                ) from None
            last = reader.line_num + skip
            if last > first:
                reason = _("a quotation mark is out of place, so lines %(first)s to %(last)s were not read") % {
                    "first": first,
                    "last": last,
                }
            else:
                reason = _("a quotation mark is out of place, so the line was not read")
            yield RefusedLine(first, "", reason)
            continue
        if any(cell.strip() for cell in cells):
            yield CsvLine(first, tuple(cells))
