"""Languages as lists write them."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.utils.translation import override

from backend.events.models.events import Event
from backend.events.rules.languages import (
    LANGUAGES,
    interpreter_text,
    language_code,
    language_name,
    languages_in,
    languages_in_common,
    needs_interpreter,
)


def test_languages_are_read_as_codes_and_names_and_unknown_ones_are_listed() -> None:
    assert languages_in("Thai; en-GB|Bahasa Melayu, lao / th") == (("th", "en", "ms", "lo"), ())
    assert languages_in("Klingon;vi") == (("vi",), ("Klingon",))
    assert [language_code(word) for word in ("zh_Hans", "zh-TW", "Tagalog", "ไทย", "x-y", "")] == [
        "zh", "zh", "fil", "th", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize("language", [language for language, _name in settings.LANGUAGES])
def test_languages_are_read_by_what_each_language_of_the_pages_calls_them(language: str) -> None:
    with override(language):
        words = "; ".join(language_name(one.code) for one in LANGUAGES)
    assert languages_in(words) == (tuple(one.code for one in LANGUAGES), ())


def test_the_word_for_language_may_stand_beside_a_name() -> None:
    words = "ภาษาไทย; ພາສາລາວ; ភាសាខ្មែរ; မြန်မာဘာသာ; Bahasa Jawa; tiếng Anh; Wikang Filipino; lian Tetun; 英文"
    assert languages_in(words) == (("th", "lo", "km", "my", "jv", "en", "fil", "tet"), ())


@pytest.mark.parametrize(
    ("one", "other", "shared", "is_needed"),
    [
        (["th"], ["km"], (), True),
        (["th", "en"], ["en", "km"], ("en",), False),
        ([], ["km"], (), False),
        (["th"], [], (), False),
    ],
)
def test_an_interpreter_is_needed_where_both_state_languages_and_share_none(one, other, shared, is_needed):
    a, b = _speaking(one, False), _speaking(other, True)
    with_interpreters, without = Event(interpreters=True), Event()
    assert languages_in_common(a, b) == shared
    assert needs_interpreter(a, b, with_interpreters) is is_needed
    assert not needs_interpreter(a, b, without)
    assert interpreter_text(a, b, without) == ""


def test_the_need_names_the_languages_of_both():
    a, b = _speaking(["th", "lo"], True), _speaking(["km"], True)
    assert interpreter_text(a, b, Event(interpreters=True)) == "Interpreter needed: Thai/Lao – Khmer"
    assert interpreter_text(a, b, Event()) == "Translating device: Thai/Lao – Khmer"


def _speaking(languages: list[str], translating_device: bool) -> SimpleNamespace:
    return SimpleNamespace(languages=languages, translating_device=translating_device)
