"""The demo attendees who write in eight languages of the region: complete, distinct, in their own script."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PATH = Path(__file__).resolve().parents[3] / "backend" / "demo" / "data" / "local_language_profiles.json"
PROFILES: dict[str, list[dict[str, Any]]] = json.loads(PATH.read_text(encoding="utf-8"))

SCRIPTS = {"th": "THAI", "km": "KHMER", "lo": "LAO", "my": "MYANMAR"}
SPACED = ("vi", "id", "ms", "fil")  # written with spaces between words
PARTS = ("seeks", "offers", "about", "extra")
KEYS = {*PARTS, "sector", "topics_seek", "topics_offer"}
TOPICS = {
    "legislative-reform",
    "platform-regulation",
    "ai-emerging-technology",
    "industry-working-group",
    "cross-border-enforcement",
    "evidence-reporting",
    "victim-support",
    "investigation-tools",
    "sextortion",
    "diversity-inclusion",
    "parents-young-children",
    "evaluating-education",
    "safety-by-design-schools",
    "public-private-partnership",
    "child-participation",
    "regional-research-data",
    "funding-capacity",
}
SECTORS = {
    "government": {"ict-ministry", "social-welfare", "education", "law-enforcement"},
    "industry": {"large-company", "medium-company", "small-company"},
    "civil society": {"civil-society", "advocate"},
    "intergovernmental": {"acwc", "asean-body", "un-agency", "development-partner"},
    "academia": {"academia"},
    "youth": {"youth"},
}
# Common English words that none of the eight languages uses.
ENGLISH = {
    "the",
    "and",
    "of",
    "with",
    "which",
    "that",
    "from",
    "for",
    "we",
    "our",
    "is",
    "are",
    "by",
    "have",
    "this",
    "their",
    "when",
    "who",
    "children",
}


def sentences_of(language: str) -> Iterator[dict[str, str]]:
    """Each of a language's sentences with its English original, in order."""
    for attendee in PROFILES[language]:
        for part in PARTS:
            yield attendee[part]


def is_tidy(sentence: dict[str, str]) -> bool:
    """Whether it is one line of usual length, in English and, where words are spaced, in its language."""
    text, english = sentence["text"], sentence["english"]
    words = len(re.findall(r"[^\W\d_]+", text)) if is_spaced(text) else 12
    return "\n" not in text and 12 <= words <= 45 and 12 <= len(english.split()) <= 35


def is_spaced(text: str) -> bool:
    return not any(unicodedata.name(letter).startswith(tuple(SCRIPTS.values())) for letter in letters_of(text))


def letters_of(text: str) -> list[str]:
    """A text's letters and the vowel signs that belong to them."""
    return [character for character in text if unicodedata.category(character)[0] in "LM"]


def plain(text: str) -> str:
    """A text without case, spaces and punctuation, so that near copies compare equal."""
    return "".join(letters_of(text.casefold()))


def test_there_are_eight_languages_of_ten_attendees() -> None:
    assert {language: len(attendees) for language, attendees in PROFILES.items()} == dict.fromkeys(
        [*SCRIPTS, *SPACED], 10
    )


@pytest.mark.parametrize("language", [*SCRIPTS, *SPACED])
def test_every_attendee_is_complete_and_names_known_sectors_and_topics(language: str) -> None:
    for attendee in PROFILES[language]:
        assert set(attendee) == KEYS
        assert attendee["extra"]["field"] in {"seeks", "offers"}
        assert attendee["sector"] in set().union(*SECTORS.values())
        for side in ("topics_seek", "topics_offer"):
            topics = attendee[side]
            assert 1 <= len(topics) == len(set(topics))
            assert set(topics) <= TOPICS
        for part in PARTS:
            assert set(attendee[part]) - {"field"} == {"text", "english"}


def test_every_topic_is_both_sought_and_offered() -> None:
    attendees = [attendee for language in PROFILES.values() for attendee in language]
    for side in ("topics_seek", "topics_offer"):
        assert {topic for attendee in attendees for topic in attendee[side]} == TOPICS


def test_the_constituencies_are_mixed_as_at_a_forum() -> None:
    constituency = {sector: name for name, sectors in SECTORS.items() for sector in sectors}
    counts = Counter(constituency[attendee["sector"]] for language in PROFILES.values() for attendee in language)
    expected = {"government": 0.45, "industry": 0.15, "civil society": 0.22}
    expected |= {"intergovernmental": 0.05, "academia": 0.10, "youth": 0.03}
    for name, share in expected.items():
        assert counts[name] / counts.total() == pytest.approx(share, abs=0.02), name


def test_a_quarter_write_unevenly_in_every_language_and_all_others_in_sentences_of_usual_length() -> None:
    uneven = {
        language: [one for one in attendees if not all(is_tidy(one[part]) for part in PARTS)]
        for language, attendees in PROFILES.items()
    }

    assert {len(attendees) for attendees in uneven.values()} == {2, 3}
    assert sum(map(len, uneven.values())) == 20
    texts = [one[part] for attendees in uneven.values() for one in attendees for part in PARTS]
    lengths = [len(text["english"].split()) for text in texts]
    assert min(lengths) < 10
    assert max(lengths) > 75
    assert max(len(text["text"]) for text in texts) <= 900
    assert sum("\n" in text["text"] for text in texts) >= 2


def test_no_two_of_the_320_sentences_say_the_same_words() -> None:
    pairs = [sentence for language in PROFILES for sentence in sentences_of(language)]
    assert len(pairs) == 320
    for side in ("text", "english"):
        repeated = [text for text, times in Counter(plain(pair[side]) for pair in pairs).items() if times > 1]
        assert repeated == []


def test_no_two_english_originals_share_most_of_their_words() -> None:
    originals = [
        set(re.findall(r"[a-z]{4,}", pair["english"].lower())) for lang in PROFILES for pair in sentences_of(lang)
    ]
    for position, words in enumerate(originals):
        for others in originals[:position]:
            assert len(words & others) / len(words | others) < 0.5, (words, others)


@pytest.mark.parametrize("language", SCRIPTS)
def test_thai_khmer_lao_and_burmese_are_written_in_their_own_script(language: str) -> None:
    for sentence in sentences_of(language):
        letters = letters_of(sentence["text"])
        own = [letter for letter in letters if unicodedata.name(letter).startswith(SCRIPTS[language])]
        assert len(own) / len(letters) > 0.95, sentence["text"]
        assert len(own) >= 40 or not is_tidy(sentence), sentence["text"]
        for word in re.findall(r"[A-Za-z]+", sentence["text"]):
            assert word.isupper(), f"{word} in {sentence['text']}"


@pytest.mark.parametrize("language", SPACED)
def test_the_languages_in_latin_letters_hold_no_english_sentence(language: str) -> None:
    for sentence in sentences_of(language):
        words = re.findall(r"[^\W\d_]+", sentence["text"].lower())
        assert ENGLISH.isdisjoint(words), sentence["text"]
        assert all(unicodedata.name(letter).startswith(("LATIN", "COMBINING")) for letter in "".join(words))


@pytest.mark.parametrize("language", [*SCRIPTS, *SPACED])
def test_every_english_original_is_in_plain_letters(language: str) -> None:
    for sentence in sentences_of(language):
        assert sentence["english"].isascii(), sentence["english"]


@pytest.mark.parametrize("language", [*SCRIPTS, *SPACED])
def test_texts_are_composed_and_without_stray_spaces_or_invisible_characters(language: str) -> None:
    for sentence in sentences_of(language):
        text = sentence["text"]
        assert text == unicodedata.normalize("NFC", text)
        lines = text.split("\n")
        assert lines == [" ".join(line.split()) for line in lines]
        assert not any(unicodedata.category(character) in {"Cc", "Cf", "Co", "Cn"} for character in "".join(lines))


def test_burmese_is_in_unicode_order_and_not_in_the_older_zawgyi_encoding() -> None:
    for sentence in sentences_of("my"):
        # Zawgyi writes the vowel sign E before its consonant and stacks letters with code points from 1060.
        assert not re.search(r"(?:^|[^\u1000-\u103f])\u1031", sentence["text"]), sentence["text"]
        assert not re.search(r"[\u1060-\u1097]", sentence["text"]), sentence["text"]
