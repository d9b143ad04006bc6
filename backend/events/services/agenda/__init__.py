"""Sessions of an event: one by one, or from the file of a programme.

`files` reads CSV, iCalendar and schedule.json into sessions, `sessions` checks and writes one, `imports`
compares a file with the agenda and carries out the difference. Pages and the API use `meetings.services`,
which also re-offers the requests of people who are busy then.
"""

from backend.events.services.agenda.files import AgendaFile, FileSession, read_agenda
from backend.events.services.agenda.imports import AgendaChanges, SessionChange, import_agenda, plan_agenda
from backend.events.services.agenda.sessions import (
    BadSession,
    SessionData,
    SessionTaken,
    add_session,
    change_session,
    remove_session,
)

__all__ = [
    "AgendaChanges",
    "AgendaFile",
    "BadSession",
    "FileSession",
    "SessionChange",
    "SessionData",
    "SessionTaken",
    "add_session",
    "change_session",
    "import_agenda",
    "plan_agenda",
    "read_agenda",
    "remove_session",
]
