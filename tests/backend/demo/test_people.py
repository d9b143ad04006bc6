"""The names the demo forum draws from: enough for every country, in its own order, no public figure."""

import json
import unicodedata
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from backend.demo.people import demo_people, unlisted_people

DEMO = Path(__file__).resolve().parents[3] / "backend" / "demo" / "data"
NAMES: dict[str, list[dict[str, Any]]] = json.loads((DEMO / "names.json").read_text(encoding="utf-8"))
PROFILES: list[dict[str, Any]] = json.loads((DEMO / "english_profiles.json").read_text(encoding="utf-8"))
MEMBER_STATES = {
    "Brunei Darussalam",
    "Cambodia",
    "Indonesia",
    "Lao PDR",
    "Malaysia",
    "Myanmar",
    "Philippines",
    "Singapore",
    "Thailand",
    "Timor-Leste",
    "Viet Nam",
}
PARTNERS = {
    "Australia",
    "Japan",
    "Republic of Korea",
    "New Zealand",
    "United Kingdom",
    "Sweden",
    "United States",
    "International",
}
# People in public life whose names must never come out of the demo by chance.
PUBLIC_FIGURES = (
    "Joko Widodo",
    "Prabowo Subianto",
    "Gibran Rakabuming",
    "Megawati Sukarnoputri",
    "Susilo Yudhoyono",
    "Anies Baswedan",
    "Retno Marsudi",
    "Anwar Ibrahim",
    "Mahathir Mohamad",
    "Najib Razak",
    "Muhyiddin Yassin",
    "Ismail Sabri",
    "Lim Guan Eng",
    "Lim Kit Siang",
    "Lee Hsien Loong",
    "Lawrence Wong",
    "Goh Chok Tong",
    "Halimah Yacob",
    "Ferdinand Marcos",
    "Imelda Marcos",
    "Rodrigo Duterte",
    "Sara Duterte",
    "Leni Robredo",
    "Benigno Aquino",
    "Gloria Arroyo",
    "Risa Hontiveros",
    "Manny Pacquiao",
    "Grace Poe",
    "Hun Sen",
    "Hun Manet",
    "Sam Rainsy",
    "Sar Kheng",
    "Kem Sokha",
    "Aung San Suu Kyi",
    "Min Aung Hlaing",
    "Thein Sein",
    "Win Myint",
    "Htin Kyaw",
    "Xanana Gusmao",
    "Jose Ramos-Horta",
    "Mari Alkatiri",
    "Taur Matan Ruak",
    "Francisco Guterres",
    "Nguyen Phu Trong",
    "Nguyen Xuan Phuc",
    "Pham Minh Chinh",
    "To Lam",
    "Luong Cuong",
    "Vo Van Thuong",
    "Thaksin Shinawatra",
    "Yingluck Shinawatra",
    "Paetongtarn Shinawatra",
    "Srettha Thavisin",
    "Anutin Charnvirakul",
    "Prayut Chan-o-cha",
    "Thongloun Sisoulith",
    "Sonexay Siphandone",
    "Bounnhang Vorachith",
    "Hassanal Bolkiah",
    "Anthony Albanese",
    "Scott Morrison",
    "Penny Wong",
    "Julie Bishop",
    "Shinzo Abe",
    "Fumio Kishida",
    "Shigeru Ishiba",
    "Sanae Takaichi",
    "Yoon Suk-yeol",
    "Lee Jae-myung",
    "Moon Jae-in",
    "Park Geun-hye",
    "Jacinda Ardern",
    "Christopher Luxon",
    "Keir Starmer",
    "Boris Johnson",
    "Rishi Sunak",
    "Ulf Kristersson",
    "Magdalena Andersson",
    "Donald Trump",
    "Joe Biden",
    "Barack Obama",
    "Kamala Harris",
    "Antonio Guterres",
    "Kofi Annan",
    "Ban Ki-moon",
)


def folded(name: str) -> frozenset[str]:
    """A name's parts in plain small letters, whatever their order."""
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D"))
    return frozenset("".join(c for c in plain if not unicodedata.combining(c)).lower().split())


def full_names(group: dict[str, Any]) -> list[str]:
    pairs = product(group["given"], group["family"] or [""])
    return [group["format"].format(given=given, family=family) for given, family in pairs]


def public_figures_among(names: list[str]) -> list[str]:
    refused = [folded(name) for name in PUBLIC_FIGURES]
    return [name for name in names if any(parts <= folded(name) for parts in refused)]


def test_names_are_enough_for_every_country_in_its_own_order() -> None:
    assert set(NAMES) == MEMBER_STATES | PARTNERS
    for country, groups in NAMES.items():
        least = 30 if country in MEMBER_STATES else 15
        assert len({name for group in groups for name in group["given"]}) >= least, country
        assert len({name for group in groups for name in group["family"]}) >= least, country
        for group in groups:
            assert group["format"] in {"{given} {family}", "{family} {given}", "{given}"}
            assert ("{family}" in group["format"]) == bool(group["family"])
            assert len(group["given"]) == len(set(group["given"]))
    assert NAMES["Viet Nam"][0]["format"] == "{family} {given}"
    assert any(group["format"] == "{given}" for group in NAMES["Indonesia"])


def test_every_biography_can_have_a_name_of_its_own_many_times_over() -> None:
    drawn = Counter(row["country"] for row in PROFILES)
    for country, groups in NAMES.items():
        different = {name for group in groups for name in full_names(group)}
        assert len(different) >= 10 * drawn[country], country


@pytest.mark.slow
def test_no_name_that_can_be_drawn_is_a_public_figure() -> None:
    drawn = [name for groups in NAMES.values() for group in groups for name in full_names(group)]

    assert public_figures_among(drawn) == []


def test_a_public_figure_is_recognised_in_any_order_and_spelling() -> None:
    planted = ["Nguyễn Phú Trọng", "GUSMÃO Xanana", "Sukarsih"]

    assert public_figures_among(planted) == planted[:2]


def test_some_whose_name_does_not_begin_with_the_given_name_say_how_they_are_called() -> None:
    called = {person.country: person for person in demo_people() if person.short_name}
    assert called.keys() >= {"Viet Nam", "Cambodia", "Malaysia", "Singapore", "Republic of Korea"}
    for person in called.values():
        assert person.name.endswith(person.short_name)
        assert person.name != person.short_name
    assert {person.short_name for person in unlisted_people()} == {"", "Chi", "Rachana"}
