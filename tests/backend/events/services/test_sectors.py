"""An event's own sectors: edited by its organisers, with the organisations kept."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.core.errors import NotFound, OrganisersOnly
from backend.events.models.attendees import Attendee, Organisation, Sector
from backend.events.models.events import Event
from backend.events.rules.sectors import are_preset
from backend.events.selectors import sector_counts_for
from backend.events.services.sectors import (
    MAX_SECTORS,
    BadSector,
    SectorInUse,
    add_sector,
    change_sector,
    load_plain_sectors,
    load_sectors,
    merge_sectors,
    move_sector,
    remove_sector,
    sectors_by_word,
)
from backend.people.models import Constituency
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import import_attendees
from backend.roster.services.rows import COLUMNS
from tests.factories import NOW, make_attendee, make_event, make_organisation

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def event() -> Event:
    made = make_event()
    load_sectors(event=made)
    return made


def sector(event: Event, key: str) -> Sector:
    return Sector.objects.get(event=event, key=key)


def names(event: Event) -> list[str]:
    return [row.name for row in sector_counts_for(event)]


def test_a_new_event_has_the_shipped_sectors_once_and_they_cover_every_constituency(event):
    assert len(names(event)) == 19
    assert {row.constituency for row in sector_counts_for(event)} == set(Constituency.values)
    sector(event, "advocate").delete()
    load_sectors(event=event)
    assert len(names(event)) == 18


def test_a_forum_from_nothing_has_one_sector_for_each_constituency_and_none_of_another_forum():
    event = make_event()
    load_plain_sectors(event=event)
    found = list(Sector.objects.filter(event=event).values_list("key", "constituency"))
    assert {key for key, _constituency in found} == set(Constituency.values)
    assert all(key == constituency for key, constituency in found)
    assert are_preset(Sector.objects.filter(event=event).values_list("key", "name", "constituency"))
    sector(event, "youth").delete()
    assert not are_preset(Sector.objects.filter(event=event).values_list("key", "name", "constituency"))


@pytest.mark.parametrize("word", ["government", "industry", "civil society", "intergovernmental", "academia", "youth"])
def test_the_names_of_constituencies_are_shipped_sectors(event, word):
    assert sectors_by_word(event)[word].constituency == word.replace(" ", "-")


def test_a_merge_keeps_the_organisations_and_has_lists_computed_anew_where_the_constituency_differs(event, boss):
    lawyers = make_attendee(event, sector="advocate", constituency="civil-society")
    bystander = make_attendee(event, sector="academia", constituency="academia")
    before = bystander.changed_at
    into = sector(event, "law-enforcement")
    merge = {"event": event, "by": boss.person, "now": LATER}
    assert merge_sectors(sector_id=sector(event, "advocate").pk, into_id=into.pk, **merge) == 1
    assert "Advocate" not in names(event)
    lawyers.refresh_from_db()
    bystander.refresh_from_db()
    assert (lawyers.organisation.sector, lawyers.constituency) == (into, "government")
    assert (lawyers.changed_at, bystander.changed_at) == (LATER, before)


def test_a_changed_constituency_holds_for_all_its_people_and_a_new_name_recomputes_nothing(event, boss):
    youth = make_attendee(event, sector="youth", constituency="youth")
    before = youth.changed_at
    change = {"event": event, "sector_id": sector(event, "youth").pk, "by": boss.person, "now": LATER}
    change_sector(name="Young people", constituency="youth", **change)
    youth.refresh_from_db()
    assert youth.changed_at == before
    change_sector(name="Young people", constituency="civil-society", **change)
    youth = Attendee.objects.get(pk=youth.pk)
    assert (youth.changed_at, youth.constituency) == (LATER, "civil-society")
    assert youth.organisation.sector.name == "Young people"


def test_a_sector_with_organisations_and_the_one_for_all_others_are_not_removed(event, boss):
    make_organisation(event, "academia", "academia")
    remove = {"event": event, "by": boss.person}
    with pytest.raises(SectorInUse, match="merge it into another sector"):
        remove_sector(sector_id=sector(event, "academia").pk, **remove)
    other = sector(event, "other")
    with pytest.raises(SectorInUse, match="stays"):
        remove_sector(sector_id=other.pk, **remove)
    with pytest.raises(SectorInUse, match="stays"):
        merge_sectors(sector_id=other.pk, into_id=sector(event, "youth").pk, now=NOW, **remove)
    with pytest.raises(BadSector, match="no constituency"):
        change_sector(sector_id=other.pk, name="Rest", constituency="youth", now=NOW, **remove)
    remove_sector(sector_id=sector(event, "advocate").pk, **remove)
    assert "Advocate" not in names(event)


def test_bad_sectors_are_refused_in_a_sentence(event, boss):
    add = {"event": event, "by": boss.person}
    for name, constituency, text in (
        (" ", "youth", "needs a name"),
        ("n" * 81, "youth", "needs a name"),
        ("LAW enforcement", "youth", "already"),
        ("Media", "press", "Choose the constituency"),
    ):
        with pytest.raises(BadSector, match=text):
            add_sector(name=name, constituency=constituency, **add)
    for number in range(MAX_SECTORS - 19):
        add_sector(name=f"Kind {number}", constituency="other", **add)
    with pytest.raises(BadSector, match="at most 60"):
        add_sector(name="One more", constituency="other", **add)
    with pytest.raises(NotFound):
        move_sector(sector_id=0, up=True, **add)
    with pytest.raises(OrganisersOnly):
        add_sector(event=event, name="Media", constituency="youth", by=make_attendee(event).person)


def test_an_import_knows_the_events_own_sectors_and_brings_no_shipped_one_back(event, boss):
    add_sector(event=event, name="Faith groups", constituency="civil-society", by=boss.person)
    remove_sector(event=event, sector_id=sector(event, "advocate").pk, by=boss.person)
    lines = ("name,email,organisation,sector", "A,a@example.org,Temple,Faith Groups", "B,b@example.org,Court,Advocate")
    text = "\n".join(lines)
    rows = read_csv(text.encode(), columns=frozenset(COLUMNS))
    report = import_attendees(event=event, table=rows, by=boss.person, now=NOW)
    houses = Organisation.objects.filter(event=event, name__in=["Temple", "Court"])
    assert dict(houses.values_list("name", "sector__key")) == {"Temple": "faith-groups", "Court": "other"}
    assert "Advocate" not in names(event)
    assert any("not known" in line and "Advocate" in line for line in report.notes)
