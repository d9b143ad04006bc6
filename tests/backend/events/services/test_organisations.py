"""The organisations of one event: found there, or made once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.events.models.attendees import Organisation, Sector
from backend.events.models.events import Event
from backend.events.services.organisations import find_or_create_organisations
from backend.events.services.sectors import load_sectors
from tests.factories import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    made = make_event()
    load_sectors(event=made)
    return made


def test_names_that_differ_in_case_alone_are_one_organisation_with_the_first_sector(event: Event) -> None:
    academia, youth = Sector.objects.get(key="academia"), Sector.objects.get(key="youth")
    found = find_or_create_organisations(event=event, sectors={"Ærø Büro": academia, "ÆRØ BÜRO": youth})
    assert found["Ærø Büro"] == found["ÆRØ BÜRO"]
    kept = Organisation.objects.get()
    assert (kept.event, kept.name, kept.sector) == (event, "Ærø Büro", academia)


def test_an_organisation_of_another_event_is_another_one(event: Event) -> None:
    youth = Sector.objects.get(key="youth")
    other = make_event("other")
    load_sectors(event=other)
    elsewhere = other.sectors.get(key="academia")
    theirs = find_or_create_organisations(event=other, sectors={"House": elsewhere})["House"]
    assert find_or_create_organisations(event=event, sectors={"house": youth})["house"] != theirs
    assert [(row.event, row.sector) for row in Organisation.objects.order_by("pk")] == [
        (other, elsewhere),
        (event, youth),
    ]


def test_finding_many_takes_as_many_queries_as_finding_one(event: Event) -> None:
    sector = Sector.objects.get(key="academia")
    counts = []
    for size in (1, 30):
        with CaptureQueriesContext(connection) as queries:
            find_or_create_organisations(event=event, sectors={f"House {n}": sector for n in range(size)})
        counts.append(len(queries))
        Organisation.objects.all().delete()
    assert counts[0] == counts[1]
