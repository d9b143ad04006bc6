"""Language detection of nine languages, and no answer for too short texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.text.language import detect_language
from tests.matching.sample_texts import SAMPLE_TEXTS

CASES = [(language, sentence) for language, texts in SAMPLE_TEXTS.items() for sentence in texts]


@pytest.mark.parametrize(("language", "sentence"), CASES)
def test_the_language_of_a_sentence_is_detected(language: str, sentence: str) -> None:
    assert detect_language(sentence) == language
    assert detect_language(sentence.upper()) == language


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ms", "Pembiayaan tenaga suria untuk koperasi nelayan di kawasan tempatan"),
        ("id", "Pembiayaan energi surya bagi koperasi nelayan di daerah kami"),
        ("ms", "Saya bekerja di jabatan pengurusan banjir dan mencari makmal penyelidikan."),
        ("id", "Saya bekerja di dinas pengelolaan banjir dan mencari lembaga penelitian."),
    ],
)
def test_malay_and_indonesian_are_distinguished_by_their_own_words(language: str, sentence: str) -> None:
    assert detect_language(sentence) == language


@pytest.mark.parametrize(
    "text", ["", "   \n", "OK", "ASEAN", "2030", "RCEP 2025", "https://example.org/a/long/path", "!?", "\ud800\x00"]
)
def test_too_short_a_text_has_no_language(text: str) -> None:
    assert detect_language(text) == ""


def test_english_names_in_a_thai_text_leave_it_thai() -> None:
    assert detect_language("เราร่วมงานกับ ASEAN Smart Cities Network เรื่องข้อมูลน้ำท่วม") == "th"


def test_a_thai_name_in_an_english_text_leaves_it_english() -> None:
    assert detect_language("We work with the community of บ้านน้ำเค็ม on restoring the mangrove forests.") == "en"


@given(st.text(st.characters(), max_size=200))
def test_any_text_gives_a_code_or_nothing(text: str) -> None:
    code = detect_language(text)
    assert code in {"", "fil"} or (len(code) == 2 and code.isalpha() and code.islower())
