"""Whom an attendee read about last, and reads of the people they share sessions and topics with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from backend.core.transactions import in_transaction
from backend.directory.models import ProfileVisit
from backend.directory.selectors.own_people import SessionCompanions, session_companions_for
from backend.directory.selectors.working_on import WorkingOn, working_on_for
from backend.directory.services.finding import count_search
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import check_own
from backend.events.rules.states import Activity, is_allowed
from backend.people.models import Person

KEPT_VISITS = 20
# One statement, as every page of a person takes it: the visit, and away with all but the latest beside it.
VISITED = """
WITH visit AS (
    INSERT INTO directory_profilevisit (event_id, attendee_id, other_id, seen_at)
    VALUES (%(event)s, %(attendee)s, %(other)s, %(now)s)
    ON CONFLICT (attendee_id, other_id) DO UPDATE SET seen_at = excluded.seen_at
), others AS (
    SELECT id, row_number() OVER (ORDER BY seen_at DESC, id DESC) AS place
    FROM directory_profilevisit WHERE attendee_id = %(attendee)s AND other_id <> %(other)s
)
DELETE FROM directory_profilevisit WHERE id IN (SELECT id FROM others WHERE place >= %(most)s)
"""


@in_transaction
def record_visit(*, attendee: Attendee, other_id: int, by: Person, now: dt.datetime) -> None:
    """Keep that the attendee read this person's page, with the twenty latest; nobody else reads it.

    For somebody whom the contact policy has just shown them. Of an archived event nothing is kept. Refuses
    NotYours.
    """
    check_own(attendee, by)
    if not is_allowed(attendee.event, Activity.TAKE_PART):
        return
    visit: dict[str, Any] = {
        "event": attendee.event_id,
        "attendee": attendee.pk,
        "other": other_id,
        "now": now,
        "most": KEPT_VISITS,
    }
    with connection.cursor() as cursor:
        cursor.execute(VISITED, visit)


@in_transaction
def clear_visits(*, attendee: Attendee, by: Person) -> None:
    """Forget whom the attendee read about. Refuses NotYours."""
    check_own(attendee, by)
    ProfileVisit.objects.filter(attendee=attendee.pk).delete()


def find_session_companions(*, viewer: Attendee, page: int, now: dt.datetime) -> SessionCompanions:
    """One page of the people in the viewer's sessions; refuses TooOften, as a search."""
    count_search(viewer)
    return session_companions_for(viewer=viewer, page=page, now=now)


def find_working_on(*, viewer: Attendee, topic: str = "", theme: str = "", now: dt.datetime) -> WorkingOn:
    """Who works on a topic or theme, by key; refuses NotFound, and TooOften, as a search."""
    count_search(viewer)
    return working_on_for(viewer=viewer, topic=topic, theme=theme, now=now)
