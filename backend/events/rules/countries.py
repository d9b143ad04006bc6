"""Countries by ISO 3166: one spelling of each, under whatever name or code it was written."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pycountry
from django.conf import settings

from backend.core.texts import folded
from backend.events.rules.iso_codes import COUNTRIES, translated

# Of the region, by language, as its governments write them: iso-codes lacks some, and has some outdated.
LOCAL_NAMES_FILE = Path(__file__).parents[1] / "data" / "countries.json"
SPELLINGS = {"LA": "Lao PDR", "CD": "DR Congo", "VI": "U.S. Virgin Islands", "VG": "British Virgin Islands"}
"""Where neither the standard's name nor its common one is what people write."""
OTHER_NAMES = {
    "brunei": "BN", "burma": "MM", "east timor": "TL", "korea": "KR", "republic of korea": "KR",
    "north korea": "KP", "uk": "GB", "great britain": "GB", "turkey": "TR", "ivory coast": "CI",
    "cape verde": "CV", "swaziland": "SZ", "macedonia": "MK", "russia": "RU", "palestine": "PS",
    "macau": "MO", "czech republic": "CZ", "the gambia": "GM", "holland": "NL", "viet nam": "VN",
    "democratic republic of the congo": "CD", "drc": "CD", "pr china": "CN", "micronesia": "FM",
}  # fmt: skip

# Before or after its name: "ประเทศไทย", "မြန်မာနိုင်ငံ".
_WORD_FOR_COUNTRY = re.compile(r"^\s*(ประเทศ|ປະເທດ|ប្រទេស|[Nn]ước |[Nn]egara )|နိုင်ငံ\s*$")


def country_name(text: str) -> str:
    """The one spelling of a country written by any of its names or codes; empty for what is none.

    Its names in the languages of the pages count, too.

    >>> country_name("VNM"), country_name("Laos"), country_name(" viet-nam "), country_name("Korea")
    ('Viet Nam', 'Lao PDR', 'Viet Nam', 'South Korea')
    >>> country_name("AO"), country_name("Áo")
    ('Angola', 'Austria')
    >>> country_name("ASEAN"), country_name("")
    ('', '')
    """
    if name := _codes().get(text.strip()):  # before names: "Áo" is Austria in Vietnamese
        return name
    for word in (text, _WORD_FOR_COUNTRY.sub("", text)):
        # As it is written first: without its accents Vietnamese "Mỹ", the United States, is Malaysia's code.
        if name := _local_names().get(_exact_key(word)) or _names().get(_key(word)):
            return name
    return ""


def country_names() -> list[str]:
    """The spelling of every country, in order."""
    return sorted(set(_names().values()), key=folded)


@cache
def country_in(name: str, language: str) -> str:
    """The country of this spelling in a language of the pages; as it is where nobody translated it.

    >>> country_in("Lao PDR", "vi"), country_in("Japan", "vi"), country_in("Atlantis", "vi")
    ('Lào', 'Nhật', 'Atlantis')
    """
    names = _iso_names().get(name, ())
    words = (word for one in names if (word := translated(one, COUNTRIES, language)) != one)
    return _regional().get((name, language)) or next(words, name)


@cache
def _regional() -> Mapping[tuple[str, str], str]:
    by_language: Mapping[str, Mapping[str, str]] = json.loads(LOCAL_NAMES_FILE.read_text(encoding="utf-8"))
    spelling = {country.alpha_2: _spelling(country) for country in pycountry.countries}
    return {(spelling[code], language): name for language, names in by_language.items() for code, name in names.items()}


@cache
def _iso_names() -> Mapping[str, tuple[str, ...]]:
    """The names that ISO 3166 has for each country, the usual one first."""
    return {
        _spelling(country): tuple(filter(None, (getattr(country, "common_name", ""), country.name)))
        for country in pycountry.countries
    }


def _exact_key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", folded(text)))


@cache
def _codes() -> Mapping[str, str]:
    """The codes of two and of three capitals."""
    codes = ("alpha_2", "alpha_3")
    return {getattr(one, code): _spelling(one) for one in pycountry.countries for code in codes}


@cache
def _names() -> Mapping[str, str]:
    names = {}
    for country in pycountry.countries:
        spelling = _spelling(country)
        for field in ("alpha_2", "alpha_3", "name", "common_name", "official_name"):
            if name := getattr(country, field, ""):
                names[_key(name)] = spelling
        names[_key(spelling)] = spelling
    by_code = {country.alpha_2: _spelling(country) for country in pycountry.countries}
    local = _of_one((_key(name), spelling) for name, spelling in _local_names().items())
    return {**local, **names} | {_key(name): by_code[code] for name, code in OTHER_NAMES.items()}


@cache
def _local_names() -> Mapping[str, str]:
    """Names in the languages of the pages, as they are written."""
    return _of_one(
        (_exact_key(word), spelling)
        for language, _own_name in settings.LANGUAGES
        for spelling, names in _iso_names().items()
        for word in (*(translated(name, COUNTRIES, language) for name in names), country_in(spelling, language))
    )


def _of_one(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The spelling for each key, without keys of two countries."""
    found: dict[str, set[str]] = {}
    for key, spelling in pairs:
        found.setdefault(key, set()).add(spelling)
    return {key: spellings.pop() for key, spellings in found.items() if key and len(spellings) == 1}


def _spelling(country: Any) -> str:
    common: str = getattr(country, "common_name", "") if "," in country.name else ""
    name: str = SPELLINGS.get(country.alpha_2) or common or country.name
    return name
