"""Who speaks at a session, as the organisers say: busy then, whatever they had opened."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import NotFound
from backend.events.models import Attendee, Event, Session, SessionPart
from backend.events.rules import check_organiser
from backend.meetings.services.diary import InAMeeting, meeting_during
from backend.meetings.services.locking import lock_attendees
from backend.meetings.services.losing import release_requests
from backend.people.models import Person

SPEAKING = SessionPart.Part.SPEAKING


@transaction.atomic
def name_speaker(
    *, event: Event, session_id: int, attendee_id: int, by: Person, now: dt.datetime
) -> SessionPart:
    """Have an attendee speak at a session: their open requests lose its time. Again, it changes nothing.

    Refuses OrganisersOnly, NotFound, and InAMeeting where a meeting they agreed to overlaps it.
    """
    session, attendee = _named(event, session_id, attendee_id, by)
    lock_attendees([attendee.pk])
    if (meeting_id := meeting_during(attendee, session)) is not None:
        raise InAMeeting(
            f"They have agreed to a meeting during “{session.title}”. It has to be called off first.",
            meeting=meeting_id,
        )
    part, _ = SessionPart.objects.update_or_create(
        attendee=attendee, session=session, defaults={"event": event, "part": SPEAKING}
    )
    release_requests(
        attendee_ids=[attendee.pk], starts_at=session.starts_at, ends_at=session.ends_at, now=now
    )
    return part


@transaction.atomic
def drop_speaker(*, event: Event, session_id: int, attendee_id: int, by: Person) -> None:
    """Have an attendee no longer speak at a session; who does not is no error.

    Refuses OrganisersOnly and NotFound.
    """
    session, attendee = _named(event, session_id, attendee_id, by)
    lock_attendees([attendee.pk])
    SessionPart.objects.filter(attendee=attendee, session=session, part=SPEAKING).delete()


def _named(event: Event, session_id: int, attendee_id: int, by: Person) -> tuple[Session, Attendee]:
    check_organiser(by, event)
    session = Session.objects.filter(event=event, pk=session_id).first()
    attendee = Attendee.objects.filter(event=event, pk=attendee_id).first()
    if session is None or attendee is None:
        raise NotFound("There is no such session, or no such person, at this forum.")
    return session, attendee
