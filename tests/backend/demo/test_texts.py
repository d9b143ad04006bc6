"""The demo forum's English content: enough of it, no two texts alike, and only keys the forum knows."""

import json
import re
from collections import Counter
from datetime import time
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from backend.events.rules.sectors import SECTORS_FILE
from backend.events.rules.topics import THEMES_FILE
from backend.people.models import Constituency

DEMO = Path(__file__).resolve().parents[3] / "backend" / "demo" / "data"
FILES = ("english_profiles", "names", "sessions", "themes", "sectors")


def demo_text(name: str) -> Any:
    return json.loads(path_of(name).read_text(encoding="utf-8"))


def path_of(name: str) -> Path:
    return {"themes": THEMES_FILE, "sectors": SECTORS_FILE}.get(name, DEMO / f"{name}.json")


PROFILES, NAMES, SESSIONS, THEMES, SECTORS = (demo_text(name) for name in FILES)
TEXTS_OF = [(row["about"], row["seeks"]["text"], row["offers"]["text"]) for row in PROFILES]
TEXTS = [text for texts in TEXTS_OF for text in texts if text]
TOPICS = {
    "legislation": ["legislative-reform", "platform-regulation", "ai-emerging-technology", "industry-working-group"],
    "justice": ["cross-border-enforcement", "evidence-reporting", "victim-support", "investigation-tools"],
    "prevention": [
        "sextortion",
        "diversity-inclusion",
        "parents-young-children",
        "evaluating-education",
        "safety-by-design-schools",
    ],
    "collaboration": [
        "public-private-partnership",
        "child-participation",
        "regional-research-data",
        "funding-capacity",
    ],
}
TOPIC_KEYS = {key for keys in TOPICS.values() for key in keys}
SHARES = {
    "acwc": 2,
    "asean-body": 3,
    "ict-ministry": 12,
    "social-welfare": 8,
    "education": 7,
    "law-enforcement": 11,
    "large-company": 6,
    "medium-company": 5,
    "small-company": 6,
    "un-agency": 7,
    "development-partner": 6,
    "academia": 9,
    "civil-society": 13,
    "advocate": 2,
    "youth": 3,
}


def words_in(text: str) -> list[str]:
    return re.findall(r"[\w'’-]+", text.lower())


def is_finished(text: str) -> bool:
    """Sentences with a capital and a full stop, in one line."""
    return text[0].isupper() and text[-1] in ".?" and text == " ".join(text.split())


def is_tidy(about: str, seeks: str, offers: str) -> bool:
    """Whether somebody filled in all three fields with a finished sentence or two each."""
    lengths = ((about, 18), (seeks, 15), (offers, 15))
    return all(least <= len(text.split()) <= 45 and is_finished(text) for text, least in lengths)


def trigrams_in(text: str) -> set[tuple[str, ...]]:
    words = words_in(text)
    return set(zip(words, words[1:], words[2:], strict=False))


def shared_part(first: set[tuple[str, ...]], second: set[tuple[str, ...]]) -> float:
    """The part of the shorter text's word trigrams found in the other: 1.0 when one contains the other."""
    return len(first & second) / min(len(first), len(second))


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_small_and_written_plainly_in_utf8(name: str) -> None:
    raw = path_of(name).read_text(encoding="utf-8")

    assert len(raw.encode()) < 300_000
    assert raw == json.dumps(json.loads(raw), indent=1, ensure_ascii=False) + "\n"


def test_themes_and_topics_keep_their_keys_and_their_order() -> None:
    assert {theme["key"]: [topic["key"] for topic in theme["topics"]] for theme in THEMES} == TOPICS
    assert list(TOPICS) == [theme["key"] for theme in THEMES]
    for row in (*THEMES, *(topic for theme in THEMES for topic in theme["topics"])):
        assert 0 < len(row["name"]) <= 60
        assert row["description"].endswith(".")
        assert len(row["description"]) <= 300


def test_each_sector_counts_for_a_known_constituency() -> None:
    constituency_of = {row["key"]: row["constituency"] for row in SECTORS}

    assert len(constituency_of) == len(SECTORS)
    assert set(constituency_of) == {*SHARES, *Constituency.values}
    assert set(constituency_of.values()) == set(Constituency.values)
    assert all(constituency_of[constituency] == constituency for constituency in Constituency.values)
    assert constituency_of["law-enforcement"] == "government"
    assert constituency_of["advocate"] == "civil-society"
    assert constituency_of["acwc"] == constituency_of["un-agency"] == "intergovernmental"


@pytest.mark.parametrize("part", ["seeks", "offers"])
def test_everybody_declares_what_they_seek_and_offer_about_some_topics(part: str) -> None:
    for row in PROFILES:
        declared = row[part]
        assert set(declared) == {"text", "topics"}
        assert (1 if declared["text"] else 0) <= len(declared["topics"]) <= 3
        assert len(declared["topics"]) == len(set(declared["topics"]))
        assert set(declared["topics"]) <= TOPIC_KEYS
    by_topic = Counter(row[part]["topics"][0] for row in PROFILES if row[part]["topics"])
    assert min(by_topic[key] for key in TOPIC_KEYS) >= 7


def test_what_people_seek_or_offer_is_of_the_topics_they_work_on() -> None:
    strangers = [
        row["title"] for row in PROFILES if not set(row["topics"]) & {*row["seeks"]["topics"], *row["offers"]["topics"]}
    ]
    assert strangers == []


def test_every_need_has_an_offer_of_its_topic_from_another_constituency() -> None:
    constituency_of = {row["key"]: row["constituency"] for row in SECTORS}
    for row in PROFILES:
        assert any(
            set(row["seeks"]["topics"]) & set(other["offers"]["topics"])
            and constituency_of[other["sector"]] != constituency_of[row["sector"]]
            for other in PROFILES
        ), row["seeks"]["text"]


def test_biographies_cover_the_sectors_in_the_shares_of_the_forum() -> None:
    count = Counter(row["sector"] for row in PROFILES)

    assert len(PROFILES) == 240
    assert set(count) == set(SHARES)
    for sector, share in SHARES.items():
        assert abs(count[sector] - 240 * share / 100) <= 1, sector


def test_each_biography_is_complete_and_placed() -> None:
    for row in PROFILES:
        assert set(row) == {"about", "sector", "country", "title", "organisation", "topics", "seeks", "offers"}
        assert row["country"] in NAMES
        assert 1 <= len(row["topics"]) == len(set(row["topics"])) <= 3
        assert set(row["topics"]) <= TOPIC_KEYS
        assert 0 < len(row["title"]) <= 120
        assert 0 < len(row["organisation"]) <= 120
    assert {row["country"] for row in PROFILES} == set(NAMES)


def test_organisations_are_shared_and_each_keeps_one_sector() -> None:
    sectors: dict[str, set[str]] = {}
    for row in PROFILES:
        sectors.setdefault(row["organisation"], set()).add(row["sector"])

    assert 140 <= len(sectors) <= 190
    assert {name: found for name, found in sectors.items() if len(found) > 1} == {}


def test_no_two_texts_are_the_same_or_nearly_so() -> None:
    trigrams = [trigrams_in(text) for text in TEXTS]
    near = [
        (TEXTS[i], TEXTS[j])
        for i, j in combinations(range(len(TEXTS)), 2)
        if shared_part(trigrams[i], trigrams[j]) > 0.6
    ]

    assert len({" ".join(words_in(text)) for text in TEXTS}) == len(TEXTS)
    assert near == []


def test_the_near_duplicate_measure_finds_a_template_with_words_swapped() -> None:
    text = TEXTS[0]
    swapped = " ".join(["Someone", *text.split()[1:-1], "elsewhere"])

    assert shared_part(trigrams_in(text), trigrams_in(swapped)) > 0.6


def test_a_fifth_of_the_people_write_unevenly_and_all_others_a_finished_sentence_or_two() -> None:
    uneven = [(row, texts) for row, texts in zip(PROFILES, TEXTS_OF, strict=True) if not is_tidy(*texts)]

    assert 0.18 <= len(uneven) / len(PROFILES) <= 0.2
    assert {row["sector"] for row, _texts in uneven} == set(SHARES)
    assert len({row["country"] for row, _texts in uneven}) >= 15
    for place in range(3):
        assert any(not texts[place] for _row, texts in uneven)
    written = [text for _row, texts in uneven for text in texts if text]
    assert min(len(text.split()) for text in written) <= 5
    assert 700 < max(map(len, written)) <= 900
    assert sum("\n" in text for text in written) >= 5
    for text in written:
        lines = [" ".join(line.split()) for line in text.split("\n")]
        assert "\n".join(lines) == text.strip(), text
        assert len(re.findall(r"[.!?]+(?=\s|$)", text)) <= 9, text


def test_texts_have_no_filler_and_abstracts_are_finished_sentences() -> None:
    sessions = [item["abstract"] for items in SESSIONS.values() for item in items]
    assert all(map(is_finished, sessions))
    for text in (*TEXTS, *sessions):
        assert not re.search(r"lorem|ipsum|xxx|tbd|placeholder|[<>{}\[\]@]|https?:", text.lower()), text


@pytest.mark.parametrize(("edition", "number"), [("current", 24), ("last", 12)])
def test_an_edition_has_its_agenda_over_two_days_with_every_theme(edition: str, number: int) -> None:
    items = SESSIONS[edition]

    assert len(items) == number == len({item["title"] for item in items})
    assert {item["theme"] for item in items} == set(TOPICS)
    assert {item["day"] for item in items} == {1, 2}
    assert {item["stream"] for item in items} == {True, False}
    for item in items:
        assert time(8) <= time.fromisoformat(item["start"]) < time.fromisoformat(item["end"]) <= time(18)
        assert re.fullmatch(r"\d\d:\d\d", item["start"])
        assert re.fullmatch(r"\d\d:\d\d", item["end"])
        assert len(item["title"]) <= 120
        assert 15 <= len(item["abstract"].split()) <= 50


@pytest.mark.parametrize("edition", ["current", "last"])
def test_a_room_holds_one_session_at_a_time_and_some_run_in_parallel(edition: str) -> None:
    parallel = 0
    for one, other in combinations(SESSIONS[edition], 2):
        if one["day"] == other["day"] and one["start"] < other["end"] and other["start"] < one["end"]:
            assert one["room"] != other["room"], (one["title"], other["title"])
            parallel += 1

    assert parallel > 0


@pytest.mark.parametrize("day", [1, 2])
def test_breaks_are_left_free_for_meetings(day: int) -> None:
    items = sorted((i["start"], i["end"]) for i in SESSIONS["current"] if i["day"] == day)
    free = 0
    until = items[0][1]
    for start, end in items[1:]:
        gap = time.fromisoformat(start), time.fromisoformat(until)
        free += max(0, (gap[0].hour - gap[1].hour) * 60 + gap[0].minute - gap[1].minute)
        until = max(until, end)

    assert free >= 120
