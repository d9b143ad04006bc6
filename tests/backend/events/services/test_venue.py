"""Slots and tables: by organisers, repeatable, kept while somebody counts on them."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.core.errors import BusinessError, NotFound, OrganisersOnly
from backend.core.period import Period
from backend.events.models.agenda import Slot, Table
from backend.events.rules.slot_grid import BadGrid
from backend.events.services import venue
from backend.events.services.venue import TableData
from tests.backend.conftest import make_forum
from tests.factories import make_attendee
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(forum):
    return make_attendee(forum.event, permission="organiser", visibility="hidden").person


def test_a_grid_is_laid_once_and_slots_may_overlap_others(forum, boss):
    first = forum.slots[0]
    across = Period(first.starts_at + dt.timedelta(minutes=5), first.ends_at)
    assert [venue.add_slots(event=forum.event, periods=[across] * 2, by=boss) for _ in range(2)] == [1, 0]
    assert Slot.objects.filter(event=forum.event).count() == 7


def test_slots_outside_the_forum_s_days_are_refused_and_midnight_still_belongs_to_the_day(forum, boss):
    zone = forum.event.zone
    midnight = dt.datetime.combine(forum.event.ends_on + dt.timedelta(days=1), dt.time(0), zone)
    half = dt.timedelta(minutes=30)
    assert venue.add_slots(event=forum.event, periods=[Period(midnight - half, midnight)], by=boss) == 1
    for start in (midnight, midnight - dt.timedelta(days=9)):
        with pytest.raises(BadGrid):
            venue.add_slots(event=forum.event, periods=[Period(start, start + half)], by=boss)


def test_a_slot_or_table_somebody_counts_on_stays(forum, boss):
    a, b, *_ = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.ask(forum.people[2], b, forum.slots[1])
    for slot in forum.slots[:2]:
        with refuses("in_use"):
            venue.remove_slots(event=forum.event, slot_ids=[slot.pk, forum.slots[5].pk], by=boss)
    assert venue.remove_slots(event=forum.event, slot_ids=[forum.slots[5].pk], by=boss) == 1
    with refuses("in_use"):
        venue.remove_table(event=forum.event, table_id=forum.tables[0].pk, by=boss)
    for _ in range(2):
        venue.remove_table(event=forum.event, table_id=forum.tables[1].pk, by=boss)
    assert list(Table.objects.all()) == [forum.tables[0]]


def test_tables_are_added_changed_and_refused_by_name(forum, boss):
    room = venue.add_table(
        event=forum.event,
        data=TableData(label=" Room ", is_online=True, room_link="https://meet.example.org/{meeting}"),
        by=boss,
    )
    assert room.label == "Room"
    for data, code in (
        (TableData(label=""), "bad_table"),
        (TableData(label="x" * 61), "bad_table"),
        (TableData(label="A", is_online=True), "bad_table"),
        (TableData(label="A", room_link="https://meet.example.org/{meeting}"), "bad_table"),
        (TableData(label="T1"), "label_taken"),
    ):
        with pytest.raises(BusinessError) as caught:
            venue.add_table(event=forum.event, data=data, by=boss)
        assert caught.value.code == code
    table = forum.tables[0]
    changed = venue.change_table(
        event=forum.event, table_id=table.pk, data=TableData(label="T9", step_free=True), by=boss
    )
    assert (changed.label, changed.step_free) == ("T9", True)
    with pytest.raises(NotFound):
        venue.change_table(event=forum.event, table_id=0, data=TableData(label="T9"), by=boss)
    with pytest.raises(venue.BadTable):
        venue.change_table(event=forum.event, table_id=room.pk, data=TableData(label="Room"), by=boss)


def test_nobody_but_an_organiser_of_this_event_changes_slots_and_tables(forum):
    other = make_attendee(make_forum(slug="elsewhere", people=0).event, permission="organiser").person
    for person in (other, forum.people[0].person):
        for change in (
            lambda by: venue.add_slots(event=forum.event, periods=[], by=by),
            lambda by: venue.remove_slots(event=forum.event, slot_ids=[], by=by),
            lambda by: venue.add_table(event=forum.event, data=TableData(label="X"), by=by),
            lambda by: venue.remove_table(event=forum.event, table_id=1, by=by),
        ):
            with pytest.raises(OrganisersOnly):
                change(person)
