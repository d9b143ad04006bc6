"""Excel workbooks and pretix's orders as lists of attendees."""

from __future__ import annotations

import datetime as dt
import io
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.roster.services import workbook as reading
from backend.roster.services.csv_tables import MAX_COLUMNS, UnreadableFile
from backend.roster.services.files import read_list
from backend.roster.services.importing import import_attendees
from backend.roster.services.report import ImportReport
from backend.roster.services.workbook import READING_SECONDS
from tests.factories import NOW, make_event

PRETIX = Path(__file__).parents[3] / "fixtures" / "registrations"
ENDLESS = "20,000 rows, of 200 columns, within the first 50,000 rows, with 1,000,000 filled cells of 20,000,000 letters"


def workbook(*rows: tuple[object, ...], **others: list[tuple[object, ...]]) -> bytes:
    """A sheet of these rows, and further sheets by name."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, cells in others.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_numbers_and_days_are_texts_and_lines_keep_their_numbers() -> None:
    day = dt.date(2026, 12, 9)
    table = read_list(workbook(("email", "name", "badge"), (), ("a@example.org", 7, day), ("b@x.org", 1.5)))
    assert table.header == ("email", "name", "badge")
    assert [(line.number, line.cells) for line in table.lines] == [
        (3, ("a@example.org", "7", "2026-12-09")),
        (4, ("b@x.org", "1.5", "")),
    ]


def test_the_sheet_called_attendees_is_read_before_the_first() -> None:
    data = workbook(("notes",), ("x",), Attendees=[("email", "name"), ("a@example.org", "Ana")])
    assert read_list(data).lines[0].cells == ("a@example.org", "Ana")


def _with_part(content: bytes) -> bytes:
    file = io.BytesIO(workbook(("email", "name"), ("a@example.org", "Ana")))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04rest", "cannot be read"),
        (workbook(("email", "name"), ("a@example.org", "Ana"))[:-200], "cannot be read"),
        (_with_part(b" " * 40_000_000), "too large when unpacked"),
        (_with_part(b'<?xml version="1.0"?><!DOCTYPE x []><x/>'), "too large when unpacked"),
        (workbook(), "The file is empty"),
        (workbook(("email", "name")), "no rows below it"),
        (workbook(tuple("x" * (MAX_COLUMNS + 1)), ("a",)), ENDLESS),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_list(data)


def _with_sheet(rows: str) -> bytes:
    """A workbook of a header and one row, with these rows written as they are at its end."""
    file, made = io.BytesIO(), io.BytesIO(workbook(("email", "name"), ("a@example.org", "Ana")))
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                text = text.replace(b"</sheetData>", f"{rows}</sheetData>".encode())
            new.writestr(part.filename, text)
    return file.getvalue()


CELL = '<c r="{place}" t="inlineStr"><is><t>x</t></is></c>'


@pytest.mark.slow
@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576">' + CELL.format(place="A1048576") + "</row>",
        "<row/>" * 3_000_000,
        "".join(f'<row r="{n}">' + CELL.format(place=f"A{n}") + "</row>" for n in range(3, 20_010)),
        '<row r="3">' + CELL.format(place="XFD3") + "</row>",
        ("<row>" + "<c><v>1e300</v></c>" * 200 + "</row>") * 400,
    ],
    ids=["last row", "empty rows", "too many rows", "last column", "long texts written shortly"],
)
def test_a_small_workbook_that_spans_much_is_refused_soon_with_the_limits(rows: str) -> None:
    data, began = _with_sheet(rows), sum(os.times()[:4])
    with pytest.raises(UnreadableFile, match=ENDLESS):
        read_list(data)
    assert sum(os.times()[:4]) - began < READING_SECONDS


@pytest.mark.slow
def test_reading_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READING_SECONDS", 1)
    data = _with_sheet('<row r="3"/>' * 3_000_000)
    with pytest.raises(UnreadableFile, match="read in 1 seconds"):
        read_list(data)


def imported(event: Event, name: str) -> ImportReport:
    table = read_list((PRETIX / name).read_bytes())
    return import_attendees(event=event, table=table, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["pretix-positions.csv", "pretix-positions.xlsx"])
def test_of_a_pretix_shop_who_has_paid_is_imported_and_the_rest_is_told(name: str) -> None:
    event = make_event()
    report = imported(event, name)
    rows = Attendee.objects.filter(event=event).order_by("name")
    assert [(one.name, one.person.email, one.organisation.name, one.country) for one in rows] == [
        ("Nguyễn Thị Linh", "linh@example.org", "Bộ Thông tin", "Viet Nam"),
        ("Siti Rahma", "siti@house.example", "House of Youth", "Indonesia"),
    ]
    assert {one.age_class for one in rows} == {"unknown"}
    assert [(row.line, row.reason) for row in report.refused] == [(6, "no e-mail address")]
    assert report.notes[:2] == (
        "Orders that are “canceled”, not paid, left out: lines 4, 7.",
        "Orders that are “pending”, not paid, left out: lines 3.",
    )
    assert imported(event, name).unchanged == 2
