from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from backend.core.compiled import CompiledQuery, any_of
from backend.events.models import Event, Slot
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
                    assert set(found) == set(
                        _slots_after(event.pk, [pk for pk in chosen if pk in ids], after)
                    )
    assert built == [-1]
