"""Whoever left an event is brought back by no source: addresses and rows are remembered as keyed hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.crypto import salted_hmac

from backend.events.models.attendees import Attendee
from backend.people.models import FormerAddress, MovedKey, hash_by, renewed_hashes
from backend.roster.models import Departure, Registration

SALT = "titian.roster.departure"


def departure_keys(event_id: int, hashes: Iterable[str]) -> set[str]:
    """As what the event remembers these hashes, of an address or a row: by a key of this purpose alone."""
    return {salted_hmac(SALT, f"{event_id}:{one}", algorithm="sha256").hexdigest() for one in hashes if one}


def moved_departures(event_id: int) -> Callable[[str], set[str]]:
    """A function: as what an event that moved here remembers an address, by the keys it came with."""
    moved = [(one.old_event, one.keys()) for one in MovedKey.objects.filter(event=event_id)]

    def keys_of(email: str) -> set[str]:
        return {
            hash_by(keys["departure"], f"{old}:{hashed}")
            for old, keys in moved
            if keys
            for hashed in renewed_hashes(keys, email)
        }

    return keys_of


def remember_departure(attendee: Attendee) -> None:
    """Remember every address of the attendee's account, and every row of a source that named them."""
    former = FormerAddress.objects.filter(person=attendee.person_id).values_list("address_hash", flat=True)
    rows = Registration.objects.filter(attendee=attendee).exclude(key=None).values_list("key", flat=True)
    known = {*attendee.person.address_hashes, *former, *map(str, rows)}
    Departure.objects.bulk_create(
        (Departure(event_id=attendee.event_id, key=key) for key in sorted(departure_keys(attendee.event_id, known))),
        ignore_conflicts=True,
    )
