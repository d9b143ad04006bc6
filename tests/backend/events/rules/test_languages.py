"""Languages as lists write them."""

from backend.events.rules.languages import language_code, languages_in


def test_languages_are_read_as_codes_and_names_and_unknown_ones_are_listed() -> None:
    assert languages_in("Thai; en-GB|Bahasa Melayu, lao / th") == (("th", "en", "ms", "lo"), ())
    assert languages_in("Klingon;vi") == (("vi",), ("Klingon",))
    assert [language_code(word) for word in ("zh_Hans", "zh-TW", "Tagalog", "ไทย", "x-y", "")] == [
        "zh", "zh", "fil", "th", "", "",
    ]  # fmt: skip
