"""From bytes to a table: encodings, delimiters, quotes, line numbers."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.errors import BusinessError
from backend.roster.services.csv_tables import (
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    MAX_LINES,
    MAX_ROWS,
    CsvTable,
    EncodingNotConfirmed,
    UnreadableFile,
    read_csv,
)
from backend.roster.services.rows import COLUMNS

THAI = "email,name,organisation\na@example.org,สมชาย ใจดี,กระทรวงดิจิทัลเพื่อเศรษฐกิจและสังคม\n"


def read(data: bytes, encoding: str = "") -> CsvTable:
    return read_csv(data, encoding=encoding, columns=frozenset(COLUMNS))


def cells(table: CsvTable) -> list[tuple[str, ...]]:
    return [line.cells for line in table.lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"], ids=str)
def test_unicode_files_are_read_without_asking(encoding: str) -> None:
    table = read(THAI.encode(encoding))
    assert table.header == ("email", "name", "organisation")
    assert cells(table) == [("a@example.org", "สมชาย ใจดี", "กระทรวงดิจิทัลเพื่อเศรษฐกิจและสังคม")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_from_the_column_names(delimiter: str) -> None:
    text = delimiter.join(["E-Mail", "Name"]) + "\n" + delimiter.join(["a@example.org", '"Dara, or; so\tShe"'])
    assert cells(read(text.encode())) == [("a@example.org", "Dara, or; so\tShe")]


def test_excels_own_line_about_the_delimiter_is_obeyed_and_line_numbers_still_count_it() -> None:
    table = read(b"sep=;\r\nemail;name\r\na@example.org;Dara\r\n")
    assert [(line.number, line.cells) for line in table.lines] == [(3, ("a@example.org", "Dara"))]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_numbers_are_those_of_the_file_across_blank_lines_and_cells_of_many_lines(newline: str) -> None:
    lines = ["email,name,about", "", 'a@example.org,Dara,"one', 'two"', ",,", "b@example.org,Siti,x"]
    table = read(newline.join(lines).encode())
    assert [line.number for line in table.lines] == [3, 6]
    assert table.lines[0].cells[2] == f"one{newline}two"


def test_another_encoding_is_guessed_shown_and_never_taken_silently() -> None:
    with pytest.raises(EncodingNotConfirmed) as refusal:
        read(THAI.encode("cp874"))
    best = refusal.value.guesses[0]
    assert best.encoding == "cp874"
    assert "สมชาย ใจดี" in best.sample
    assert "Line 2 is not UTF-8" in refusal.value.message


def test_western_excel_is_guessed_as_cp1252_where_several_fit() -> None:
    with pytest.raises(EncodingNotConfirmed) as refusal:
        read("email,name\na@example.org,José Núñez São Tomé Größe\n".encode("cp1252"))
    assert refusal.value.guesses[0].encoding == "cp1252"
    assert len({guess.sample for guess in refusal.value.guesses}) == len(refusal.value.guesses)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("สมชาย", "cp874"),
        ("Nguyê\u0303n Thị Hô\u0300ng Nhung", "cp1258"),
        ("山田太郎,総務省", "cp932"),
        ("Иванов Пётр Сергеевич, министерство", "cp1251"),
    ],
)
def test_the_true_encoding_of_a_short_list_is_among_the_samples(text: str, encoding: str) -> None:
    written = text.replace("ị", "i\u0323") if encoding == "cp1258" else text
    with pytest.raises(EncodingNotConfirmed) as refusal:
        read(f"email,name\na@example.org,{written}\n".encode(encoding))
    samples = {guess.encoding: guess.sample for guess in refusal.value.guesses}
    assert written in samples[encoding]


def test_a_confirmed_encoding_is_used() -> None:
    assert cells(read(THAI.encode("cp874"), "cp874"))[0][1] == "สมชาย ใจดี"
    vietnamese = unicodedata.normalize("NFD", "email,name\na@example.org,Bùi Thị Ngọc\n")
    written = vietnamese.replace("u\u0300", "ù").encode("cp1258")
    assert unicodedata.normalize("NFC", cells(read(written, "cp1258"))[0][1]) == "Bùi Thị Ngọc"


@pytest.mark.parametrize("name", ["klingon", "base64", "unicode_escape", "idna", "a\x00b", "x" * 500])
def test_an_encoding_that_is_none_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(UnreadableFile, match="is not an encoding we know"):
        read(THAI.encode("cp874"), name)


@pytest.mark.parametrize("name", ["utf-8", "ascii", "utf-16"])
def test_an_encoding_that_does_not_fit_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(UnreadableFile, match=f"is not written in {name}"):
        read(THAI.encode("cp874") + b"\xa1" * (len(THAI) % 2 + 1), name)


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("named", ["cp1252", "cp1258", "utf-16"])
def test_a_utf8_file_is_not_read_as_anything_else(written: str, named: str) -> None:
    with pytest.raises(UnreadableFile, match="The file is written in UTF-8: leave --encoding out"):
        read(THAI.encode(written), named)


def test_a_utf8_file_may_be_named_so() -> None:
    assert read(THAI.encode("utf-8"), "UTF8").lines == read(THAI.encode("utf-8-sig"), "utf-8-sig").lines


def test_a_file_cut_off_in_the_middle_of_a_letter_names_the_line() -> None:
    with pytest.raises(UnreadableFile, match="line 2 is not; it may be cut off"):
        read(THAI.encode("utf-8-sig")[:-2])


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \r\n\t\n", "\ufeff".encode("utf-16-le")])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match="file is empty"):
        read(data)


def test_a_header_alone_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="no rows"):
        read(b"email,name\r\n,,\r\n\r\n")


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_workbook_gets_one_sentence(start: bytes) -> None:
    with pytest.raises(UnreadableFile, match="save it as “CSV UTF-8”"):
        read(start + bytes(range(256)))


def test_a_quotation_mark_never_closed_refuses_the_file_and_names_its_line() -> None:
    with pytest.raises(UnreadableFile, match="opened on line 3 is never closed"):
        read(b'email,name\na@example.org,A\nb@example.org,"B\nc@example.org,C\n')


def test_a_quotation_mark_out_of_place_refuses_its_lines_and_no_others() -> None:
    table = read(b'email,name\na@example.org,"A"x\nb@example.org,"B\nB" y\nc@example.org,C\n')
    assert [(row.line, row.reason) for row in table.broken] == [
        (2, "a quotation mark is out of place, so the line was not read"),
        (3, "a quotation mark is out of place, so lines 3 to 4 were not read"),
    ]
    assert cells(table) == [("c@example.org", "C")]


def test_a_cell_of_a_megabyte_is_read_whole() -> None:
    table = read(b"email,name,about\na@example.org,A," + b"x" * 1_000_000 + b"\nb@example.org,B,y\n")
    assert [len(line.cells[2]) for line in table.lines] == [1_000_000, 1]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=400),
        st.binary(max_size=200).map(lambda tail: b"email,name\n" + tail),
        st.text(max_size=200).map(lambda tail: b"\xef\xbb\xbfemail;name\n" + tail.encode("utf-8", "replace")),
    ),
    encoding=st.sampled_from(["", "", "utf-8", "cp874", "utf-16", "utf_7", "cp1252"]),
)
def test_any_bytes_give_a_table_or_one_clear_refusal(data: bytes, encoding: str) -> None:
    message = ""
    try:
        found = len((table := read(data, encoding)).lines) + len(table.broken)
    except BusinessError as refusal:
        found, message = 0, refusal.message
    assert bool(found) != bool(message)
    assert len(message) < 300


def test_a_file_of_too_many_rows_is_refused_once_the_limit_is_passed() -> None:
    row = b"a@example.org,Ana\n"
    assert len(read(b"email,name\n" + row * MAX_ROWS).lines) == MAX_ROWS
    with pytest.raises(UnreadableFile, match="more than 20,000 rows"):
        read(b"email,name\n" + row * (MAX_ROWS + 1) + b'"never closed')
    with pytest.raises(UnreadableFile, match="more than 20,000 rows"):
        read(b"email,name\n" + b'a"b"c,"x"y\n' * (MAX_ROWS + 1))


def test_a_file_of_too_many_blank_lines_is_refused() -> None:
    with pytest.raises(UnreadableFile, match=f"more than {MAX_LINES:,} lines"):
        read(b"email,name\n" + b"\n" * MAX_LINES)


def test_a_file_of_too_many_columns_is_refused() -> None:
    assert len(read(b",".join([b"x"] * MAX_COLUMNS) + b"\nrow\n").header) == MAX_COLUMNS
    with pytest.raises(UnreadableFile, match="more than 200 columns"):
        read(b"x," * 1_000_000 + b"\nrow\n")


def test_a_file_of_too_many_bytes_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(UnreadableFile, match="larger than 40 MB"):
        read(b"\xff" * (MAX_FILE_BYTES + 1))
