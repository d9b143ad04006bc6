"""A programme on another server, and what the agenda becomes by it.

Which session is which is told by the entry's own id there: pretalx makes it of the submission's code, a
calendar has its UID. An entry that is gone is a cancellation, within the bounds that hold for people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.agenda.selectors.sessions import double_booked_counts
from backend.agenda.services.agenda import carry_out_agenda
from backend.agenda.services.files import AgendaFile, FileSession, read_agenda
from backend.agenda.services.imports import AgendaChanges, Known, plan_agenda
from backend.agenda.services.sessions import SessionData, clean_source_id
from backend.core.outgoing import DENIED, AddressRefused, Patience, PeerDenied, PeerLacks, fetch
from backend.core.period import Period
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Session
from backend.integrations.models import ProgrammeEntry, Source
from backend.integrations.services.comparing import are_many
from backend.integrations.services.indico import event_in_indico
from backend.integrations.services.json_server import JsonServer
from backend.integrations.services.runs import Decisions, SyncCounts, lock_source, note_run
from backend.integrations.services.speakers import SpeakerToDecide, assign_proposed, proposed_speakers
from backend.integrations.services.tokens import opened
from backend.people.models import Person
from backend.roster.services.report import RefusedLine

MAX_BYTES = 10_000_000
WHEN = "when"
VALUES: Mapping[str, Sequence[str]] = {
    WHEN: ("starts_at", "ends_at"),
    **{name: (name,) for name in ("title", "theme", "room", "abstract", "stream_url")},
}
"""What is compared and kept as one value, with the fields of a session that it fills."""


@dataclass(frozen=True, slots=True)
class SessionToDecide:
    """A session that the source has no more."""

    session_id: int
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeReport:
    """What a run did with sessions; with `dry_run` what it would do."""

    dry_run: bool
    counts: SyncCounts
    changes: AgendaChanges
    notes: tuple[str, ...]
    left_out: tuple[RefusedLine, ...]
    leaving: tuple[SessionToDecide, ...]
    speakers: tuple[SpeakerToDecide, ...]
    has_to_be_confirmed: bool

    @property
    def added(self) -> list[str]:
        return [one.data.title for one in self.changes.added]

    @property
    def moved(self) -> list[str]:
        return [one.data.title for one in self.changes.moved]

    @property
    def changed(self) -> list[str]:
        return [one.data.title for one in self.changes.changed]


def programme_address(kind: str, address: str, *, has_token: bool = False) -> str:
    """Where the programme is read, from the address that organisers wrote; refuses AddressRefused.

    >>> programme_address("pretalx", "https://talks.example.org/forum/")
    'https://talks.example.org/forum/schedule/export/schedule.json'
    >>> programme_address("indico_sessions", "https://example.org/indico/event/12/timetable/")
    'https://example.org/indico/export/event/12.json?detail=sessions&nc=yes'
    """
    parts = urlsplit(address.strip())
    host, names = f"{parts.scheme}://{parts.netloc}", [one for one in parts.path.split("/") if one]
    if kind == Source.Kind.PRETALX:
        event = names[2:3] if names[:2] == ["api", "events"] else names[:1]
        if not event:
            raise AddressRefused(
                _("Write the address of the event in pretalx, such as https://pretalx.example.org/event/.")
            )
        if has_token:
            return f"{host}/api/events/{event[0]}/schedules/latest/exporters/schedule.json/"
        return f"{host}/{event[0]}/schedule/export/schedule.json"
    if kind == Source.Kind.INDICO_SESSIONS:
        before, number = event_in_indico(address)
        return f"{before}/export/event/{number}.json?detail=sessions&nc=yes"
    return address.strip()


def read_programme(source: Source, *, now: dt.datetime, patience: Patience) -> AgendaFile:
    """The source's sessions as they are now; nothing is written.

    Refuses AddressRefused, PeerDenied, PeerFailed, UnreadableFile and EncodingNotConfirmed.
    """
    token = opened(source.token, now)
    scheme = "Token" if source.kind == Source.Kind.PRETALX else "Bearer"
    authorization = f"{scheme} {token}" if token else ""
    address = programme_address(source.kind, source.address, has_token=bool(token))
    patience = replace(patience, max_bytes=min(patience.max_bytes, MAX_BYTES))
    is_indico = source.kind == Source.Kind.INDICO_SESSIONS
    denied = DENIED | {400} if is_indico and token else DENIED  # so its export answers to a revoked token
    file = read_agenda(
        fetch(address, authorization=authorization, denied=denied, patience=patience), event=source.event
    )
    if is_indico:
        return file
    by_code: dict[str, str] = {}
    if source.kind == Source.Kind.PRETALX and token:
        by_code = _speaker_addresses(JsonServer(address.partition("schedules/")[0], authorization, patience))
    rows = (
        replace(row, speakers=tuple(by_code[one] for one in row.speakers if one in by_code)) for row in file.sessions
    )
    return replace(file, sessions=tuple(rows))


def _speaker_addresses(pretalx: JsonServer) -> dict[str, str]:
    """The addresses of speakers by their code; none where the token may not read them."""
    try:
        return {str(row.get("code")): str(row["email"]) for row in pretalx.rows("speakers") if row.get("email")}
    except (PeerDenied, PeerLacks):
        return {}


def sync_programme(
    source: Source, file: AgendaFile, decisions: Decisions, by: Person | None, now: dt.datetime, *, dry_run: bool
) -> ProgrammeReport:
    """Bring the agenda up to the programme: sessions come, move and change, and what it has no more goes.

    Where that is more than the larger of five and five in a hundred, only those of `decisions`, and nothing
    by itself while an entry without an id cannot be read. A value that the source says as before stays as it
    is here; a session that was removed here does not return, and nothing goes that is over.
    """
    if dry_run:
        return _Comparing(source, file, decisions, now).report(dry_run=True)
    return _bring_up_to(source, file, decisions, by, now)


@in_transaction
def _bring_up_to(
    source: Source, file: AgendaFile, decisions: Decisions, by: Person | None, now: dt.datetime
) -> ProgrammeReport:
    lock_source(source)
    found = _Comparing(source, file, decisions, now)
    done = found.report(dry_run=False)
    keys = [found.keys[one.pk] for one in found.removed]
    sessions = carry_out_agenda(source.event, found.changes, found.removed, now)
    ProgrammeEntry.objects.filter(source=source, key__in=keys).delete()
    _keep_entries(source, found.known, sessions)
    by_key = {given.source_id: session.pk for session, given in sessions}
    assign_proposed(source.event, found.speakers, decisions.speakers, by_key, by, now)
    note_run(source, done.counts, by, now)
    return done


class _Comparing:
    """The programme against the agenda and what is known of its entries; reads only."""

    def __init__(self, source: Source, file: AgendaFile, decisions: Decisions, now: dt.datetime) -> None:
        entries = list(ProgrammeEntry.objects.filter(source=source).select_related("session"))
        self.known = {one.session_id: one for one in entries if one.session_id is not None}
        self.keys = {pk: one.key for pk, one in self.known.items()}
        others = ProgrammeEntry.objects.filter(source__event=source.event_id).exclude(source=source)
        known = Known(
            keys=self.keys,
            apart=set(others.exclude(session=None).values_list("session_id", flat=True)),
            settle=partial(_settled, source, self.known),
        )
        removed_here = {one.key for one in entries if one.session_id is None}
        rows, refused = _with_keys(file.sessions)
        kept = [row for row in rows if row.data.source_id not in removed_here]
        self.left_alone = len(rows) - len(kept)
        read = AgendaFile(tuple(kept), (*file.refused, *refused))
        self.changes = plan_agenda(event=source.event, file=read, known=known)
        here = {key: pk for pk, key in self.keys.items()}
        self.speakers = proposed_speakers(source.event, kept, here, now)
        answered = {row.data.source_id for row in rows} | {clean_source_id(key) for key in file.unread}
        found = (*self.changes.moved, *self.changes.changed, *self.changes.same)
        planned = {change.session.pk for change in found if change.session}
        self.gone = [
            one.session
            for one in entries
            if one.session and one.key not in answered and one.session.pk not in planned
            if one.session.ends_at > now
        ]
        is_doubtful = bool(self.gone) and ("" in answered or bool(refused))
        self.has_to_be_confirmed = is_doubtful or are_many(len(self.gone), len(self.known))
        decided = [one for one in self.gone if one.pk in decisions.taken_out]
        self.removed = decided if self.has_to_be_confirmed else self.gone

    def report(self, *, dry_run: bool) -> ProgrammeReport:
        changes = self.changes
        counts = SyncCounts(
            added=len(changes.added),
            updated=len(changes.moved) + len(changes.changed),
            unchanged=changes.unchanged + self.left_alone,
            taken_out=len(self.removed),
            to_decide=len(self.gone) - len(self.removed),
            left_out=len(changes.refused),
        )
        gone = sorted(self.gone, key=lambda one: (one.starts_at, one.pk))
        return ProgrammeReport(
            dry_run=dry_run,
            counts=counts,
            changes=changes,
            notes=_notes(changes),
            left_out=changes.refused,
            leaving=tuple(SessionToDecide(one.pk, one.title, one.starts_at, one.ends_at) for one in gone),
            speakers=self.speakers,
            has_to_be_confirmed=self.has_to_be_confirmed,
        )


def _with_keys(rows: Sequence[FileSession]) -> tuple[list[FileSession], list[RefusedLine]]:
    """The sessions that have an own id in the programme, and the others as refused."""
    kept, refused = [], []
    for row in rows:
        key = clean_source_id(row.data.source_id)
        if key:
            kept.append(FileSession(row.line, replace(row.data, source_id=key), row.speakers))
        else:
            reason = _("it has no id of its own, by which it would be known again")
            refused.append(RefusedLine(row.line, row.data.title[:120], reason))
    return kept, refused


def _settled(source: Source, known: Mapping[int, ProgrammeEntry], session: Session, data: SessionData) -> SessionData:
    """What the session becomes: values that the source says as before stay as they are here.

    At the first reading of a session that was here already, what the source does not say stays.
    """
    entry = known.get(session.pk)
    said = said_of(source, data)
    here = {**{name: getattr(session, name) for name in _FIELDS}, "theme": _theme_of(session)}
    stays: list[str] = []
    for name, fields in VALUES.items():
        is_said = said[name] != entry.said.get(name) if entry else any(getattr(data, one) for one in fields)
        stays += () if is_said else fields
    return replace(data, **{name: here[name] for name in stays})


_FIELDS = tuple(name for fields in VALUES.values() for name in fields if name != "theme")


def _theme_of(session: Session) -> str:
    return session.theme.key if session.theme else ""


def said_of(source: Source, data: SessionData) -> dict[str, str]:
    """What the source says of a session, as it is kept: a keyed hash of each value."""
    return {name: _hash(source, data, name, fields) for name, fields in VALUES.items()}


def _hash(source: Source, data: SessionData, name: str, fields: Sequence[str]) -> str:
    values = [getattr(data, one) for one in fields]
    words = [one.astimezone(dt.UTC).isoformat() if isinstance(one, dt.datetime) else one for one in values]
    text = ":".join([str(source.pk), data.source_id, name, *words])
    return salted_hmac("titian.integrations.session", text, algorithm="sha256").hexdigest()[:16]


def _keep_entries(
    source: Source, known: Mapping[int, ProgrammeEntry], sessions: Sequence[tuple[Session, SessionData]]
) -> None:
    """Keep which entry each session is, and what it said; nothing where all is as before."""
    new = []
    for session, given in sessions:
        entry, said = known.get(session.pk), said_of(source, given)
        if entry is None:
            new.append(ProgrammeEntry(source=source, session=session, key=given.source_id, said=said))
        elif (entry.key, entry.said) != (given.source_id, said):
            entry.key, entry.said = given.source_id, said
            entry.save(update_fields=["key", "said"])
    ProgrammeEntry.objects.bulk_create(new)


def _notes(changes: AgendaChanges) -> tuple[str, ...]:
    moved = {
        change.session.pk: Period(change.data.starts_at, change.data.ends_at)
        for change in changes.moved
        if change.session
    }
    people = sum(double_booked_counts(moved).values())
    if not people:
        return ()
    words = ngettext(
        "%(people)s person who has a moved session in their agenda has agreed to a meeting at its new time.",
        "%(people)s people who have a moved session in their agenda have agreed to a meeting at its new time.",
        people,
    )
    return (words % {"people": people},)
