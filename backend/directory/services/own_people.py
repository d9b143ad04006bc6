"""Whom an attendee read about last, and reads of the people they share sessions and topics with."""

from __future__ import annotations

import datetime as dt

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


@in_transaction
def record_visit(*, attendee: Attendee, other_id: int, by: Person, now: dt.datetime) -> None:
    """Keep that the attendee read this person's page, with the twenty latest; nobody else reads it.

    For somebody whom the contact policy has just shown them. Of an archived event nothing is kept. Refuses
    NotYours.
    """
    check_own(attendee, by)
    if not is_allowed(attendee.event, Activity.TAKE_PART):
        return
    visit = ProfileVisit(event_id=attendee.event_id, attendee=attendee, other_id=other_id, seen_at=now)
    ProfileVisit.objects.bulk_create(
        [visit], update_conflicts=True, unique_fields=["attendee", "other"], update_fields=["seen_at"]
    )
    mine = ProfileVisit.objects.filter(attendee=attendee.pk)
    latest = mine.order_by("-seen_at", "-pk").values("pk")[:KEPT_VISITS]
    mine.exclude(pk__in=latest).delete()


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
