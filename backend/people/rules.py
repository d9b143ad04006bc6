"""What a person's settings mean at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from backend.people.models import Person

PROOF_HOLDS = dt.timedelta(minutes=15)  # how long somebody who proved who they are may do what is sensitive
BY_FACTOR, BY_CODE = "mfa", "code"  # how it was proved, as django-allauth notes it in the session
DIGEST_TIMES: Mapping[str, tuple[dt.time, ...]] = {
    Person.Digest.TWICE_DAILY: (dt.time(8), dt.time(17)),
    Person.Digest.DAILY: (dt.time(8),),
}
GATHERING = dt.timedelta(minutes=3)  # what is mailed of a change waits so long for the next one


def quiet_hours_end(person: Person, event_zone: dt.tzinfo, now: dt.datetime) -> dt.datetime | None:
    """When the quiet hours that the person is in now end; None outside them, and for who has none.

    They are read in the zone the person chose, else in the event's.
    """
    begins, ends = person.quiet_from, person.quiet_until
    if begins is None or ends is None:
        return None
    zone = ZoneInfo(person.own_timezone) if person.own_timezone else event_zone
    local = now.astimezone(zone)
    if begins < ends:
        is_quiet = begins <= local.time() < ends
    else:
        is_quiet = local.time() >= begins or local.time() < ends
    if not is_quiet:
        return None
    day = local.date() if local.time() < ends else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, ends, zone)


def next_digest(person: Person, event_zone: dt.tzinfo, now: dt.datetime) -> dt.datetime | None:
    """When the person's next digest is mailed, by the clock they read from; None without digests."""
    times = DIGEST_TIMES.get(person.digest, ())
    zone = ZoneInfo(person.own_timezone) if person.own_timezone else event_zone
    today = now.astimezone(zone).date()
    moments = (
        dt.datetime.combine(today + dt.timedelta(days=days), time, zone) for days in (0, 1) for time in times
    )
    return next((moment for moment in moments if moment > now), None)


def has_proved_factor(proofs: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the session's proofs is of a second factor."""
    return any(proof["method"] == BY_FACTOR for proof in proofs)


def has_fresh_proof(proofs: Iterable[Mapping[str, Any]], *, has_factor: bool, now: dt.datetime) -> bool:
    """Whether they proved lately who they are: by a second factor, or without one by a mailed code."""
    wanted = {BY_FACTOR} if has_factor else {BY_FACTOR, BY_CODE}
    since = (now - PROOF_HOLDS).timestamp()
    return any(proof["method"] in wanted and proof["at"] > since for proof in proofs)
