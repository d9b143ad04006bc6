"""Downloads of the audit trail, which are recorded in it."""

from __future__ import annotations

import datetime as dt

from backend.audit.selectors import AuditEntry, audit_entries_for, filter_entries
from backend.core.audit import record_act
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.people.models import Person

ENTRIES_FILE = "what-was-done.csv"


@in_transaction
def export_audit_entries(
    *, event: Event, person_id: int | None, kind: str, day: dt.date | None, by: Person, now: dt.datetime
) -> list[AuditEntry]:
    """The entries of a file to download, filtered as by `filter_entries`; the download is recorded.

    Refuses OrganisersOnly.
    """
    check_organiser(by, event)
    entries = filter_entries(audit_entries_for(event=event), person_id=person_id, kind=kind, day=day, zone=event.zone)
    record_act(event=event, by=by, kind=Act.Kind.DOWNLOADED, what=ENTRIES_FILE, now=now)
    return entries
