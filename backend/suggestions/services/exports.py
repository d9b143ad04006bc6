"""Files for organisers; every download is recorded."""

from __future__ import annotations

import datetime as dt

from backend.core.audit import record_act
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.people.models import Person
from backend.suggestions.selectors.unmet import unmet_needs_csv, unmet_needs_for

UNMET_FILE = "unmet-needs.csv"


@in_transaction
def export_unmet_needs(*, event: Event, by: Person, now: dt.datetime) -> bytes:
    """Needs nobody answers and offers nobody seeks, as CSV; the download is recorded.

    Refuses OrganisersOnly.
    """
    check_organiser(by, event)
    record_act(event=event, by=by, kind=Act.Kind.DOWNLOADED, what=UNMET_FILE, now=now)
    return unmet_needs_csv(unmet_needs_for(event))
