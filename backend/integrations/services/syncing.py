"""A source is read, and its event is brought up to it: all of it in one transaction, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from backend.core.advisory_lock import advisory_lock
from backend.core.errors import BusinessError
from backend.core.outgoing import PATIENCE, Patience
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import check_organiser
from backend.events.rules.rehearsals import check_takes_people
from backend.events.rules.states import Activity, check_allowed
from backend.events.selectors import name_and_delegation
from backend.events.services.attendees import NewAttendee
from backend.events.services.locks import import_lock, lock_attendees
from backend.events.services.mailboxes import add_to_mailbox
from backend.integrations.models import Source
from backend.integrations.services.comparing import Comparison, RowToImport, compare, listed, people_passed_on, said_in
from backend.integrations.services.programmes import ProgrammeReport, read_programme, sync_programme
from backend.integrations.services.reading import read_source
from backend.integrations.services.rows import SourceRow, headings_for, rows_of, table_of
from backend.integrations.services.runs import (
    NOTHING_DECIDED,
    Decisions,
    SyncCounts,
    lock_source,
    note_failure,
    note_run,
)
from backend.people.models import Person, address_hash
from backend.privacy.services.leaving import take_out
from backend.roster.models import Registration
from backend.roster.services.importing import import_attendees
from backend.roster.services.report import ImportReport, RefusedLine
from backend.roster.services.rows import Heading


@dataclass(frozen=True, slots=True)
class PersonToDecide:
    """An attendee about whom organisers decide."""

    attendee_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a run did; with `dry_run` what it would do. Lists name people for organisers."""

    dry_run: bool
    counts: SyncCounts
    notes: tuple[str, ...]
    headings: tuple[Heading, ...]
    left_out: tuple[RefusedLine, ...]
    leaving: tuple[PersonToDecide, ...]
    passed_on: tuple[PersonToDecide, ...]
    sharing: tuple[RowToImport, ...]
    has_to_be_confirmed: bool


def sync_source(
    *,
    source: Source,
    by: Person | None = None,
    now: dt.datetime,
    dry_run: bool = False,
    decisions: Decisions = NOTHING_DECIDED,
    patience: Patience = PATIENCE,
) -> SyncReport | ProgrammeReport:
    """Read the source and bring the event up to it; what it did is in the source and the audit.

    New people come in as by an import, of unknown age; what changed in the source since it was read last
    changes, as by an import. A cancelled row takes somebody out as leaving does; where that is more than the
    larger of five and five in a hundred, only those of `decisions`. Nobody else is taken out, and no
    organiser or lead. Sessions are brought up to it by `sync_programme`. `by` is None for a command and the
    clock. Refuses OrganisersOnly, NotInThisState, `rehearsal_only`, `read_meanwhile`, BadColumns, QuotaReached, Busy,
    what reading refuses and `session_taken`; nothing is changed then, and the source holds the sentence.
    """
    if by is not None:
        check_organiser(by, source.event)
    check_allowed(source.event, Activity.EDIT)
    if not source.is_programme:
        check_takes_people(source.event)
    try:
        if source.is_programme:
            file = read_programme(source, now=now, patience=patience)
            return sync_programme(source, file, decisions, by, now, dry_run=dry_run)
        return _sync_people(source, by, now, decisions, patience, dry_run=dry_run)
    except BusinessError as refusal:
        if not dry_run:
            note_failure(source, refusal, by, now)
        raise


def _sync_people(
    source: Source, by: Person | None, now: dt.datetime, decisions: Decisions, patience: Patience, *, dry_run: bool
) -> SyncReport:
    answer = read_source(source, now=now, patience=patience)
    rows, refused = rows_of(answer, source.columns, source.event.starts_on)
    headings = headings_for(answer.table, source.columns)
    if dry_run:
        run = _Run(source, compare(source, rows), decisions)
        report = run.import_rows(by, now, dry_run=True)
        return run.report(headings, refused, report, dry_run=True)
    with advisory_lock(import_lock(source.event_id)):
        return _bring_up_to(source, headings, rows, refused, decisions, by, now)


@in_transaction
def _bring_up_to(
    source: Source,
    headings: tuple[Heading, ...],
    rows: list[SourceRow],
    refused: list[RefusedLine],
    decisions: Decisions,
    by: Person | None,
    now: dt.datetime,
) -> SyncReport:
    lock_source(source)
    run = _Run(source, compare(source, rows), decisions)
    report = run.import_rows(by, now, dry_run=False)
    _keep_registrations(source, run.found, report)
    for one in run.shared:
        _add_to_mailbox(source, one, by, now)
    Registration.objects.filter(pk__in=[one.pk for one in run.found.ended]).delete()
    _take_out(run.gone, now)
    done = run.report(headings, refused, report, dry_run=False)
    note_run(source, done.counts, by, now)
    return done


class _Run:
    """One reading with what was decided: who is imported, who goes, and what still waits."""

    def __init__(self, source: Source, found: Comparison, decisions: Decisions) -> None:
        self.source, self.found = source, found
        self.leaving, self.passed_on = listed(found.leaving), people_passed_on(source, found)
        decided = {pk: one for pk, one in (self.leaving | self.passed_on).items() if pk in decisions.taken_out}
        self.gone = decided if found.has_to_be_confirmed else self.leaving | decided
        self.shared = [one for one in found.sharing if one.key in decisions.sharing]

    def import_rows(self, by: Person | None, now: dt.datetime, *, dry_run: bool) -> ImportReport | None:
        """The rows that an import reads, by its rules; None where there is none."""
        if not self.found.to_import:
            return None
        table = table_of([(one.row, one.attendee_id, one.columns) for one in self.found.to_import])
        return import_attendees(event=self.source.event, table=table, by=by, now=now, dry_run=dry_run)

    def report(
        self, headings: tuple[Heading, ...], refused: list[RefusedLine], report: ImportReport | None, *, dry_run: bool
    ) -> SyncReport:
        found = self.found
        not_read = [*refused, *(report.refused if report else ())]
        waiting = len(self.leaving | self.passed_on) - len(self.gone)
        unchanged = found.unchanged + len(found.again)
        counts = SyncCounts(
            added=(report.added if report else 0) + len(self.shared),
            updated=report.updated if report else 0,
            unchanged=unchanged + (report.unchanged if report else 0),
            taken_out=len(self.gone),
            to_decide=waiting + len(found.held) + len(found.sharing) - len(self.shared),
            left_out=len(not_read),
        )
        return SyncReport(
            dry_run=dry_run,
            counts=counts,
            notes=report.notes if report else (),
            headings=headings,
            left_out=tuple(sorted([*not_read, *found.held], key=lambda one: one.line)),
            leaving=_named(self.leaving),
            passed_on=_named(self.passed_on),
            sharing=tuple(found.sharing),
            has_to_be_confirmed=found.has_to_be_confirmed,
        )


def _keep_registrations(source: Source, found: Comparison, report: ImportReport | None) -> None:
    """Keep whom each row names now, and what it said; a row that was not imported is read again next time."""
    refused = {one.line for one in report.refused} if report else set()
    read = [one for one in found.to_import if one.row.number not in refused]
    hashes = {address_hash(one.row.email) for one in (*read, *found.again)}
    here = Attendee.objects.filter(event=source.event_id, person__address_hash__in=hashes).order_by("-pk")
    by_address = dict(here.values_list("person__address_hash", "pk"))
    new = []
    for one in (*read, *found.again):
        attendee_id = one.attendee_id or by_address.get(address_hash(one.row.email))
        if attendee_id is None:
            continue
        known = one.registration
        if known is not None and known.attendee_id == attendee_id:
            known.said = known.said | said_in(source, one.row)
            known.save(update_fields=["said"])
            continue
        if known is not None:
            Registration.objects.filter(pk=known.pk).update(key=None)
        new.append(Registration(source=source, attendee_id=attendee_id, key=one.key, said=said_in(source, one.row)))
    Registration.objects.bulk_create(new)


def _add_to_mailbox(source: Source, one: RowToImport, by: Person | None, now: dt.datetime) -> None:
    """Add a second reader of a mailbox, whom an organiser knows as an adult; refuses what that refuses."""
    assert by is not None
    new = NewAttendee(
        email=one.row.email,
        name=one.row.name,
        organisation=one.row.cells.get("organisation", ""),
        age_class=one.row.cells.get("age_class", Attendee.AgeClass.ADULT),
    )
    attendee = add_to_mailbox(event=source.event, new=new, by=by, now=now)
    if one.registration is not None:
        Registration.objects.filter(pk=one.registration.pk).update(key=None)
    Registration.objects.create(source=source, attendee=attendee, key=one.key, said=said_in(source, one.row))


def _take_out(people: Collection[int], now: dt.datetime) -> None:
    """Take these out as when they leave; whoever got a role or an alias meanwhile stays."""
    lock_attendees(people)
    still = Attendee.objects.filter(pk__in=people, permission=Attendee.Permission.PARTICIPANT, alias=None)
    for attendee in still.select_related("person", "event").order_by("pk"):
        take_out(attendee, now)


def _named(people: Mapping[int, Attendee]) -> tuple[PersonToDecide, ...]:
    named = (PersonToDecide(pk, name_and_delegation(one)) for pk, one in people.items())
    return tuple(sorted(named, key=lambda one: (one.name, one.attendee_id)))
