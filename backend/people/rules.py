"""What a person's settings mean at a moment."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from backend.people.models import Person

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
