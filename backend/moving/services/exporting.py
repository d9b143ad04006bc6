"""A forum's export: all that another installation needs, in one encrypted file."""

from __future__ import annotations

import datetime as dt
import gzip
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core import serializers
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from backend.core.audit import record_act
from backend.core.models import Act
from backend.events.models.events import Event
from backend.groups.models import Rounds
from backend.moving.engine import field_names
from backend.moving.models import Approval
from backend.moving.rules import CARRIED, MODELS, CannotMove
from backend.moving.selectors import rows_of, settled_agreements, to_enter_again
from backend.moving.services.approving import use_approval
from backend.moving.services.files import FORMAT, LineWriter, encrypt_for_new_key, scratch
from backend.people.models import ADDRESS_HASH_SALT, SKELETON_HASH_SALT, KnownMinor, Person, derived_key
from backend.privacy.services.remembering import SALT as ERASURES_SALT
from backend.programme.models import Plan
from backend.roster.services.departures import SALT as DEPARTURE_SALT
from backend.suggestions.models import Run

SALTS = {
    "address": ADDRESS_HASH_SALT,
    "skeleton": SKELETON_HASH_SALT,
    "departure": DEPARTURE_SALT,
    "erasures": ERASURES_SALT,
}
CHUNK = 500
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Export:
    """The key that opens the file, how many rows are in it, and what has to be entered again elsewhere."""

    key: str
    rows: int
    again: tuple[str, ...]


def export_forum(*, event: Event, file: Path, by: Person, now: dt.datetime, on_progress: Progress) -> Export:
    """Write the forum, as it is at one moment, to a file that only the key given here opens.

    Refuses `not_yours`, `not_approved`, `not_at_rest` for a rehearsal or while work on it goes on, and
    CannotExport.
    """
    with scratch() as folder:
        plain = folder / "forum"
        is_outermost = not connection.in_atomic_block
        with transaction.atomic():
            if is_outermost:
                connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            use_approval(event=event, kind=Approval.Kind.EXPORT, administrator=by, now=now)
            _check_at_rest(event)
            with gzip.open(plain, "wb", compresslevel=5) as written:
                lines = LineWriter(written)
                lines.write(_header(event, now))
                _write_rows(event, lines, on_progress)
                lines.write({"end": lines.count})
            key = encrypt_for_new_key(plain, file)
            record_act(event=event, by=by, kind=Act.Kind.DOWNLOADED, what="the whole forum", now=now)
    return Export(key, lines.count - 2, tuple(to_enter_again(event)))


def migrations_here() -> list[str]:
    """By which versions are told apart."""
    ours = {model._meta.app_label for model in MODELS.values() if model.__module__.startswith("backend.")}
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied if app in ours)


def _check_at_rest(event: Event) -> None:
    if event.is_rehearsal:
        raise CannotMove("not_at_rest", "A rehearsal does not move: end it, and export the forum itself.")
    at_work = (
        Run.objects.filter(event=event, state=Run.State.BUILDING).exists()
        or Plan.objects.filter(event=event, work__in=Plan.AT_WORK).exists()
        or Rounds.objects.filter(event=event, work__in=Rounds.AT_WORK).exists()
    )
    if at_work:
        raise CannotMove(
            "not_at_rest", "Lists, a programme or groups of the forum are being made: wait until that is done."
        )


def _header(event: Event, now: dt.datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "mark": uuid.uuid4().hex,
        "made_at": now,
        "slug": event.slug,
        "event": event.pk,
        "migrations": migrations_here(),
        "keys": {name: derived_key(salt) for name, salt in SALTS.items()},
    }


def _write_rows(event: Event, lines: LineWriter, on_progress: Progress) -> None:
    for done, table in enumerate(CARRIED):
        on_progress("Exporting", done / len(CARRIED))
        names = field_names(MODELS[table])
        serializer = serializers.get_serializer("python")()
        rows = rows_of(table, event)
        settled = _settled_minors(event) if MODELS[table] is KnownMinor else set()
        for row in rows.iterator(chunk_size=CHUNK):
            (said,) = serializer.serialize([row], fields=names)
            if table == "people_knownminor" and row.event_id != event.pk:
                said["fields"]["event"] = event.pk if row.pk in settled else None
            lines.write({"table": table, "pk": said["pk"], "fields": said["fields"]})


def _settled_minors(event: Event) -> set[int]:
    """Known elsewhere as minors, and adults here by agreement: the forum's own leads know that from now on.

    Not where the forum itself knows the address.
    """
    own = KnownMinor.objects.filter(event=event).values("address_hash")
    found = settled_agreements(event).exclude(known_minor__address_hash__in=own)
    return set(found.values_list("known_minor", flat=True))
