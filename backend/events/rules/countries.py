"""Countries by ISO 3166: one spelling of each, under whatever name or code it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pycountry

from backend.core.texts import folded

SPELLINGS = {"LA": "Lao PDR", "CD": "DR Congo", "VI": "U.S. Virgin Islands", "VG": "British Virgin Islands"}
"""Where neither the standard's name nor its common one is what people write."""
OTHER_NAMES = {
    "brunei": "BN", "burma": "MM", "east timor": "TL", "korea": "KR", "republic of korea": "KR",
    "north korea": "KP", "uk": "GB", "great britain": "GB", "turkey": "TR", "ivory coast": "CI",
    "cape verde": "CV", "swaziland": "SZ", "macedonia": "MK", "russia": "RU", "palestine": "PS",
    "macau": "MO", "czech republic": "CZ", "the gambia": "GM", "holland": "NL", "viet nam": "VN",
    "democratic republic of the congo": "CD", "drc": "CD", "pr china": "CN", "micronesia": "FM",
}  # fmt: skip


def country_name(text: str) -> str:
    """The one spelling of a country written by any of its names or codes; empty for what is none.

    >>> country_name("VNM"), country_name("Laos"), country_name(" viet-nam "), country_name("Korea")
    ('Viet Nam', 'Lao PDR', 'Viet Nam', 'South Korea')
    >>> country_name("ASEAN"), country_name("")
    ('', '')
    """
    return _names().get(_key(text), "")


def country_names() -> list[str]:
    """The spelling of every country, in order."""
    return sorted(set(_names().values()), key=folded)


def iso_names(name: str) -> tuple[str, ...]:
    """The names that ISO 3166 has for the country of this spelling, the usual one first."""
    return _iso_names().get(name, ())


@cache
def _iso_names() -> Mapping[str, tuple[str, ...]]:
    return {
        _spelling(country): tuple(filter(None, (getattr(country, "common_name", ""), country.name)))
        for country in pycountry.countries
    }


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", folded(text)))


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
    return names | {_key(name): by_code[code] for name, code in OTHER_NAMES.items()}


def _spelling(country: Any) -> str:
    common: str = getattr(country, "common_name", "") if "," in country.name else ""
    name: str = SPELLINGS.get(country.alpha_2) or common or country.name
    return name
