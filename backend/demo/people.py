"""Who takes part in the demo forum: fictional people, the same ones every time."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product, zip_longest
from typing import Any

from backend.demo.texts import demo_text

SEED = 2026
SAY_THEIR_SHORT_NAME = 3  # every third of those whose name does not begin with the given name
SPOKEN = {
    "Brunei Darussalam": ("ms",),
    "Cambodia": ("km",),
    "Indonesia": ("id",),
    "Lao PDR": ("lo",),
    "Malaysia": ("ms", "zh", "ta"),
    "Myanmar": ("my",),
    "Philippines": ("fil",),
    "Singapore": ("zh", "ms"),
    "Thailand": ("th",),
    "Timor-Leste": ("tet", "pt"),
    "Viet Nam": ("vi",),
    "Japan": ("ja",),
    "Republic of Korea": ("ko",),
    "Sweden": ("sv",),
    "International": ("fr", "es", "ar"),
}
LANGUAGE_BY_NAME_GROUP = ("Malaysia", "Singapore")  # where each group of names goes with a language
COUNTRY_OF_LANGUAGE = {
    "th": "Thailand",
    "vi": "Viet Nam",
    "id": "Indonesia",
    "ms": "Malaysia",
    "km": "Cambodia",
    "lo": "Lao PDR",
    "my": "Myanmar",
    "fil": "Philippines",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """One attendee of the demo; topics are keys."""

    email: str
    name: str
    title: str
    organisation: str
    sector: str
    country: str
    languages: tuple[str, ...]
    about: str
    seeks: str
    offers: str
    topics_seek: tuple[str, ...]
    topics_offer: tuple[str, ...]
    age_class: str = "adult"
    visibility: str = "listed"
    role: str = ""
    short_name: str = ""


@cache
def demo_people() -> tuple[DemoPerson, ...]:
    """The 320 listed attendees: 240 who write in English, then 80 who write in their own languages.

    Eleven of them are on the list in the script of their own language. A fifth write as people do: much or
    little, the need late in the text, or none.
    """
    native = demo_text("native_names")
    names = {country: _names_in(country) for country in demo_text("names")}
    taken = {row["name"] for row in demo_text("unlisted")}
    account_seats = {(row["sector"], row["country"]): row["email"] for row in demo_text("accounts") if "sector" in row}
    members: list[DemoPerson] = []
    for place, row in enumerate((*_english_rows(), *_local_language_rows())):
        group, name, given = next(named for named in names[row["country"]] if named[1] not in taken)
        taken.add(name)
        email = account_seats.pop((row["sector"], row["country"]), "") or _address(name)
        index = group if row["country"] in LANGUAGE_BY_NAME_GROUP else place
        says_it = place % SAY_THEIR_SHORT_NAME == 0 and not name.startswith(given) and name not in native
        short_name = given if says_it else ""
        named: dict[str, Any] = {
            "name": native.get(name, name),
            "short_name": short_name,
            "email": email,
            "languages": _languages(row["country"], index),
        }
        members.append(DemoPerson(**(named | row)))
    return tuple(members)


def unlisted_people() -> tuple[DemoPerson, ...]:
    """Those who must appear nowhere: minors, people of unknown age, and adults who hide themselves."""
    return tuple(
        DemoPerson(
            email=_address(row["name"]),
            name=row["name"],
            title="",
            organisation=row["organisation"],
            sector=row["sector"],
            country=row["country"],
            languages=_languages(row["country"], place),
            about=row["about"],
            seeks=row["seeks"],
            offers=row["offers"],
            topics_seek=(row["topics_seek"],),
            topics_offer=(row["topics_offer"],) if row["topics_offer"] else (),
            age_class=row["age_class"],
            visibility=row.get("visibility", "listed"),
            role=row.get("role", ""),
            short_name=row.get("short_name", ""),
        )
        for place, row in enumerate(demo_text("unlisted"))
    )


def _english_rows() -> Iterator[dict[str, Any]]:
    """The attendees who write in English."""
    for profile in demo_text("english_profiles"):
        yield {
            **{name: profile[name] for name in ("title", "organisation", "sector", "country", "about")},
            "seeks": profile["seeks"]["text"],
            "offers": profile["offers"]["text"],
            "topics_seek": tuple(profile["seeks"]["topics"]),
            "topics_offer": tuple(profile["offers"]["topics"]),
        }


def _local_language_rows() -> Iterator[dict[str, Any]]:
    """The attendees who write in their own language, with their seats in an organisation."""
    for code, profiles in demo_text("local_language_profiles").items():
        for place, (profile, seat) in enumerate(zip(profiles, demo_text("seats")[code], strict=True)):
            texts_by_part = {part: profile[part]["text"] for part in ("about", "seeks", "offers")}
            texts_by_part[profile["extra"]["field"]] += "\n" + profile["extra"]["text"]
            yield {
                "title": seat[0],
                "organisation": seat[1],
                "sector": profile["sector"],
                "country": COUNTRY_OF_LANGUAGE[code],
                "languages": (code, "en") if place % 2 else (code,),
                "topics_seek": tuple(profile["topics_seek"]),
                "topics_offer": tuple(profile["topics_offer"]),
                **texts_by_part,
            }


def _names_in(country: str) -> Iterator[tuple[int, str, str]]:
    """Country-typical names with the index of their group and their given name, shuffled."""
    groups = [_names_of(group, random.Random(f"{SEED} {country} {place}"))  # noqa: S311 - not a secret
              for place, group in enumerate(demo_text("names")[country])]  # fmt: skip
    for names in zip_longest(*groups):
        yield from ((group, *name) for group, name in enumerate(names) if name)


def _names_of(group: dict[str, Any], chance: random.Random) -> list[tuple[str, str]]:
    pairs = list(product(group["given"], group.get("family") or [""]))
    chance.shuffle(pairs)
    return [(group["format"].format(given=given, family=family).strip(), given) for given, family in pairs]


def _languages(country: str, place: int) -> tuple[str, ...]:
    own = SPOKEN.get(country, ())
    return (own[place % len(own)], "en") if own else ("en",)


def _address(name: str) -> str:
    """An address in a reserved domain (RFC 2606)."""
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D"))
    letters = plain.encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z]+", ".", letters.replace("'", "")).strip(".") + "@example.org"
