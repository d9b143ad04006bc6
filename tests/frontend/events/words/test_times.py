"""The zones one can choose from: by city, under today's names, the nearest first."""

from zoneinfo import available_timezones

import pytest

from backend.core.zones import zone_cities
from frontend.events.words.times import REGIONS, zones_offered
from tests.frontend.conftest import client_of
from tests.pages import page_of


def test_each_city_is_offered_once_under_todays_name_with_its_country():
    offered = [choice for _region, choices in zones_offered() for choice in choices]
    assert sorted(choice.zone for choice in offered) == sorted(zone_cities())
    assert {choice.zone for choice in offered} <= available_timezones()
    words = {choice.words for choice in offered}
    assert {"Ho Chi Minh, Viet Nam", "Yangon, Myanmar", "Kolkata, India", "Singapore"} <= words
    assert not [text for text in words if text.startswith(("Saigon", "Rangoon", "Calcutta", "Kiev"))]
    assert {zone.partition("/")[0] for zone in zone_cities()} <= set(REGIONS)


@pytest.mark.parametrize(
    ("near", "first"),
    [
        (("Asia/Jakarta",), ["Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura"]),
        (("", "nowhere", "Asia/Vientiane"), ["Asia/Vientiane", "Asia/Bangkok"]),
        (("Asia/Rangoon",), ["Asia/Rangoon", "Asia/Bangkok"]),
    ],
)
def test_the_nearest_come_first_those_of_the_same_country_before_all(near, first):
    label, choices = zones_offered(*near)[0]
    assert label == "Nearest"
    assert [choice.zone for choice in choices[: len(first)]] == first
    assert len(choices) <= 13
    everything = [choice.words for _label, group in zones_offered(*near) for choice in group]
    assert len(everything) == len(set(everything))


def test_without_a_city_to_start_from_the_regions_come_alone():
    nearest, asia, *_others = zones_offered("UTC")
    assert [choice.zone for choice in nearest[1]] == ["UTC"]
    assert asia[0] == "Asia"
    assert zones_offered()[0][0] == "Asia"


def test_a_forum_keeps_its_zone_under_a_former_name_and_reads_todays(cast):
    cast.event.timezone = "Asia/Saigon"
    cast.event.save()
    boss = client_of(cast.organiser.person)
    page = page_of(boss.get(cast.address("set-up/about/")))
    assert page.attributes("#id_timezone option[selected]", "value") == ["Asia/Saigon"]
    assert page.texts("#id_timezone option[selected]") == ["Ho Chi Minh, Viet Nam"]
    assert "Saigon" not in page_of(boss.get(cast.address("set-up/")))
