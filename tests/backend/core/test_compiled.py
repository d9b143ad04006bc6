from __future__ import annotations

import datetime as dt

import pghistory
import pytest
from django.db import connection
from django.db.models import QuerySet, Value
from django.utils import timezone

from backend.core.compiled import CompiledQuery, CompiledRows, any_of
from backend.events.models.agenda import Slot
from backend.events.models.events import Event
from tests.factories import make_event

NOW = timezone.now()
FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)


def _slots_after(event: int, ids: list[int], after: dt.datetime) -> QuerySet[Slot]:
    return Slot.objects.filter(event=event, pk__in=any_of(ids), starts_at__gt=after)


def _make_slot(event: Event, hours: int) -> Slot:
    starts_at = NOW + dt.timedelta(hours=hours)
    return Slot.objects.create(event=event, starts_at=starts_at, ends_at=starts_at + dt.timedelta(minutes=20))


@pytest.mark.django_db
def test_it_is_written_once_and_gives_what_the_queryset_gives_for_each_use() -> None:
    built = []

    def build(event: int, ids: list[int], after: dt.datetime) -> QuerySet[Slot]:
        built.append(event)
        return _slots_after(event, ids, after)

    compiled = CompiledQuery(build, event=-1, ids=[-2], after=FIRST)
    events = [make_event(), make_event()]
    slots = [_make_slot(event, hours) for event in events for hours in range(1, 5)]
    ids = [slot.pk for slot in slots]
    for event in events:
        for chosen in (ids, ids[1:3], ids[:6], [], [*ids, 2**63, -(2**64)]):
            for after in (NOW, slots[1].starts_at):
                for ids_of in (compiled.ids, compiled.materialized_ids):
                    found = Slot.objects.filter(pk__in=ids_of(event=event.pk, ids=chosen, after=after))
                    assert set(found) == set(_slots_after(event.pk, [pk for pk in chosen if pk in ids], after))
    assert built == [-1]


@pytest.mark.django_db
def test_rows_are_what_the_queryset_gives_with_all_that_it_joins() -> None:
    def build(event: int, ids: list[int], after: dt.datetime) -> QuerySet[Slot]:
        slots = _slots_after(event, ids, after).select_related("event").annotate(share=Value("100 %s %%"))
        return slots.order_by("starts_at")

    compiled = CompiledRows(build, event=-1, ids=[-2], after=FIRST)
    events = [make_event(), make_event()]
    slots = [_make_slot(event, hours) for event in events for hours in range(1, 5)]
    ids = [slot.pk for slot in slots]
    for event in events:
        for chosen in (ids, ids[1:3], [], [*ids, 2**63, -(2**64)]):
            rows = compiled.fetch(event=event.pk, ids=chosen, after=NOW)
            assert rows == list(build(event.pk, [pk for pk in chosen if pk in ids], NOW))
            assert {(row.event.name, row.share) for row in rows} <= {(event.name, "100 %s %%")}  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_rows_are_one_statement_that_the_database_has_prepared_for_numbers_of_any_size() -> None:
    compiled = CompiledRows(_slots_after, event=-1, ids=[-2], after=FIRST)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")  # what other tests have prepared
    for number in (1, 2**15, 2**31, 2**62):
        compiled.fetch(event=number, ids=[number], after=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT parameter_types::text FROM pg_prepared_statements WHERE statement LIKE '%events_slot%unnest%'"
        )
        assert cursor.fetchall() == [('{bigint,bigint[],"timestamp with time zone"}',)]


@pytest.mark.django_db
def test_a_union_is_one_statement_beside_the_audit_trail_of_a_request() -> None:
    def build(event: int) -> QuerySet[Slot, int]:
        ids = Slot.objects.filter(event=event).values_list("pk", flat=True)
        return ids.filter(starts_at__gt=NOW).union(ids.filter(starts_at__lte=NOW))

    event = make_event()
    slots = {_make_slot(event, hours).pk for hours in (-1, 1)}
    with pghistory.context(user=1):
        assert set(CompiledRows(build, event=-1).fetch(event=event.pk)) == slots
