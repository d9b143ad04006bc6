"""Reads an Excel workbook in a process of its own, which ends when it takes too long or too much memory.

`python -m backend.core.workbooks` reads the workbook from its input and writes JSON: the rows that are not
blank with their numbers, or the limit that it is beyond. Nothing of Django, of settings or of the database is
there: the file may be hostile.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import resource
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1_500_000_000
PROCESSOR_TO_CLOCK = 6  # on a busy machine a process waits for the processor
FOLDER = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to `rows` that are not blank, within the first `lines`, of `columns`; in all `cells`, `letters`."""

    rows: int
    lines: int
    columns: int
    cells: int
    letters: int  # a text that the file holds once may stand in every cell
    seconds: int


class TooLarge(Exception):
    """The workbook is beyond one of the limits, the seconds among them."""


class NoWorkbook(Exception):
    """These are not the bytes of a workbook that can be read."""


def read_rows(data: bytes, sheets: Sequence[str], limits: Limits) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of the first of these sheets, else of the first sheet, each with its number.

    Refuses TooLarge and NoWorkbook.
    """
    wanted = json.dumps({"sheets": list(sheets), "limits": asdict(limits)})
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "backend.core.workbooks", wanted],
            cwd=FOLDER,
            env={"OPENBLAS_NUM_THREADS": "1"},
            input=data,
            capture_output=True,
            timeout=limits.seconds * PROCESSOR_TO_CLOCK,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooLarge from None
    if done.returncode < 0:  # ended for its limits
        raise TooLarge
    found: Any = json.loads(done.stdout) if done.returncode == 0 else "unreadable"
    if found == "large":
        raise TooLarge
    if found == "unreadable":
        raise NoWorkbook
    return [(number, tuple(cells)) for number, cells in found]


def _main() -> None:
    import openpyxl  # big, and for this process alone

    wanted = json.loads(sys.argv[1])
    limits = Limits(**wanted["limits"])
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        warnings.simplefilter("ignore")  # about styles and extensions that are not read
        file = io.BytesIO(sys.stdin.buffer.read())
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        by_name = {sheet.title.strip().casefold(): sheet for sheet in reversed(book.worksheets)}
        sheet = next((by_name[name] for name in wanted["sheets"] if name in by_name), book.worksheets[0])
        found: object = list(_rows(sheet, limits))
    except (TooLarge, MemoryError):
        found = "large"
    except Exception:
        found = "unreadable"
    json.dump(found, sys.stdout)


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
    _main()
