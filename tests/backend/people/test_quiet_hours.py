"""Quiet hours: when they hold, in whose zone, and what a person may choose."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from rest_framework.test import APIClient

from backend.people.models import Person
from backend.people.rules import quiet_hours_end
from backend.people.services import BadQuietHours, set_reading_times

BANGKOK = ZoneInfo("Asia/Bangkok")


def at(text: str, zone: ZoneInfo = BANGKOK) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-12-09T21:59", None),
        ("2026-12-09T22:00", "2026-12-10T07:00"),
        ("2026-12-10T00:30", "2026-12-10T07:00"),
        ("2026-12-10T06:59", "2026-12-10T07:00"),
        ("2026-12-10T07:00", None),
    ],
)
def test_by_default_it_is_quiet_from_ten_to_seven_in_the_event_s_zone(now: str, end: str | None) -> None:
    assert quiet_hours_end(Person(), BANGKOK, at(now)) == (at(end) if end else None)


def test_who_chose_a_zone_sleeps_by_that() -> None:
    person = Person(own_timezone="Europe/Zurich")
    assert quiet_hours_end(person, BANGKOK, at("2026-12-10T02:00")) is None  # 20:00 in Zurich
    zurich = ZoneInfo("Europe/Zurich")
    assert quiet_hours_end(person, BANGKOK, at("2026-12-10T08:00")) == at("2026-12-10T07:00", zurich)


def test_hours_of_a_day_and_none_at_all() -> None:
    nap = Person(quiet_from=dt.time(13), quiet_until=dt.time(14, 30))
    assert quiet_hours_end(nap, BANGKOK, at("2026-12-10T13:10")) == at("2026-12-10T14:30")
    assert quiet_hours_end(nap, BANGKOK, at("2026-12-10T23:10")) is None
    assert quiet_hours_end(Person(quiet_from=None, quiet_until=None), BANGKOK, at("2026-12-10T03:00")) is None


@pytest.mark.django_db
@pytest.mark.parametrize(("begins", "ends"), [(dt.time(22), None), (None, dt.time(7)), (dt.time(7), dt.time(7))])
def test_hours_without_a_beginning_or_an_end_are_refused(begins: dt.time | None, ends: dt.time | None) -> None:
    person = Person.objects.create_user("siti@example.org", name="Siti Rahma")
    with pytest.raises(BadQuietHours):
        set_reading_times(person=person, timezone="", quiet_from=begins, quiet_until=ends, digest="")
    person.refresh_from_db()
    assert (person.quiet_from, person.quiet_until) == (dt.time(22), dt.time(7))


@pytest.mark.django_db
def test_the_api_reads_and_changes_them_and_leaves_them_where_they_are_left_out() -> None:
    person = Person.objects.create_user("siti@example.org", name="Siti Rahma")
    mine = APIClient()
    mine.force_authenticate(person)
    assert mine.get("/api/v1/me/").json()["quiet_from"] == "22:00"
    assert mine.put("/api/v1/me/", {"timezone": ""}, format="json").json()["quiet_until"] == "07:00"
    sent = {"timezone": "", "quiet_from": None, "quiet_until": None}
    assert mine.put("/api/v1/me/", sent, format="json").json()["quiet_from"] is None
    assert mine.put("/api/v1/me/", sent | {"digest": "daily"}, format="json").json()["digest"] == "daily"
    assert mine.put("/api/v1/me/", sent, format="json").json()["digest"] == "daily"
    refused = mine.put("/api/v1/me/", sent | {"quiet_from": "23:00"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_quiet_hours")
