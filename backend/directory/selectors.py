"""A person's page: read only, always through the contact policy."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.core.errors import NotFound
from backend.events.models import Attendee, SessionPart
from backend.safeguarding.rules import contactable_for
from backend.safeguarding.selectors import Face, face_of


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that one attendee may read of another."""

    face: Face
    about: str
    seeks: str
    offers: str
    shared_sessions: tuple[str, ...]


def person_for(*, viewer: Attendee, attendee_id: int, now: dt.datetime) -> PersonPage:
    """The page of another attendee of the viewer's event; refuses NotFound where contact is not allowed."""
    found = contactable_for(viewer, "page", now).with_card().filter(pk=attendee_id).first()
    if found is None:
        raise NotFound("There is no such person at this forum, or you cannot see them.")
    shared = (
        SessionPart.objects.filter(attendee=viewer.pk, session__parts__attendee=found.pk)
        .order_by("session__starts_at", "session_id")
        .values_list("session__title", flat=True)
    )
    return PersonPage(face_of(found), found.about, found.seeks, found.offers, tuple(shared))
