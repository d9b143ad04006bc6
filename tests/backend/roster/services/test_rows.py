"""From a line to a checked row: every refusal says what and what to do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.roster.services.csv_tables import CsvLine, read_csv
from backend.roster.services.report import RefusedLine, refusals_csv
from backend.roster.services.rows import (
    COLUMNS,
    BadColumns,
    ImportRow,
    column_positions,
    parse_line,
)

PLACES = {name: place for place, name in enumerate(dict.fromkeys(COLUMNS.values()))}


def checked(**cells: str) -> ImportRow | RefusedLine:
    given = {"email": "a@example.org", "name": "Dara"} | cells
    line = CsvLine(7, tuple(given.get(name, "") for name in PLACES))
    return parse_line(line, PLACES, len(PLACES))


def test_column_names_count_without_case_spaces_and_punctuation_in_any_order() -> None:
    table = read_csv(b"NAME , E-mail,Age Class,Shoe size,topics seek,Organization\nx,y,,,,")
    places, extra = column_positions(table)
    assert places == {"name": 0, "email": 1, "age_class": 2, "topics_seek": 4, "organisation": 5}
    assert extra == ("Shoe size",)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("email,organisation", "lacks the column name; its first line names: email, organisation."),
        ("mail,who", "lacks the columns email and name"),
        ("email,name,E-Mail", "column email is there twice"),
    ],
)
def test_missing_and_repeated_columns_are_named(header: str, message: str) -> None:
    with pytest.raises(BadColumns, match=message):
        column_positions(read_csv(f"{header}\na,b,c\n".encode()))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"email": ""}, "no e-mail address"),
        ({"email": "dara at example.org"}, "“dara at example.org” is not an e-mail address"),
        ({"email": "Dara <dara@example.org>"}, "“Dara <dara@example.org>” is not an e-mail address"),
        ({"email": '"a b"@example.org'}, "is not an e-mail address"),
        ({"email": "x" * 1_000_000 + "@example.org"}, "email has 1,000,012 characters; at most 254 fit"),
        ({"name": " \t"}, "no name"),
        ({"name": "n" * 201}, "name has 201 characters; at most 200 fit"),
        ({"about": "a" * 4_001}, "about has 4,001 characters; at most 4,000 fit"),
        (
            {"seeks": "a\x00b"},
            "seeks holds a character that cannot be kept (NUL or a bidi control): delete it",
        ),
        ({"age_class": "17"}, "age class “17”: write adult or minor, or leave it blank for unknown"),
        ({"languages": "th;vi;id;ms;km;my;lo;fil;en;zh;ta;pt;ja"}, "13 languages; at most 12 fit"),
    ],
)
def test_a_row_that_cannot_be_kept_is_refused_with_its_line_and_reason(
    cells: dict[str, str], reason: str
) -> None:
    refusal = checked(**cells)
    assert isinstance(refusal, RefusedLine)
    assert refusal.line == 7
    assert reason in refusal.reason
    assert len(refusal.reason) < 200


@pytest.mark.parametrize("cells", [("a@example.org",), ("a@example.org", "Dara", "x")])
def test_a_ragged_row_is_refused(cells: tuple[str, ...]) -> None:
    refusal = parse_line(CsvLine(3, cells), {"email": 0, "name": 1}, 2)
    assert isinstance(refusal, RefusedLine)
    assert refusal.reason.endswith("where the first line names 2 columns")


def test_blank_cells_past_the_header_do_no_harm() -> None:
    assert isinstance(
        parse_line(CsvLine(3, ("a@example.org", "Dara", "", " ")), {"email": 0, "name": 1}, 2), ImportRow
    )


def test_texts_are_trimmed_composed_and_names_are_one_line() -> None:
    row = checked(name="  Bu\u0300i\n Thi\u0323  Ngo\u0323c ", about=" one\r\n\r\ntwo ", age_class=" ADULT ")
    assert isinstance(row, ImportRow)
    assert (row.name, row.about, row.age_class) == ("Bùi Thị Ngọc", "one\n\ntwo", "adult")


@pytest.mark.parametrize("number", ["0", "00", "-1", "1.5", "9" * 19])
def test_a_number_that_no_attendee_has_is_refused(number: str) -> None:
    line = CsvLine(2, (number, "", ""))
    refused = parse_line(line, {"id": 0, "email": 1, "name": 2}, 3)
    assert isinstance(refused, RefusedLine)
    assert number in refused.reason


@settings(max_examples=200, deadline=None)
@given(cells=st.lists(st.text(max_size=60), min_size=len(PLACES), max_size=len(PLACES)), fit=st.booleans())
def test_any_cells_give_a_row_that_can_be_kept_or_a_reason(cells: list[str], fit: bool) -> None:
    if fit:
        cells[:2] = ["a@example.org", "Dara"]
        cells[PLACES["age_class"]] = ""
    row = parse_line(CsvLine(2, tuple(cells)), PLACES, len(PLACES))
    if isinstance(row, RefusedLine):
        assert row.reason
    else:
        texts = (row.name, row.organisation, row.country, row.title, row.about, row.seeks, row.offers)
        assert all("\x00" not in text and text.encode() == text.encode("utf-8", "strict") for text in texts)
        assert row.name or row.attendee_id
        assert "\n" not in row.organisation


def test_the_report_of_refused_rows_runs_no_formula_in_a_spreadsheet() -> None:
    written = refusals_csv(
        [RefusedLine(2, "=cmd|' /C calc'!A0", "+1 is not"), RefusedLine(3, "a@b.c", "no name")]
    )
    assert written.decode("utf-8-sig").splitlines() == [
        "line,email,reason",
        "2,'=cmd|' /C calc'!A0,'+1 is not",
        "3,a@b.c,no name",
    ]
