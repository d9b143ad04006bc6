"""Rows of a workbook, as the process that reads it gives them, and the limits that end it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import replace

import openpyxl
import pytest

from backend.core.sandbox import TooLarge
from backend.core.workbooks import Limits, _rows

ROOMY = Limits(rows=9, lines=9, columns=9, cells=99, letters=999, seconds=1)


def read(rows: Sequence[Sequence[object]], limits: Limits = ROOMY) -> list[tuple[int, tuple[str, ...]]]:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return list(_rows(openpyxl.load_workbook(file, read_only=True, data_only=True).active, limits))


def test_cells_are_read_as_a_person_reads_them_and_blank_ones_at_the_end_are_left_out() -> None:
    day, hour = (dt.datetime.fromisoformat(text) for text in ("2026-12-09", "2026-12-09T10:30"))
    assert read([["Mali", None, 12.0, 1.5, day, hour, True, " "], [None], [" "], ["x"]]) == [
        (1, ("Mali", "", "12", "1.5", "2026-12-09", "2026-12-09 10:30", "True")),
        (4, ("x",)),
    ]


@pytest.mark.parametrize("limit", [{"rows": 2}, {"lines": 2}, {"columns": 1}, {"cells": 5}, {"letters": 11}], ids=str)
def test_a_workbook_beyond_any_one_limit_is_too_large(limit: dict[str, int]) -> None:
    rows = [["ab", "cd"]] * 3
    assert len(read(rows, replace(ROOMY, rows=3, lines=3, columns=2, cells=6, letters=12))) == 3
    with pytest.raises(TooLarge):
        read(rows, replace(ROOMY, **limit))
