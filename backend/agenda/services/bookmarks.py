"""Sessions and the attendees' time: bookmarks of one's own, and speakers as organisers name them."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Seat
from backend.booking.services.changes import announce_freed_times
from backend.booking.services.requests import release_requests
from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.period import overlapping_range
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Session, SessionPart
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser, check_own
from backend.events.rules.states import Activity
from backend.events.selectors import session_for
from backend.events.services.locks import lock_attendees
from backend.people.models import Person

SPEAKING = SessionPart.Part.SPEAKING


class AttendeeInMeeting(BusinessError):
    """The attendee has a confirmed meeting at that time, which has to be cancelled first."""

    code = "in_a_meeting"


class SpeakerInMeeting(AttendeeInMeeting):
    """Somebody named as a speaker has agreed to a meeting then, which organisers can call off."""

    code = "speaker_in_a_meeting"


@in_transaction
def bookmark_session(*, attendee: Attendee, session_id: int, by: Person, now: dt.datetime) -> SessionPart:
    """Put a session into one's agenda: busy then. Doing it again changes nothing.

    Refuses NotYours, NotFound, and AttendeeInMeeting where a confirmed meeting overlaps it.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    session = session_for(attendee.event, session_id)
    lock_attendees([attendee.pk])
    part = SessionPart.objects.filter(attendee=attendee, session=session).first()
    if part is not None:
        return part
    if (meeting_id := _meeting_during(attendee, session)) is not None:
        raise AttendeeInMeeting(
            _("You have a meeting during “%(title)s”. Cancel it first, or leave the session out.")
            % {"title": session.local_name},
            meeting=meeting_id,
        )
    part = SessionPart.objects.create(event_id=attendee.event_id, attendee=attendee, session=session)
    release_requests(attendee_ids=[attendee.pk], starts_at=session.starts_at, ends_at=session.ends_at, now=now)
    return part


@in_transaction
def remove_bookmark(*, attendee: Attendee, session_id: int, by: Person) -> None:
    """Take a bookmarked session out of one's agenda; one that is not in it is no error.

    Refuses NotYours, NotFound, and `speaking` for one's own talk.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    session = session_for(attendee.event, session_id)
    lock_attendees([attendee.pk])
    part = SessionPart.objects.filter(attendee=attendee, session=session).first()
    if part is None:
        return
    if part.part == SPEAKING:
        raise Refused(
            "speaking",
            _("You speak at “%(title)s”, so it stays in your agenda. Tell the organisers if you do not speak there.")
            % {"title": session.local_name},
        )
    part.delete()
    announce_freed_times(attendee.event_id, [attendee.pk])


@in_transaction
def assign_speaker(*, event: Event, session_id: int, attendee_id: int, by: Person, now: dt.datetime) -> SessionPart:
    """Have an attendee speak at a session: busy then. Naming them again changes nothing.

    Refuses OrganisersOnly, NotFound, and AttendeeInMeeting where a confirmed meeting overlaps it.
    """
    session, attendee = _session_and_attendee(event, session_id, attendee_id, by)
    lock_attendees([attendee.pk])
    if (meeting_id := _meeting_during(attendee, session)) is not None:
        raise SpeakerInMeeting(
            _("They have agreed to a meeting during “%(title)s”. It has to be called off first.")
            % {"title": session.local_name},
            meeting=meeting_id,
        )
    part, _is_new = SessionPart.objects.update_or_create(
        attendee=attendee, session=session, defaults={"event": event, "part": SPEAKING}
    )
    release_requests(attendee_ids=[attendee.pk], starts_at=session.starts_at, ends_at=session.ends_at, now=now)
    return part


@in_transaction
def remove_speaker(*, event: Event, session_id: int, attendee_id: int, by: Person) -> None:
    """Have an attendee no longer speak at a session; one who does not is no error.

    Refuses OrganisersOnly and NotFound.
    """
    session, attendee = _session_and_attendee(event, session_id, attendee_id, by)
    lock_attendees([attendee.pk])
    SessionPart.objects.filter(attendee=attendee, session=session, part=SPEAKING).delete()
    announce_freed_times(event.pk, [attendee.pk])


def _session_and_attendee(event: Event, session_id: int, attendee_id: int, by: Person) -> tuple[Session, Attendee]:
    check_organiser(by, event, Activity.EDIT)
    session = Session.objects.filter(event=event, pk=session_id).first()
    attendee = Attendee.objects.filter(event=event, pk=attendee_id).first()
    if session is None or attendee is None:
        raise NotFound(_("There is no such session, or no such person, at this forum."))
    return session, attendee


def _meeting_during(attendee: Attendee, session: Session) -> int | None:
    """A confirmed meeting (id) of the attendee that overlaps the session; the caller has locked them."""
    during = overlapping_range(session.starts_at, session.ends_at)
    seats = Seat.objects.filter(during, attendee=attendee, is_active=True)
    return seats.values_list("meeting_id", flat=True).first()
