"""A file of sessions against the agenda: what it adds, moves, changes and no longer has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from backend.agenda.services.files import AgendaFile, FileSession
from backend.agenda.services.sessions import SessionData, check_session, save_session, themes_by_key
from backend.core.errors import BusinessError
from backend.events.models.agenda import Session
from backend.events.models.events import Event
from backend.roster.services.report import RefusedLine

FIELDS = ("title", "room", "abstract", "stream_url")


@dataclass(frozen=True, slots=True)
class SessionChange:
    """A session of the agenda (None where it is new), its values to be, and those in the file."""

    session: Session | None
    data: SessionData
    given: SessionData

    @property
    def is_moved(self) -> bool:
        """Whether a session of the agenda starts or ends at another time in the file."""
        before = self.session
        return before is not None and ((before.starts_at, before.ends_at) != (self.data.starts_at, self.data.ends_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaChanges:
    """What a file would do, in its order. `missing`: sessions of the agenda that it does not hold."""

    added: tuple[SessionChange, ...]
    moved: tuple[SessionChange, ...]
    changed: tuple[SessionChange, ...]
    same: tuple[SessionChange, ...]
    missing: tuple[Session, ...]
    refused: tuple[RefusedLine, ...]

    @property
    def unchanged(self) -> int:
        return len(self.same)

    @property
    def writes(self) -> tuple[SessionChange, ...]:
        """What is saved, whether or not missing sessions are removed."""
        return self.added + self.moved + self.changed


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the agenda beside the file, where the same one is read again and again.

    `keys`: the own id there of sessions, by their id here. `apart`: sessions (ids) that are none of the
    file's. `settle`: what a session becomes by its values in the file.
    """

    keys: Mapping[int, str] = field(default_factory=dict)
    apart: Collection[int] = ()
    settle: Callable[[Session, SessionData], SessionData] = lambda _session, data: data


def plan_agenda(*, event: Event, file: AgendaFile, known: Known = Known()) -> AgendaChanges:
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
    sessions = Session.objects.filter(event=event).exclude(pk__in=known.apart)
    pairs, missing = _match(rows, list(sessions.select_related("event", "theme")), known)
    added = tuple(change for change in pairs if change.session is None)
    moved = tuple(change for change in pairs if change.is_moved)
    stay = [change for change in pairs if change.session and not change.is_moved]
    changed = tuple(change for change in stay if change.session and _differs(change.session, change.data))
    return AgendaChanges(
        added=added,
        moved=moved,
        changed=changed,
        same=tuple(change for change in stay if change not in changed),
        missing=tuple(missing),
        refused=tuple(sorted([*refused, *repeated], key=lambda one: one.line)),
    )


def carry_out(event: Event, changes: AgendaChanges, removed: Iterable[Session]) -> list[tuple[Session, SessionData]]:
    """Write the changes, and remove these sessions; the caller holds the event's row.

    Gives every session of the file with its values there. Refuses `session_taken` where two sessions would
    have one title and start.
    """
    themes = themes_by_key(event)
    Session.objects.filter(pk__in=[session.pk for session in removed]).delete()
    found = [(change.session, change.given) for change in changes.same if change.session]
    for change in _ordered(changes.writes):
        session = save_session(change.session or Session(event=event), change.data, themes)
        found.append((session, change.given))
    return found


def _ordered(changes: Iterable[SessionChange]) -> list[SessionChange]:
    """Sessions of the agenda first, the latest first, so that a programme moved later meets no old place."""
    return sorted(changes, key=lambda one: (one.session is None, -(one.session or one.data).starts_at.timestamp()))


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


def _match(
    rows: Sequence[FileSession], existing: list[Session], known: Known
) -> tuple[list[SessionChange], list[Session]]:
    """Each row with its session of the agenda, and the sessions left; exact matches are taken first."""
    left = {session.pk: session for session in existing}
    found: dict[int, Session] = {}
    for key_of in (_by_source, _by_title_and_start, _by_title):
        groups = defaultdict[object, list[Session]](list)
        for session in left.values():
            groups[_own_key(session, known) if key_of is _by_source else key_of(session)].append(session)
        for row in rows:
            key = key_of(row.data)
            if key is not None and row.line not in found and len(groups[key]) == 1:
                found[row.line] = left.pop(groups[key].pop().pk)
    pairs = [(found.get(row.line), row.data) for row in rows]
    changes = [
        SessionChange(session, known.settle(session, data) if session else data, data) for session, data in pairs
    ]
    return changes, list(left.values())


def _by_source(one: Session | SessionData) -> object:
    return one.source_id or None


def _own_key(session: Session, known: Known) -> object:
    return known.keys.get(session.pk) or _by_source(session)


def _by_title_and_start(one: Session | SessionData) -> object:
    return one.title, one.starts_at


def _by_title(one: Session | SessionData) -> object:
    return one.title


def _differs(session: Session, data: SessionData) -> bool:
    theme = session.theme.key if session.theme else ""
    return theme != data.theme or any(getattr(session, name) != getattr(data, name) for name in FIELDS)
