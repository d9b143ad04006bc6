"""What is wrong in a translation is found, and a language is offered only when it is whole for attendees."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polib
import pytest
from django.core.management import CommandError, call_command
from django.utils.formats import date_format, number_format
from django.utils.translation import override

from backend.config.catalogue import catalogue_of
from backend.config.languages import ROOT, TEMPLATE, TRANSLATED, lines_of, offered_languages
from backend.config.management.commands import check_messages
from backend.config.message_checks import (
    ORGANISERS,
    attendees_part,
    catalogue_state,
    faults_of,
    glossary_of,
    is_long,
    terms_not_used,
)
from backend.events.rules.agreements import current_agreement

THAI, INDONESIAN, FILIPINO, PORTUGUESE = (
    next(language for language in TRANSLATED if language.code == code) for code in ("th", "id", "fil", "pt")
)


def entry(msgid: str, *forms: str, plural: str = "", files: tuple[str, ...] = ()) -> polib.POEntry:
    return polib.POEntry(
        msgid=msgid,
        msgid_plural=plural,
        msgstr="" if plural else forms[0],
        msgstr_plural=dict(enumerate(forms)) if plural else {},
        occurrences=[(file, "") for file in files],
    )


@pytest.mark.parametrize(
    ("message", "language", "fault"),
    [
        (entry("Meet %(name)s", "พบ"), THAI, "placeholders"),
        (entry("Dear {name},", "เรียน {nama},"), THAI, "placeholders"),
        (entry("Open <a>it</a>", "เปิด"), THAI, "tags"),
        (entry(" at ten", "สิบ"), THAI, "spaces at its ends"),
        (entry("One\n", "หนึ่ง"), THAI, "spaces at its ends"),
        (entry("Ten", "๑๐"), THAI, "digits"),
        (entry("Save", "บัน\ufeffทึก"), THAI, "nobody sees"),
        (entry("Save", "Sim\u200bpan"), INDONESIAN, "nobody sees"),
        (entry("Save the whole list", "Save the whole list"), INDONESIAN, "English"),
        (entry("%(n)s day", "%(n)s araw", "", plural="%(n)s days"), FILIPINO, "plural form"),
        (entry("%(n)s day", "isang araw", "mga araw", plural="%(n)s days"), FILIPINO, "placeholders"),
        (entry("Cafe", "cafe\u0301"), PORTUGUESE, "normalised"),
    ],
)
def test_a_fault_is_found(message, language, fault):
    found = list(faults_of(message, language))
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    ("message", "language"),
    [
        (entry("Meet %(name)s at %(time)s", "เวลา %(time)s พบ %(name)s"), THAI),
        (entry("Save", "บัน\u200bทึก"), THAI),
        (entry("Save", ""), THAI),
        (entry("PDF", "PDF"), INDONESIAN),
        (entry("%(n)s day", "isang araw", "%(n)s araw", plural="%(n)s days"), FILIPINO),
        (entry("%(n)s day", "%(n)s วัน", plural="%(n)s days"), THAI),
        (entry("<b>Now</b>\n", "<b>ตอนนี้</b>\n"), THAI),
    ],
)
def test_what_is_right_has_no_fault(message, language):
    assert list(faults_of(message, language)) == []


def test_a_text_that_may_stay_english_is_no_fault():
    same = entry("Titian Forum Service Desk", "Titian Forum Service Desk")
    assert list(faults_of(same, INDONESIAN, {"Titian Forum Service Desk"})) == []


def test_long_translations_are_listed_by_the_places_they_take():
    assert is_long(entry("Open the whole list", "Buka seluruh daftar yang ada di halaman ini"))
    assert not is_long(entry("Open", "Membukakannya"))
    assert not is_long(entry("Open the whole list", "เปิดรายการทั้งหมดนี้นี้นี้นี้นี้"))  # marks stand above and below


def test_the_glossary_names_words_by_language_and_what_is_worded_otherwise_is_told(tmp_path: Path):
    path = tmp_path / "glossary.csv"
    path.write_text("term,meaning,th,id\nreport (to the lead),what one tells,รายงาน|แจ้งเหตุ,laporan\nforum,,,forum\n")
    words = glossary_of(THAI, path)
    assert words == {"report": ("รายงาน", "แจ้งเหตุ")}
    assert glossary_of(PORTUGUESE, path) == {}
    assert list(terms_not_used(entry("Read the reports", "อ่าน"), words)) == ["report"]
    assert list(terms_not_used(entry("Read the reports", "อ่านรายงาน"), words)) == []
    assert list(terms_not_used(entry("The reporter", "ผู้แจ้ง"), words)) == []


def test_a_text_that_also_attendees_read_is_of_their_part(tmp_path: Path):
    template = polib.POFile()
    template.append(entry("Desk", "", files=("frontend/templates/stats/desk.html",)))
    template.append(entry("Save", "", files=("frontend/templates/stats/desk.html", "frontend/fields.py")))
    assert attendees_part(template) == {("Save", "")}
    path = tmp_path / "th" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.metadata = {"Plural-Forms": THAI.plural_forms}
    catalogue.append(entry("Desk", "โต๊ะ"))
    catalogue.append(entry("Save", ""))
    catalogue.save(str(path))
    state = catalogue_state(THAI, {("Save", "")}, tmp_path)
    assert (state.total, state.translated, state.missing_for_attendees) == (2, 1, ("Save",))


def test_each_file_of_the_organisers_part_exists():
    gone = [line for line in lines_of(ORGANISERS) if not list(ROOT.glob(f"{line}*"))]
    assert gone == []


def test_each_language_that_is_offered_is_whole_for_attendees():
    attendees = attendees_part(polib.pofile(str(TEMPLATE)))
    for language in offered_languages()[1:]:
        assert catalogue_state(language, attendees).missing_for_attendees == (), language.code


def test_no_catalogue_has_a_fault():
    call_command("check_messages")


def test_a_language_offered_too_early_stops_the_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    template = polib.POFile()
    template.append(entry("A text that nobody translated yet", "", files=("frontend/fields.py",)))
    template.save(str(tmp_path / "django.pot"))
    monkeypatch.setattr(check_messages, "TEMPLATE", tmp_path / "django.pot")
    monkeypatch.setattr(check_messages, "offered_languages", lambda: (THAI,))
    with pytest.raises(CommandError, match="th"):
        call_command("check_messages")


def test_texts_of_libraries_and_of_data_are_found_for_attendees():
    template = polib.pofile(catalogue_of(ROOT, ["backend/config", "backend/events/data"]))
    found = attendees_part(template)
    assert {("This field is required.", ""), ("Friday", ""), ("Incorrect code.", "")} <= found
    assert {(text, "") for text in current_agreement().pledge} <= found


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda language: language.code)
def test_numbers_and_hours_are_written_alike_in_every_language(language, settings):
    settings.LANGUAGES = [("en", "English"), (language.code, language.own_name)]
    with override(language.code):
        assert number_format(1234.5, 1) == "1234.5"
        moment = dt.datetime(2026, 12, 9, 14, 5)  # noqa: DTZ001
        assert date_format(moment, "H:i") == "14:05"
        assert "9" in date_format(moment, "D j M")
        assert all(letter in "0123456789" for letter in date_format(moment, "j F Y, H:i") if letter.isdigit())


def test_chinese_dates_stand_in_their_own_order(settings):
    settings.LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
    with override("zh-hans"):
        assert date_format(dt.date(2026, 12, 9), "j F Y") == "2026年12月9日"
        assert date_format(dt.date(2026, 12, 9), "l j F") == "12月9日 星期三"
