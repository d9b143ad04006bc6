"""Slots laid over days in the event's zone, and tables: by organisers, previewed, repeatable."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import BusinessError, NotFound, OrganisersOnly
from backend.core.period import Period
from backend.events.models import Slot, Table
from backend.events.rules.slot_grid import BadGrid, SlotGrid, periods_of
from backend.events.services import venue as places
from backend.events.services.venue import InUse, TableData
from backend.meetings import services
from tests.backend.meetings.conftest import make_forum
from tests.factories import NOW, make_attendee

BERLIN = ZoneInfo("Europe/Berlin")


def night(day: dt.date, length: int = 30) -> list[Period]:
    grid = SlotGrid(days=(day,), windows=((dt.time(1), dt.time(4)),), length_minutes=length)
    return list(periods_of(grid, BERLIN))


def test_a_night_in_which_clocks_go_back_has_an_hour_more_and_forward_an_hour_less():
    assert len(night(dt.date(2026, 10, 24))) == 6
    assert len(night(dt.date(2026, 10, 25))) == 8  # 02:00 to 03:00 comes twice
    assert len(night(dt.date(2026, 3, 29))) == 4  # and never


@given(
    st.dates(dt.date(2026, 3, 20), dt.date(2026, 11, 5)),
    st.integers(5, 120),
    st.integers(0, 60),
    st.sampled_from(["Europe/Berlin", "Australia/Sydney", "Asia/Bangkok", "America/St_Johns"]),
)
def test_slots_are_equally_long_in_order_apart_and_inside_their_window(day, length, pause, zone):
    zone = ZoneInfo(zone)
    grid = SlotGrid(
        days=(day,), windows=((dt.time(0), dt.time(0)),), length_minutes=length, break_minutes=pause
    )
    made = periods_of(grid, zone)
    assert {period.ends_at - period.starts_at for period in made} == {dt.timedelta(minutes=length)}
    gaps = {b.starts_at - a.ends_at for a, b in pairwise(made)}
    assert gaps <= {dt.timedelta(minutes=pause)}
    assert {period.starts_at.astimezone(zone).date() for period in made} == {day}


@pytest.mark.parametrize(
    "change",
    [
        {"length_minutes": 4},
        {"length_minutes": 481},
        {"break_minutes": -1},
        {"days": ()},
        {"windows": ()},
        {"windows": ((dt.time(10), dt.time(9)),)},
        {"windows": ((dt.time(9), dt.time(9, 20)),)},
        {"windows": ((dt.time(9), dt.time(11)), (dt.time(10), dt.time(12)))},
        {"days": tuple(dt.date(2026, 12, 1) + dt.timedelta(n) for n in range(30)), "length_minutes": 5},
    ],
)
def test_a_grid_that_makes_no_sense_is_refused_in_a_sentence(change):
    usual = {
        "days": (dt.date(2026, 12, 9),),
        "windows": ((dt.time(9), dt.time(12)),),
        "length_minutes": 25,
        "break_minutes": 5,
    }
    with pytest.raises(BadGrid) as caught:
        periods_of(SlotGrid(**usual | change), BERLIN)
    assert caught.value.message.endswith(".")


@pytest.fixture
def forum(db):
    return make_forum()


@pytest.fixture
def boss(forum):
    return make_attendee(forum.event, permission="organiser", visibility="hidden").person


def test_a_grid_is_laid_once_and_slots_may_overlap_others(forum, boss):
    first = forum.slots[0]
    across = Period(first.starts_at + dt.timedelta(minutes=5), first.ends_at)
    assert [places.add_slots(event=forum.event, periods=[across] * 2, by=boss) for _ in range(2)] == [1, 0]
    assert Slot.objects.filter(event=forum.event).count() == 7


def test_slots_outside_the_forum_s_days_are_refused_and_midnight_still_belongs_to_the_day(forum, boss):
    zone = forum.event.zone
    midnight = dt.datetime.combine(forum.event.ends_on + dt.timedelta(days=1), dt.time(0), zone)
    half = dt.timedelta(minutes=30)
    assert places.add_slots(event=forum.event, periods=[Period(midnight - half, midnight)], by=boss) == 1
    for start in (midnight, midnight - dt.timedelta(days=9)):
        with pytest.raises(BadGrid):
            places.add_slots(event=forum.event, periods=[Period(start, start + half)], by=boss)


def test_a_slot_or_table_somebody_counts_on_stays(forum, boss):
    a, b, *_ = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.ask(forum.people[2], b, forum.slots[1])
    for slot in forum.slots[:2]:
        with pytest.raises(InUse):
            places.remove_slots(event=forum.event, slot_ids=[slot.pk, forum.slots[5].pk], by=boss)
    assert places.remove_slots(event=forum.event, slot_ids=[forum.slots[5].pk], by=boss) == 1
    with pytest.raises(InUse):
        places.remove_table(event=forum.event, table_id=forum.tables[0].pk, by=boss)
    for _ in range(2):
        places.remove_table(event=forum.event, table_id=forum.tables[1].pk, by=boss)
    assert list(Table.objects.all()) == [forum.tables[0]]


def test_tables_are_added_changed_and_refused_by_name(forum, boss):
    room = places.add_table(
        event=forum.event,
        data=TableData(label=" Room ", is_online=True, room_link="https://meet.example.org/{meeting}"),
        by=boss,
    )
    assert room.label == "Room"
    for said, code in (
        (TableData(label=""), "bad_table"),
        (TableData(label="x" * 61), "bad_table"),
        (TableData(label="A", is_online=True), "bad_table"),
        (TableData(label="A", room_link="https://meet.example.org/{meeting}"), "bad_table"),
        (TableData(label="T1"), "label_taken"),
    ):
        with pytest.raises(BusinessError) as caught:
            places.add_table(event=forum.event, data=said, by=boss)
        assert caught.value.code == code
    table = forum.tables[0]
    changed = places.change_table(
        event=forum.event, table_id=table.pk, data=TableData(label="T9", step_free=True), by=boss
    )
    assert (changed.label, changed.step_free) == ("T9", True)
    with pytest.raises(NotFound):
        places.change_table(event=forum.event, table_id=0, data=TableData(label="T9"), by=boss)
    with pytest.raises(places.BadTable):
        places.change_table(event=forum.event, table_id=room.pk, data=TableData(label="Room"), by=boss)


def test_nobody_but_an_organiser_of_this_event_sets_it_up(forum):
    other = make_attendee(make_forum(slug="elsewhere", people=0).event, permission="organiser").person
    for person in (other, forum.people[0].person):
        for change in (
            lambda by: places.add_slots(event=forum.event, periods=[], by=by),
            lambda by: places.remove_slots(event=forum.event, slot_ids=[], by=by),
            lambda by: places.add_table(event=forum.event, data=TableData(label="X"), by=by),
            lambda by: places.remove_table(event=forum.event, table_id=1, by=by),
            lambda by: services.set_rules(event=forum.event, open_requests=1, expiry_hours=1, by=by),
        ):
            with pytest.raises(OrganisersOnly):
                change(person)


def test_the_forum_s_own_figures_are_obeyed_and_senseless_ones_refused(forum, boss):
    services.set_rules(event=forum.event, open_requests=1, expiry_hours=1, by=boss)
    a, b, *_ = forum.people
    assert forum.ask(a, b).expires_at == NOW + dt.timedelta(hours=1)
    for figures in ({"open_requests": 0, "expiry_hours": 1}, {"open_requests": 1, "expiry_hours": 721}):
        with pytest.raises(services.BadRules):
            services.set_rules(event=forum.event, **figures, by=boss)
