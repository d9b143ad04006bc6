"""Rows of an attendee list into attendees of an event, all of them or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction

from backend.events.models import Attendee, Event
from backend.events.rules import check_organiser
from backend.events.services.changes import announce_changes
from backend.events.services.importing.interests import Said, TopicWords, replace_interests, said_by
from backend.events.services.importing.reading import Table
from backend.events.services.importing.remarks import Remarks
from backend.events.services.importing.report import ImportReport, Refusal
from backend.events.services.importing.rows import ImportRow, check_line, columns_of
from backend.people.models import Organisation, Person, Sector
from backend.people.selectors import folded_for, plain_word, sectors_by_word
from backend.people.services import (
    BATCH,
    OTHER,
    find_or_create_organisations,
    find_or_create_people,
    load_sectors,
    move_organisations,
    rename_people,
)

OWN_WORDS = ("title", "country", "languages", "about", "seeks", "offers")
SAVED = (*OWN_WORDS, "role", "age_class", "organisation", "changed_at")


@dataclass(slots=True)
class Entry:
    """A row with the attendee it speaks of and what became of them."""

    row: ImportRow
    attendee: Attendee
    is_new: bool
    said: Said
    changed: bool = field(default=False)


@transaction.atomic
def import_attendees(
    *, event: Event, table: Table, by: Person | None = None, now: dt.datetime, dry_run: bool = False
) -> ImportReport:
    """Make the event's attendees as the list says; gives what was done, row by row where refused.

    Refused rows are left out and reported, all others are saved in one transaction; with `dry_run` nothing
    is. A blank cell says nothing and erases nothing. Once attendees have saved their own profile, the
    list no longer changes their words and topics; organisation, role, name and age class stay the
    organiser's. Importing the same list again changes nothing; `changed_at` moves only for those who changed.
    `by` is the organiser who asks, None for the command line. Refuses OrganisersOnly and UnfitColumns.
    """
    if by is not None:
        check_organiser(by, event)
    Event.objects.select_for_update().get(pk=event.pk)  # two imports at once take turns
    columns, extra = columns_of(table)
    width = max(place for place, name in enumerate(table.header) if name) + 1
    checked = [check_line(line, columns, width) for line in table.lines]
    rows, twice = _without_duplicates([row for row in checked if isinstance(row, ImportRow)])
    refused = [*table.broken, *(row for row in checked if isinstance(row, Refusal)), *twice]
    remarks = Remarks(extra_columns=extra)
    organisations = _organisations(rows, remarks, now)
    entries = _entries(event, rows, by, remarks, now)
    words = TopicWords.of(event)
    for entry in entries:
        entry.changed |= entry.is_new
        entry.changed |= _apply(entry, organisations.get(entry.row.organisation), remarks)
        entry.changed |= _apply_topics(entry, words, remarks)
    _save(event, entries, now)
    if any(entry.changed for entry in entries):
        announce_changes(event.pk)
    if dry_run:
        transaction.set_rollback(True)
    return ImportReport(
        dry_run=dry_run,
        added=sum(entry.is_new for entry in entries),
        updated=sum(entry.changed and not entry.is_new for entry in entries),
        unchanged=sum(not entry.changed for entry in entries),
        unknown_age=sum(entry.attendee.age_class == Attendee.AgeClass.UNKNOWN for entry in entries),
        refused=tuple(sorted(refused, key=lambda row: row.line)),
        notes=tuple(remarks.sentences()),
    )


def _without_duplicates(rows: Sequence[ImportRow]) -> tuple[list[ImportRow], list[Refusal]]:
    """The first row of each e-mail address, and the others as refusals."""
    first: dict[str, ImportRow] = {}
    twice = []
    for row, email in zip(rows, folded_for([row.email for row in rows]), strict=True):
        if email in first:
            twice.append(Refusal(row.line, row.email, f"duplicate of line {first[email].line}"))
        first.setdefault(email, row)
    return list(first.values()), twice


def _organisations(rows: Sequence[ImportRow], remarks: Remarks, now: dt.datetime) -> dict[str, Organisation]:
    """Every organisation the list names, by that name.

    A known sector is kept and reported where the list says another; only “other” gives way to the list.
    """
    load_sectors()
    known = sectors_by_word()
    said: dict[str, list[Sector]] = {}
    for row in rows:
        sector = known.get(plain_word(row.sector))
        if row.sector and sector is None:
            remarks.sectors[row.sector] += 1
        if row.organisation:
            said.setdefault(row.organisation, []).extend([sector] if sector else [])
    wanted = {name: sectors[0] if sectors else known[OTHER] for name, sectors in said.items()}
    found = find_or_create_organisations(sectors=wanted)
    moved = {}
    for name, organisation in found.items():
        if organisation.sector.key == OTHER != wanted[name].key:
            organisation.sector = wanted[name]
            moved[organisation.pk] = organisation
            remarks.new_sectors[organisation.name, organisation.sector.name] += 1
        for sector in said[name]:
            if sector != organisation.sector:
                remarks.kept_sectors[organisation.name, organisation.sector.name, sector.name] += 1
    named = {row.organisation for row in rows if row.sector}
    remarks.without_sector = sum(
        organisation.sector.key == OTHER and name not in named for name, organisation in found.items()
    )
    move_organisations(organisations=list(moved.values()))
    Attendee.objects.filter(organisation__in=moved).update(changed_at=now)  # their constituency may differ
    return found


def _entries(
    event: Event, rows: Sequence[ImportRow], by: Person | None, remarks: Remarks, now: dt.datetime
) -> list[Entry]:
    """The rows with their attendees, new ones not yet saved; names are brought up to date.

    A name is the account's, at every event: an organiser renames nobody who is at another one, too, and
    their own age class is for another organiser to set (S1).
    """
    people = find_or_create_people(names={row.email: row.name for row in rows})
    renamed = {people[row.email].pk for row in rows if people[row.email].name != row.name}
    if by is not None:
        elsewhere = Attendee.objects.filter(person__in=renamed).exclude(event=event)
        kept = set(elsewhere.values_list("person_id", flat=True))
        remarks.kept_names, renamed = len(kept), renamed - kept
    known = {
        attendee.person_id: attendee
        for attendee in Attendee.objects.filter(event=event)
        .select_related("organisation")
        .select_for_update(of=("self",))
    }
    said = said_by(event)
    entries = []
    for row in rows:
        person = people[row.email]
        attendee = known.get(person.pk)
        is_new = attendee is None
        if attendee is None:
            attendee = Attendee(event=event, person=person, joined_at=now, changed_at=now)
        if by is not None and person.pk == by.pk and row.age_class not in ("", attendee.age_class):
            row, remarks.own_age = replace(row, age_class=""), True
        entries.append(Entry(row, attendee, is_new, said.get(attendee.pk, Said()), person.pk in renamed))
        if person.pk in renamed:
            person.name = row.name
    rename_people(people=[person for person in people.values() if person.pk in renamed])
    return entries


def _apply(entry: Entry, organisation: Organisation | None, remarks: Remarks) -> bool:
    """Write what the row says into the attendee, unsaved; says whether anything differs."""
    row, attendee = entry.row, entry.attendee
    remarks.languages.update(row.unknown_languages)
    wanted: dict[str, object] = {name: getattr(row, name) for name in OWN_WORDS if getattr(row, name)}
    if "languages" in wanted:
        wanted["languages"] = list(row.languages)
    if attendee.edited_at is not None:
        remarks.own_words += any(getattr(attendee, name) != value for name, value in wanted.items())
        wanted = {}
    if row.role:
        role = plain_word(row.role)
        if role in Attendee.Role.values:
            wanted["role"] = role
        else:
            remarks.roles[row.role] += 1
    if row.age_class:
        wanted["age_class"] = row.age_class
        if not entry.is_new and attendee.age_class != row.age_class:
            remarks.age_changes[attendee.age_class, row.age_class] += 1
    if organisation is not None:
        wanted["organisation"] = organisation
    changed = False
    for name, value in wanted.items():
        changed |= getattr(attendee, name) != value
        setattr(attendee, name, value)
    return changed


def _apply_topics(entry: Entry, words: TopicWords, remarks: Remarks) -> bool:
    """Write the topics the row names into what the attendee said; says whether anything differs."""
    row, before = entry.row, entry.said
    seeks, strange = words.topics_in(row.topics_seek)
    offers, also_strange = words.topics_in(row.topics_offer)
    remarks.topics.update({*strange, *also_strange})
    if entry.attendee.edited_at is None:
        entry.said = Said(seeks or before.seeks, offers or before.offers)
    return entry.said != before


def _save(event: Event, entries: Sequence[Entry], now: dt.datetime) -> None:
    """Save new and changed attendees with their interests in a handful of statements."""
    changed = [entry for entry in entries if entry.changed]
    for entry in changed:
        entry.attendee.changed_at = now
    Attendee.objects.bulk_create([entry.attendee for entry in changed if entry.is_new], batch_size=BATCH)
    Attendee.objects.bulk_create(
        [entry.attendee for entry in changed if not entry.is_new],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=SAVED,
    )
    replace_interests(event=event, said={entry.attendee.pk: entry.said for entry in changed})
