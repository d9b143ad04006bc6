"""One's own time: slots opened and closed, sessions put into one's diary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from backend.core.errors import BusinessError, NotFound
from backend.core.period import overlapping_range
from backend.events.models import Attendee, Session, SessionPart, Slot
from backend.meetings.models import Availability, Seat
from backend.meetings.services.locking import check_own, lock_attendees
from backend.meetings.services.losing import release_requests
from backend.people.models import Person


class UnknownSlot(BusinessError):
    code = "unknown_slot"
    status = 400


class InAMeeting(BusinessError):
    """The attendee has agreed to a meeting at that time; it has to be cancelled first."""

    code = "in_a_meeting"


class Speaking(BusinessError):
    code = "speaking"


@transaction.atomic
def open_slots(*, attendee: Attendee, slot_ids: Collection[int], by: Person, now: dt.datetime) -> int:
    """Open these slots for requests; gives how many were closed before. Refuses NotYours and UnknownSlot."""
    check_own(attendee, by)
    lock_attendees([attendee.pk])
    known = set(_slots(attendee, slot_ids, now))
    closed = known - set(
        Availability.objects.filter(attendee=attendee, slot__in=known).values_list("slot_id", flat=True)
    )
    Availability.objects.bulk_create(
        Availability(event_id=attendee.event_id, attendee=attendee, slot_id=pk) for pk in sorted(closed)
    )
    return len(closed)


@transaction.atomic
def close_slots(*, attendee: Attendee, slot_ids: Collection[int], by: Person, now: dt.datetime) -> int:
    """Close these slots; gives how many were open. Agreed meetings stay; requests lose the time.

    Refuses NotYours and UnknownSlot.
    """
    check_own(attendee, by)
    lock_attendees([attendee.pk])
    known = _slots(attendee, slot_ids, now)
    opened = Availability.objects.filter(attendee=attendee, slot__in=known)
    closing = list(opened.select_related("slot").order_by("slot__starts_at", "slot_id"))
    opened.delete()
    for row in closing:
        release_requests(
            attendee_ids=[attendee.pk], starts_at=row.slot.starts_at, ends_at=row.slot.ends_at, now=now
        )
    return len(closing)


@transaction.atomic
def change_slots(
    *,
    attendee: Attendee,
    opening: Collection[int],
    closing: Collection[int],
    by: Person,
    now: dt.datetime,
) -> None:
    """Open some slots and close others, all or none; refuses as `open_slots` and `close_slots` do."""
    open_slots(attendee=attendee, slot_ids=opening, by=by, now=now)
    close_slots(attendee=attendee, slot_ids=closing, by=by, now=now)


def _slots(attendee: Attendee, slot_ids: Collection[int], now: dt.datetime) -> list[int]:
    """The ids, each once; refuses UnknownSlot for any that is not a slot to come of the attendee's event."""
    wanted = set(slot_ids)
    known = set(
        Slot.objects.filter(event=attendee.event_id, pk__in=wanted, starts_at__gt=now).values_list(
            "pk", flat=True
        )
    )
    if unknown := sorted(wanted - known):
        raise UnknownSlot("One of these is not a meeting slot to come of this forum.", slot=unknown[0])
    return sorted(known)


@transaction.atomic
def bookmark_session(*, attendee: Attendee, session_id: int, by: Person, now: dt.datetime) -> SessionPart:
    """Put a session into one's diary: busy then. Doing it again changes nothing.

    Refuses NotYours, NotFound, and InAMeeting where an agreed meeting overlaps it.
    """
    check_own(attendee, by)
    session = _session(attendee, session_id)
    lock_attendees([attendee.pk])
    part = SessionPart.objects.filter(attendee=attendee, session=session).first()
    if part is not None:
        return part
    if (meeting_id := meeting_during(attendee, session)) is not None:
        raise InAMeeting(
            f"You have a meeting during “{session.title}”. Cancel it first, or leave the session out.",
            meeting=meeting_id,
        )
    part = SessionPart.objects.create(event_id=attendee.event_id, attendee=attendee, session=session)
    release_requests(
        attendee_ids=[attendee.pk], starts_at=session.starts_at, ends_at=session.ends_at, now=now
    )
    return part


@transaction.atomic
def forget_session(*, attendee: Attendee, session_id: int, by: Person) -> None:
    """Take a bookmarked session out of one's diary; one that is not in it is no error.

    Refuses NotYours, NotFound, and Speaking: who speaks there has to be there.
    """
    check_own(attendee, by)
    session = _session(attendee, session_id)
    lock_attendees([attendee.pk])
    part = SessionPart.objects.filter(attendee=attendee, session=session).first()
    if part is None:
        return
    if part.part == SessionPart.Part.SPEAKING:
        raise Speaking(f"You speak at “{session.title}”, so it stays in your diary.")
    part.delete()


def meeting_during(attendee: Attendee, session: Session) -> int | None:
    """A meeting (id) the attendee agreed to that overlaps the session; the caller holds the diary."""
    during = overlapping_range(session.starts_at, session.ends_at)
    seats = Seat.objects.filter(during, attendee=attendee, is_active=True)
    return seats.values_list("meeting_id", flat=True).first()


def _session(attendee: Attendee, session_id: int) -> Session:
    found = Session.objects.filter(event=attendee.event_id, pk=session_id).first()
    if found is None:
        raise NotFound("There is no such session at this forum.")
    return found
