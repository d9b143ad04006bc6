"""From a line to a checked row: every refusal says what and what to do."""

import json
import unicodedata
from collections import Counter

import pytest
from django.conf import settings as project
from django.utils.translation import gettext, override
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.roster.services.csv_tables import CsvLine, column_key, read_csv
from backend.roster.services.headings import HEADINGS_FILE
from backend.roster.services.report import RefusedLine, refusals_csv
from backend.roster.services.rows import COLUMNS, BadColumns, ImportRow, column_positions, parse_line

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
        ("post,who", "lacks the columns email and name"),
        ("post,who", "Choose the columns that hold them, or name them so in the file"),
        ("email,name,E-Mail", "column email is there twice: keep one of email, E-Mail."),
    ],
)
def test_missing_and_repeated_columns_are_named(header: str, message: str) -> None:
    with pytest.raises(BadColumns, match=message):
        column_positions(read_csv(f"{header}\na,b,c\n".encode()))


@pytest.mark.parametrize(
    "header",
    [
        "Full name,E-mail address,Organization,Country/Territory,Job title",
        "ชื่อ-นามสกุล,อีเมล,หน่วยงาน,ประเทศ,ตำแหน่ง",
        "Họ và tên,Địa chỉ email,Cơ quan công tác,Quốc gia,Chức vụ",
        "Nama lengkap,Alamat surel,Instansi,Negara,Jabatan",
        "Nama penuh,Alamat e-mel,Pertubuhan,Negara,Jawatan",
        "Buong pangalan,Email,Organisasyon,Bansa,Posisyon",
        "Nome completo,Correio eletrónico,Instituição,País,Cargo",
        "姓名,电子邮箱,工作单位,国家/地区,职务",
        "姓名,電子郵件,機構,國家/地區,職務",
        "ឈ្មោះ,អ៊ីមែល,ស្ថាប័ន,ប្រទេស,តួនាទី",
        "အမည်,အီးမေးလ်လိပ်စာ,အဖွဲ့အစည်း,နိုင်ငံ,ရာထူး",
        "ຊື່ ແລະ ນາມສະກຸນ,ທີ່ຢູ່ອີເມວ,ອົງການ,ປະເທດ,ຕຳແໜ່ງ",
        "Naran,Enderesu e-mail,Organizasaun,Nasaun,Kargu",
        "Nama / Full name *,E-mail (work),ORGANISATION NAME,Negara (Country),Designation/Position",
        unicodedata.normalize("NFD", "Họ và tên,Thư điện tử,Tổ chức,Quốc gia,Chức danh"),
    ],
)
def test_headings_of_registration_lists_are_guessed_in_twelve_languages(header: str) -> None:
    places, extra = column_positions(read_csv(f"{header}\na,b,c,d,e\n".encode()))
    assert places == {"name": 0, "email": 1, "organisation": 2, "country": 3, "title": 4}
    assert extra == ()


@pytest.mark.parametrize("language", [language for language, _name in project.LANGUAGES])
def test_what_pages_call_a_column_is_its_heading_in_every_language(language: str) -> None:
    with override(language):
        words = [gettext(word) for word in ("E-mail address", "Name", "Organisation", "Country", "Languages")]
    places, extra = column_positions(read_csv(f"{','.join(words)}\na,b,c,d,e\n".encode()))
    given = "given_name" if language in ("th", "vi") else "name"  # whose lists have two columns of it
    assert places == {"email": 0, given: 1, "organisation": 2, "country": 3, "languages": 4}
    assert extra == ()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Email,First name,Surname", "Anna Lee"),
        ("อีเมล,ชื่อ,นามสกุล", "Anna Lee"),
        ("Email,Họ,Tên", "Anna Lee"),
        ("Email,First name,Full name", "Lee"),
        ("Email,Name,Family name", "Anna"),
    ],
)
def test_a_name_in_two_columns_is_joined_in_their_order(header: str, name: str) -> None:
    table = read_csv(f"{header}\na@example.org, Anna ,Lee\n".encode())
    places, _extra = column_positions(table)
    row = parse_line(table.lines[0], places, 3)
    assert isinstance(row, ImportRow)
    assert row.name == name


def test_what_a_heading_may_mean_twice_or_means_of_somebody_else_is_left_out() -> None:
    header = "Company,organisation,Full name,Participant,email,Guardian’s e-mail,Age,Name / Organization"
    places, extra = column_positions(read_csv(f"{header}\na,b,c,d,e,f,g,h\n".encode()))
    assert places == {"organisation": 1, "name": 2, "email": 4}
    assert extra == ("Company", "Participant", "Guardian’s e-mail", "Age", "Name / Organization")


def test_every_heading_of_the_data_file_means_one_column_of_a_list() -> None:
    columns = json.loads(HEADINGS_FILE.read_text(encoding="utf-8"))
    keys = [column_key(heading) for headings in columns.values() for heading in headings]
    assert set(columns) <= set(COLUMNS.values())
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert all(keys)
    assert not {key for key in keys if key in COLUMNS}, "is the column's own name"


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
        ({"seeks": "a\x00b"}, "seeks holds a character that cannot be kept (NUL or a bidi control): delete it"),
        ({"age_class": "17"}, "age class “17”: write adult or minor, or leave it blank for unknown"),
        ({"languages": "th;vi;id;ms;km;my;lo;fil;en;zh;ta;pt;ja"}, "13 languages; at most 12 fit"),
    ],
)
def test_a_row_that_cannot_be_kept_is_refused_with_its_line_and_reason(cells: dict[str, str], reason: str) -> None:
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
    assert isinstance(parse_line(CsvLine(3, ("a@example.org", "Dara", "", " ")), {"email": 0, "name": 1}, 2), ImportRow)


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
    written = refusals_csv([RefusedLine(2, "=cmd|' /C calc'!A0", "+1 is not"), RefusedLine(3, "a@b.c", "no name")])
    assert written.decode("utf-8-sig").splitlines() == [
        "line,email,reason",
        "2,'=cmd|' /C calc'!A0,'+1 is not",
        "3,a@b.c,no name",
    ]
