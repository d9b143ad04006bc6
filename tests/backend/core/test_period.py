"""When two half-open periods overlap, on values and in PostgreSQL."""

import datetime as dt
from itertools import product

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from backend.core.period import Period, overlapping, overlapping_range, overlaps
from backend.events.models.agenda import Slot
from tests.factories import make_event

instants = st.datetimes(
    min_value=dt.datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=dt.datetime(2026, 1, 2),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)
periods = st.tuples(instants, instants).filter(lambda two: two[0] < two[1]).map(lambda two: Period(*two))
HOURS = [dt.datetime(2026, 12, 9, hour, tzinfo=dt.UTC) for hour in range(9, 14)]


@pytest.mark.slow
@given(periods, periods)
def test_two_periods_overlap_exactly_when_they_share_a_moment(a, b):
    shared = max(a.starts_at, b.starts_at) < min(a.ends_at, b.ends_at)
    assert a.overlaps(b) == b.overlaps(a) == overlaps(a, b) == shared


@pytest.mark.slow
@given(periods, instants)
def test_a_period_overlaps_itself_and_not_what_touches_it(period, instant):
    assert overlaps(period, period)
    if instant > period.ends_at:
        assert not overlaps(period, Period(period.ends_at, instant))


@pytest.mark.django_db
def test_the_conditions_on_rows_say_the_same_as_the_values():
    event = make_event()
    every = [Period(a, b) for a, b in product(HOURS, HOURS) if a < b]
    slots = [Slot.objects.create(event=event, starts_at=one.starts_at, ends_at=one.ends_at) for one in every]
    for wanted in every:
        found = Slot.objects.filter(overlapping(wanted.starts_at, wanted.ends_at))
        assert set(found) == {slot for slot in slots if overlaps(slot, wanted)}


def test_the_conditions_name_the_fields_of_the_related_row_and_of_the_range():
    start, end = HOURS[:2]
    assert overlapping(start, end, of="slot") == Q(slot__starts_at__lt=end) & Q(slot__ends_at__gt=start)
    assert overlapping_range(start, end) == Q(period__startswith__lt=end) & Q(period__endswith__gt=start)
