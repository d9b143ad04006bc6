"""Languages by name, and recognised by their script where one language alone uses it."""

import pytest

from backend.events.rules.languages import LANGUAGES, language_name
from frontend.events.words.languages import language_of


@pytest.mark.parametrize(
    ("code", "name"), [("km", "Khmer"), ("jv", "Javanese"), ("sv", "Swedish"), ("xx", "xx"), ("", "")]
)
def test_a_code_becomes_a_name_and_an_unknown_one_stays(code, name):
    assert language_name(code) == name


def test_every_language_is_offered_once():
    codes = [language.code for language in LANGUAGES]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ต้องการแนวปฏิบัติร่วมกัน", "th"),
        ("ຕ້ອງການແນວທາງ", "lo"),
        ("ត្រូវការគោលការណ៍", "km"),
        ("အချက်အလက်", "my"),
        ("Ai có thể giúp?", ""),
        ("ASEAN และประเทศสมาชิกทั้งหมด", "th"),
        ("We met ไทย colleagues in the corridor", ""),
        ("", ""),
        ("12345 ...", ""),
    ],
)
def test_a_text_tells_its_language_by_its_script(text, code):
    assert language_of(text) == code
