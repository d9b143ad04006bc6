"""Who is suspended, for safeguarding leads alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.events.models.attendees import Attendee
from backend.events.models.suspensions import Suspension
from backend.events.selectors import name_in_lists, names_of_people
from backend.safeguarding.models import ReportEntry
from backend.safeguarding.rules import readable_for


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    """Who is or was suspended, as lists for leads name them (S7), and by whom.

    The reason is empty where it stands in a report that this lead may not read.
    """

    attendee_id: int
    name: str
    organisation: str
    reason: str
    suspended_by: str
    suspended_at: dt.datetime
    lifted_by: str
    lifted_at: dt.datetime | None


def count_suspended(lead: Attendee) -> int:
    """How many are suspended now at the lead's event."""
    return Suspension.objects.in_force().filter(attendee__event=lead.event_id).count()


def suspensions_for(lead: Attendee) -> tuple[SuspensionRow, ...]:
    """The suspensions at the lead's event, in a constant number of queries: those in force first, the newest
    first among each.
    """
    found = list(
        Suspension.objects.filter(attendee__event=lead.event_id)
        .select_related("attendee__person", "attendee__organisation")
        .order_by("-suspended_at", "-pk")
    )
    people = {pk for one in found for pk in (one.suspended_by_id, one.lifted_by_id) if pk}
    names = names_of_people(people, lead.event)
    entries = ReportEntry.objects.filter(kind=ReportEntry.Kind.SUSPENDED, report__event=lead.event_id)
    closed = entries.exclude(report__in=readable_for(lead))
    unread = set(closed.values_list("about", "written_at"))
    rows = [
        SuspensionRow(
            one.attendee_id,
            name_in_lists(one.attendee),
            one.attendee.organisation.name if one.attendee.organisation else "",
            "" if (one.attendee_id, one.suspended_at) in unread else one.reason,
            names.get(one.suspended_by_id or 0, ""),
            one.suspended_at,
            names.get(one.lifted_by_id or 0, ""),
            one.lifted_at,
        )
        for one in found
    ]
    return tuple(sorted(rows, key=lambda row: row.lifted_at is not None))
