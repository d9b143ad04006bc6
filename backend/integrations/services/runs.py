"""A run of a source: what was decided before it, how many of what it changed, and that it took place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, fields

from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import BusinessError, Refused
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.events.services.locks import lock_event
from backend.integrations.models import Source
from backend.people.models import Person

ERROR_LENGTH = 300
FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncCounts:
    """What a run did, or would do: numbers of people or sessions, and of rows that wait for a decision."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    taken_out: int = 0
    to_decide: int = 0
    left_out: int = 0

    def values(self) -> dict[str, int]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True, slots=True)
class Decisions:
    """What organisers decided after a dry run: who, or what, is taken out, rows that share a mailbox, speakers."""

    taken_out: Collection[int] = ()
    sharing: Collection[str] = ()
    speakers: Collection[str] = ()


NOTHING_DECIDED = Decisions()


def lock_source(source: Source) -> None:
    """Lock the event and the source until the transaction ends; refuses `read_meanwhile`."""
    lock_event(source.event_id)
    own = Source.objects.select_for_update(no_key=True).filter(pk=source.pk, ran_at=source.ran_at)
    if not own.exists():
        raise Refused("read_meanwhile", _("The source was changed or read meanwhile: look at it again."))


def note_run(source: Source, counts: SyncCounts, by: Person | None, now: dt.datetime) -> None:
    """Keep in the source and the audit that it was read to its end."""
    result = counts.values()
    Source.objects.filter(pk=source.pk).update(tried_at=now, ran_at=now, error="", result=result)
    _record(source, " ".join(map(str, result.values())), by, now)


@in_transaction
def note_failure(source: Source, refusal: BusinessError, by: Person | None, now: dt.datetime) -> None:
    """Keep in the source and the audit that it could not be read, and why."""
    error = refusal.message[:ERROR_LENGTH]
    Source.objects.filter(pk=source.pk).update(tried_at=now, error=error)
    _record(source, FAILED, by, now)


def _record(source: Source, what: str, by: Person | None, now: dt.datetime) -> None:
    record_act(event=source.event, by=by, kind=Act.Kind.SYNCED, what=f"{source.pk} {what}", now=now)
