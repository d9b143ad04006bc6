"""A file of sessions against the agenda: what it adds, moves, changes and no longer has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.agenda.services.files import AgendaFile, FileSession
from backend.agenda.services.sessions import (
    SessionData,
    check_session,
    save_session,
    themes_by_key,
)
from backend.core.errors import BusinessError
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Session
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.people.models import Person
from backend.roster.services.report import RefusedLine

FIELDS = ("title", "room", "abstract", "stream_url")


@dataclass(frozen=True, slots=True)
class SessionChange:
    """A session of the agenda (None where it is new) and its values in the file."""

    session: Session | None
    data: SessionData

    @property
    def is_moved(self) -> bool:
        """Whether a session of the agenda starts or ends at another time in the file."""
        before = self.session
        return before is not None and (
            (before.starts_at, before.ends_at) != (self.data.starts_at, self.data.ends_at)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaChanges:
    """What a file would do, in its order. `missing`: sessions of the agenda that it does not hold."""

    added: tuple[SessionChange, ...]
    moved: tuple[SessionChange, ...]
    changed: tuple[SessionChange, ...]
    unchanged: int
    missing: tuple[Session, ...]
    refused: tuple[RefusedLine, ...]

    @property
    def writes(self) -> tuple[SessionChange, ...]:
        """What is saved, whether or not missing sessions are removed."""
        return self.added + self.moved + self.changed


def plan_agenda(*, event: Event, file: AgendaFile) -> AgendaChanges:
    """What importing the file would do; nothing is written.

    A session of the file is one of the agenda with the same `source_id`; else with the same title and start;
    else the only one left of that title.
    """
    themes = themes_by_key(event)
    rows, refused = [], list(file.refused)
    for row in file.sessions:
        try:
            rows.append(FileSession(row.line, check_session(row.data, event, themes)))
        except BusinessError as error:
            refused.append(RefusedLine(row.line, row.data.title[:120], str(error.message)))
    rows, repeated = _without_repeats(rows)
    existing = list(Session.objects.filter(event=event).select_related("event", "theme"))
    pairs, missing = _match(rows, existing)
    added = tuple(change for change in pairs if change.session is None)
    moved = tuple(change for change in pairs if change.is_moved)
    changed = tuple(
        change
        for change in pairs
        if change.session and not change.is_moved and _differs(change.session, change.data)
    )
    return AgendaChanges(
        added=added,
        moved=moved,
        changed=changed,
        unchanged=len(pairs) - len(added) - len(moved) - len(changed),
        missing=tuple(missing),
        refused=tuple(sorted([*refused, *repeated], key=lambda one: one.line)),
    )


@in_transaction
def import_agenda(*, event: Event, file: AgendaFile, remove_missing: bool, by: Person) -> AgendaChanges:
    """Carry out what `plan_agenda` says, all or nothing; missing sessions are removed where that is asked.

    Refuses OrganisersOnly, and `session_taken` where two sessions would have one title and start.
    """
    check_organiser(by, event, Activity.EDIT)
    list(
        Event.objects.select_for_update(no_key=True).filter(pk=event.pk).values_list("pk")
    )  # one import at a time
    changes = plan_agenda(event=event, file=file)
    themes = themes_by_key(event)
    if remove_missing:
        Session.objects.filter(pk__in=[session.pk for session in changes.missing]).delete()
    for change in _ordered(changes.writes):
        save_session(change.session or Session(event=event), change.data, themes)
    return changes


def _ordered(changes: Iterable[SessionChange]) -> list[SessionChange]:
    """Sessions of the agenda first, the latest first, so that a programme moved later meets no old place."""
    return sorted(
        changes,
        key=lambda one: (one.session is None, -(one.session or one.data).starts_at.timestamp()),
    )


def _without_repeats(rows: Sequence[FileSession]) -> tuple[list[FileSession], list[RefusedLine]]:
    seen: dict[object, int] = {}
    kept, repeated = [], []
    for row in rows:
        keys: set[object] = {(row.data.title, row.data.starts_at)} | ({row.data.source_id} - {""})
        first = next((seen[key] for key in keys if key in seen), None)
        if first is None:
            seen |= dict.fromkeys(keys, row.line)
            kept.append(row)
        else:
            reason = _("it is the same session as line %(line)s") % {"line": first}
            repeated.append(RefusedLine(row.line, row.data.title[:120], reason))
    return kept, repeated


def _match(rows: Sequence[FileSession], existing: list[Session]) -> tuple[list[SessionChange], list[Session]]:
    """Each row with its session of the agenda, and the sessions left; exact matches are taken first."""
    left = {session.pk: session for session in existing}
    found: dict[int, Session] = {}
    for key_of in (_by_source, _by_title_and_start, _by_title):
        groups = defaultdict[object, list[Session]](list)
        for session in left.values():
            groups[key_of(session)].append(session)
        for row in rows:
            key = key_of(row.data)
            if key is not None and row.line not in found and len(groups[key]) == 1:
                found[row.line] = left.pop(groups[key].pop().pk)
    return [SessionChange(found.get(row.line), row.data) for row in rows], list(left.values())


def _by_source(one: Session | SessionData) -> object:
    return one.source_id or None


def _by_title_and_start(one: Session | SessionData) -> object:
    return one.title, one.starts_at


def _by_title(one: Session | SessionData) -> object:
    return one.title


def _differs(session: Session, data: SessionData) -> bool:
    theme = session.theme.key if session.theme else ""
    return theme != data.theme or any(getattr(session, name) != getattr(data, name) for name in FIELDS)
