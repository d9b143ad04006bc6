"""Sentence splitting in languages with and without full stops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.text.sentences import MAX_SENTENCE, split_sentences
from tests.matching.sample_texts import SAMPLE_TEXTS

ENDLESS = {"th", "lo"}


@pytest.mark.parametrize("language", SAMPLE_TEXTS)
def test_a_paragraph_is_split_into_its_sentences(language: str) -> None:
    texts = list(SAMPLE_TEXTS[language])
    if language == "lo":
        texts = texts[:2]  # the third has a space where its clause ends
    separator = "" if language in {"km", "my"} else " "
    assert split_sentences(separator.join(texts)) == texts
    assert split_sentences("\n".join(texts)) == texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t", []),
        ("... !", []),
        ("Solar power", ["Solar power"]),
        ("We met Dr. Lim in Art. 6 talks. He left.", ["We met Dr. Lim in Art. 6 talks.", "He left."]),
        ("A 1.5 MW plant, i.e. small. Yes!", ["A 1.5 MW plant, i.e. small.", "Yes!"]),
        ('Why now? Because. "Now." Then', ["Why now?", "Because.", '"Now."', "Then"]),
        ("• reefs\n• mangroves\n- floods", ["reefs", "mangroves", "floods"]),
        ("We seek: • reefs • mangroves", ["We seek:", "reefs", "mangroves"]),
        ("reefs; mangroves", ["reefs;", "mangroves"]),
        ("พื้นที่ต่าง ๆ ของเรา", ["พื้นที่ต่าง ๆ ของเรา"]),
    ],
)
def test_marks_end_sentences_and_abbreviations_do_not(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


def test_a_thai_space_ends_a_sentence_but_not_one_beside_a_number() -> None:
    text = "เรามีข้อมูลดาวเทียม 10 ปีของแม่น้ำโขง เราเสนอการฝึกอบรมให้ชุมชน"
    assert split_sentences(text) == ["เรามีข้อมูลดาวเทียม 10 ปีของแม่น้ำโขง", "เราเสนอการฝึกอบรมให้ชุมชน"]


def test_a_long_sentence_is_cut_at_a_space() -> None:
    parts = split_sentences("mangroves and reefs " * 100)
    assert all(len(part) <= MAX_SENTENCE for part in parts)
    assert " ".join(parts) == ("mangroves and reefs " * 100).strip()


@given(st.text(st.sampled_from('ab B.;!?…\n•-ก า ๆ ລ ၊။។0"') | st.characters(), max_size=600))
def test_no_letter_is_lost_and_each_sentence_is_a_substring(text: str) -> None:
    found = split_sentences(text)
    assert "".join(c for part in found for c in part if c.isalnum()) == "".join(filter(str.isalnum, text))
    at = 0
    for part in found:
        at = text.index(part, at) + len(part)
