"""Writes to the organisations of one event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models.functions import Lower

from backend.core.transactions import in_transaction
from backend.events.models.attendees import Organisation, Sector
from backend.events.models.events import Event
from backend.people.selectors import folded_for
from backend.people.services import BATCH


@in_transaction
def find_or_create_organisations(
    *, event: Event, sectors: Mapping[str, Sector], save: bool = True
) -> dict[str, Organisation]:
    """The event's organisations with these names, by the name as given; missing ones are created there.

    A known organisation keeps the sector it has. Names that differ in case alone are one organisation.
    Without `save`, new ones are not stored.
    """
    folded = dict(zip(sectors, folded_for(list(sectors)), strict=True))
    known = _organisations_by_name(event, set(folded.values()))
    missing = {
        fold: Organisation(event=event, name=name, sector=sectors[name])
        for name, fold in reversed(folded.items())
        if fold not in known
    }
    if missing and save:
        Organisation.objects.bulk_create(
            [missing[fold] for fold in sorted(missing)], batch_size=BATCH, ignore_conflicts=True
        )
        missing = _organisations_by_name(event, set(missing))
    known |= missing
    return {name: known[fold] for name, fold in folded.items()}


def _organisations_by_name(event: Event, folded: set[str]) -> dict[str, Organisation]:
    rows = Organisation.objects.filter(event=event).select_related("sector").annotate(folded=Lower("name"))
    return {row.folded: row for row in rows.filter(folded__in=folded)}


def move_organisations(*, organisations: Sequence[Organisation]) -> None:
    """Save the sectors these organisations carry."""
    Organisation.objects.bulk_update(organisations, ["sector"], batch_size=BATCH)
