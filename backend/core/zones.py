"""Time zones in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt

from django.utils.translation import pgettext


@dataclass(frozen=True, slots=True)
class City:
    """The city that a zone is named for: its country by ISO 3166, and where it lies, in degrees."""

    zone: str
    country: str
    latitude: float
    longitude: float


@cache
def zone_cities() -> Mapping[str, City]:
    """The zones by their city, as the time zone database names them today; none of its former names."""
    rows = (line.split("\t") for line in _table("zone.tab").splitlines() if not line.startswith("#"))
    return {zone.strip(): _city(zone.strip(), country, place) for country, place, zone, *_remark in rows}


@cache
def todays_zone(zone: str) -> str:
    """The zone under the name that its city has today; one that names no city as it is.

    >>> todays_zone("Asia/Saigon"), todays_zone("Asia/Rangoon"), todays_zone("Asia/Phnom_Penh")
    ('Asia/Ho_Chi_Minh', 'Asia/Yangon', 'Asia/Phnom_Penh')
    >>> todays_zone("UTC")
    'UTC'
    """
    target = _links().get(zone, zone)
    return target if zone not in zone_cities() and target in zone_cities() else zone


def zones_from(zone: str) -> tuple[str, ...]:
    """The zones of cities from this zone's on: those of its country first, then the nearest.

    Empty for a zone that names no city.

    >>> zones_from("Asia/Saigon")[:3]
    ('Asia/Ho_Chi_Minh', 'Asia/Phnom_Penh', 'Asia/Bangkok')
    >>> zones_from("UTC")
    ()
    """
    here = zone_cities().get(todays_zone(zone))
    if here is None:
        return ()

    def order(city: City) -> tuple[bool, float, str]:
        return city.country != here.country, _distance(here, city), city.zone

    return tuple(city.zone for city in sorted(zone_cities().values(), key=order))


def _table(name: str) -> str:
    return files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")


@cache
def _links() -> Mapping[str, str]:
    lines = (line.split() for line in _table("tzdata.zi").splitlines() if line.startswith("L "))
    return {name: target for _mark, target, name in lines}


def _city(zone: str, country: str, place: str) -> City:
    latitude, longitude = (_degrees(part) for part in re.findall(r"[+-][0-9]+", place))
    return City(zone, country, latitude, longitude)


def _degrees(text: str) -> float:
    """Degrees of an angle as ISO 6709 writes it, the seconds left out.

    >>> _degrees("+1345"), _degrees("-0030")
    (13.75, -0.5)
    """
    digits = text[1:]
    whole = 2 if len(digits) in (4, 6) else 3
    size = int(digits[:whole]) + int(digits[whole : whole + 2]) / 60
    return -size if text.startswith("-") else size


def _distance(one: City, other: City) -> float:
    """The great-circle distance in radians."""
    lat, other_lat = radians(one.latitude), radians(other.latitude)
    across = radians(other.longitude - one.longitude)
    half = sin((other_lat - lat) / 2) ** 2 + cos(lat) * cos(other_lat) * sin(across / 2) ** 2
    return 2 * asin(sqrt(half))


@cache
def zone_place(zone: str) -> str:
    """The place a zone is named for, as it is called today.

    >>> zone_place("Asia/Saigon"), zone_place("America/Argentina/Ushuaia")
    ('Ho Chi Minh', 'Ushuaia')
    """
    return todays_zone(zone).rpartition("/")[2].replace("_", " ")


def zone_words(zone: str, local: dt.datetime) -> str:
    """The zone by its place and its offset from UTC at this local time.

    >>> from zoneinfo import ZoneInfo
    >>> zone_words("Asia/Ho_Chi_Minh", dt.datetime(2026, 12, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")))
    'Ho Chi Minh time, UTC+07:00'
    """
    offset = f"{local:%z}"
    return pgettext("zone of a time", "%(place)s time, UTC%(offset)s") % {
        "place": zone_place(zone),
        "offset": f"{offset[:3]}:{offset[3:5]}",
    }
