"""Changes of sessions by organisers, and what they mean for the people who have them in their agenda."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from backend.agenda.services import imports
from backend.agenda.services import sessions as agenda
from backend.agenda.services.files import AgendaFile
from backend.agenda.services.imports import AgendaChanges, plan_agenda
from backend.agenda.services.session_mails import queue_session_mails
from backend.agenda.services.sessions import SessionData
from backend.booking.services.changes import announce_freed_times
from backend.booking.services.requests import release_requests
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Session, SessionPart
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_attendees, lock_event
from backend.people.models import Person


@in_transaction
def change_session(*, event: Event, session_id: int, data: SessionData, by: Person, now: dt.datetime) -> Session:
    """Change a session; requests of those who have it in their agenda lose the time it moves to.

    Confirmed meetings stay. Refuses what `agenda.services.sessions.change_session` refuses.
    """
    check_organiser(by, event, Activity.EDIT)
    _lock_people(event, [session_id])
    before = Session.objects.filter(event=event, pk=session_id).first()
    session = agenda.change_session(event=event, session_id=session_id, data=data, by=by)
    if before and (before.starts_at, before.ends_at) != (session.starts_at, session.ends_at):
        _release([session], now)
        announce_freed_times(event.pk)
    return session


@in_transaction
def import_agenda(
    *, event: Event, file: AgendaFile, remove_missing: bool, by: Person, now: dt.datetime
) -> AgendaChanges:
    """Carry out what a file of sessions changes, all or nothing; missing sessions are removed where asked.

    Refuses OrganisersOnly and `session_taken`.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)  # one import at a time
    changes = plan_agenda(event=event, file=file)
    carry_out_agenda(event, changes, changes.missing if remove_missing else (), now)
    return changes


def carry_out_agenda(
    event: Event, changes: AgendaChanges, removed: Sequence[Session], now: dt.datetime
) -> list[tuple[Session, SessionData]]:
    """Write the changes of the event, whose row is locked, and remove these sessions.

    Requests lose the times of moved sessions; whoever has a changed session in their agenda is told by mail.
    Gives what `imports.carry_out` gives, and refuses what it refuses.
    """
    _lock_people(event)
    queue_session_mails(event, changes, removed, now)
    found = imports.carry_out(event, changes, removed)
    _release([change.session for change in changes.moved if change.session], now)
    announce_freed_times(event.pk)
    return found


def _lock_people(event: Event, session_ids: Iterable[int] | None = None) -> None:
    """Lock those who have these sessions, or any of the event, in their agenda: before the sessions' rows."""
    parts = SessionPart.objects.filter(event=event)
    if session_ids is not None:
        parts = parts.filter(session__in=session_ids)
    lock_attendees(parts.values_list("attendee_id", flat=True))


def _release(sessions: Iterable[Session], now: dt.datetime) -> None:
    for session in sessions:
        parts = SessionPart.objects.filter(session=session).order_by("attendee_id")
        busy = list(parts.values_list("attendee_id", flat=True))
        release_requests(attendee_ids=busy, starts_at=session.starts_at, ends_at=session.ends_at, now=now)
