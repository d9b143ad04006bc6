"""Whoever left an event is brought back by no source: addresses and rows are remembered as keyed hashes."""

from __future__ import annotations

from backend.events.models.attendees import Attendee
from backend.people.models import FormerAddress
from backend.roster.models import Departure, Registration


def remember_departure(attendee: Attendee) -> None:
    """Remember every address of the attendee's account, and every row of a source that named them."""
    former = FormerAddress.objects.filter(person=attendee.person_id)
    rows = Registration.objects.filter(attendee=attendee).exclude(key=None)
    keys = {*attendee.person.address_hashes, *former.values_list("address_hash", flat=True)}
    keys |= {str(key) for key in rows.values_list("key", flat=True)}
    Departure.objects.bulk_create(
        (Departure(event_id=attendee.event_id, key=key) for key in sorted(keys - {""})),
        ignore_conflicts=True,
    )
