"""How often a name is found: of the demo and of twenty people in each of six scripts."""

from __future__ import annotations

import json
import random
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.core.texts import folded
from backend.demo.people import demo_people
from backend.directory.engine.names import NameQuery, closeness_of, name_keys, read_query

FIXTURES = Path(__file__).parents[2] / "fixtures"
FOREIGN = json.loads((FIXTURES / "names.json").read_text("utf-8"))
LATIN = json.loads((FIXTURES / "latin_names.json").read_text("utf-8"))  # as their bearers write them
NAMES = sorted({person.name for person in demo_people()} | {name for group in FOREIGN.values() for name in group})
LETTERS_OF = {
    "th": ("\u0e00", "\u0e7f"),
    "km": ("\u1780", "\u17ff"),
    "lo": ("\u0e80", "\u0eff"),
    "my": ("\u1000", "\u109f"),
    "vi": ("\u1ea0", "\u1ef9"),
    "zh": ("\u4e00", "\u9fff"),
}
KEYS = {name: frozenset(name_keys(name)) for name in NAMES}
BY_KEY: dict[str, set[str]] = defaultdict(set)
for _name, _keys in KEYS.items():
    for _key in _keys:
        BY_KEY[_key].add(_name)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def asked_for(query: NameQuery) -> set[str]:
    """The names that the index gives for these keys, as `directory.selectors.finding._with_keys` has it."""

    def one_of(keys: tuple[str, ...]) -> set[str]:
        return set().union(*(BY_KEY[key] for key in keys))

    found = set.union(*(set.intersection(*map(one_of, groups)) for groups in query.ways))
    if query.parts:
        found |= set.intersection(*(BY_KEY[key] for key in query.parts))
    return found


def search(text: str) -> list[str]:
    """The names found, the nearest first; homonyms are one."""
    query = read_query(text)
    assert query is not None
    ranked = [(near, name) for name in asked_for(query) if (near := closeness_of(query, name)) is not None]
    return [name for _near, name in sorted(ranked)]


def success(texts: dict[str, str], first: int) -> float:
    """The share of names among the first so many found by their text."""
    return sum(name in search(text)[:first] for name, text in texts.items()) / len(texts)


@pytest.mark.parametrize("language", LETTERS_OF)
def test_the_demo_has_names_in_the_script_of_each_language(language: str) -> None:
    first, last = LETTERS_OF[language]
    assert sum(any(first <= one <= last for one in person.name) for person in demo_people()) >= 2


def test_every_name_is_first_as_it_is_written_and_without_accents_and_case() -> None:
    assert len(NAMES) > 400
    assert min(map(len, FOREIGN.values())) >= 20
    assert success({name: name for name in NAMES}, 1) == 1.0
    one_of_each = {folded(name): name for name in NAMES}
    assert success({name: text for text, name in one_of_each.items()}, 1) == 1.0
    assert success({name: name.upper() for name in NAMES}, 1) == 1.0


def _inserted(name: str, place: int, chance: random.Random) -> str:
    return name[:place] + chance.choice(LETTERS if name.isascii() else name.replace(" ", "")) + name[place:]


def _deleted(name: str, place: int, _chance: random.Random) -> str:
    return name[:place] + name[place + 1 :]


def _substituted(name: str, place: int, chance: random.Random) -> str:
    others = [one for one in (LETTERS if name.isascii() else name.replace(" ", "")) if one != name[place]]
    return name[:place] + chance.choice(others or ["x"]) + name[place + 1 :]


def _swapped(name: str, place: int, _chance: random.Random) -> str:
    place = min(place, len(name) - 2)
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


@pytest.mark.parametrize("change", [_inserted, _deleted, _substituted, _swapped])
def test_one_typo_does_little_harm(change: Callable[[str, int, random.Random], str]) -> None:
    chance = random.Random(2026)
    texts = {
        name: change(unicodedata.normalize("NFC", name), chance.randrange(len(name) - 1), chance) for name in NAMES
    }
    assert success(texts, 3) >= 0.85
    for script, group in FOREIGN.items():
        assert success({name: texts[name] for name in group}, 3) >= 0.6, script


@pytest.mark.parametrize("language", LATIN)
def test_burmese_and_lao_names_are_found_in_latin_letters_and_the_reverse(language: str) -> None:
    pairs = LATIN[language].items()
    written = {name for pair in pairs for name in pair} | set(NAMES)
    for name in written - KEYS.keys():
        for key in name_keys(name):
            BY_KEY[key].add(name)
    in_latin = [name in search(latin)[:4] for name, latin in pairs]
    in_own_script = [latin in search(name)[:4] for name, latin in pairs]
    assert min(sum(in_latin), sum(in_own_script)) >= 0.95 * len(in_latin)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ကျော်", "Kyaw Min"),
        ("Thida", "ကျော်သီတာ"),
        ("Hla Mya", "လှမြတ်သူ"),
        ("歐陽", "Ouyang Siying"),
        ("ຄຳ", "Kham Sisouk"),
    ],
)
def test_a_part_of_a_name_is_found_in_another_script(text: str, name: str) -> None:
    query = read_query(text)
    assert query is not None
    assert closeness_of(query, name) is not None
