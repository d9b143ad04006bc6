"""Rows of an attendee list into attendees of an event, all of them or none."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from backend.events.models import Attendee, Event, Interest, Topic
from backend.events.rules import check_organiser
from backend.events.selectors import ChosenTopics, chosen_topics
from backend.events.services.changes import announce_changes
from backend.events.services.importing.reading import CsvTable
from backend.events.services.importing.report import ImportReport, NoteCounts, RefusedLine
from backend.events.services.importing.rows import ImportRow, column_positions, parse_line
from backend.events.services.profiles import replace_interests
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

PROFILE_FIELDS = ("title", "country", "languages", "about", "seeks", "offers")
SAVED_FIELDS = (*PROFILE_FIELDS, "role", "age_class", "organisation", "changed_at")


@dataclass(slots=True)
class ImportEntry:
    """A row with its attendee and the topics the attendee will have."""

    row: ImportRow
    attendee: Attendee
    is_new: bool
    topics: ChosenTopics
    changed: bool = field(default=False)


@dataclass(frozen=True, slots=True)
class TopicIndex:
    """Ids of an event's topics under their keys and names."""

    ids: Mapping[str, int]

    @classmethod
    def of(cls, event: Event) -> TopicIndex:
        ids = {}
        for topic in Topic.objects.filter(event=event).order_by("-position"):
            ids[plain_word(topic.name)] = ids[plain_word(topic.key)] = topic.pk
        return cls(ids)

    def topics_in(self, cell: str) -> tuple[frozenset[int], tuple[str, ...]]:
        """Ids of the topics a cell names, separated by ; or | or commas, and the words that name none."""
        found: set[int] = set()
        unknown = []
        for part in re.split(r"[;|\n]", cell):
            # A topic's own name may hold a comma, so the whole part is tried first.
            words = [part] if plain_word(part) in self.ids else part.split(",")
            for word in filter(str.strip, words):
                topic = self.ids.get(plain_word(word))
                if topic is None:
                    unknown.append(word.strip())
                else:
                    found.add(topic)
        return frozenset(found), tuple(unknown)


@transaction.atomic
def import_attendees(
    *, event: Event, table: CsvTable, by: Person | None = None, now: dt.datetime, dry_run: bool = False
) -> ImportReport:
    """Add and update the event's attendees from a list; gives the figures and every refused line.

    Refused lines are left out and reported, all others are saved in one transaction; with `dry_run` nothing
    is. A blank cell changes nothing. Once attendees have saved their own profile, the list no longer changes
    their texts and topics; organisation, role, name and age class stay the organiser's. Importing the same
    list again changes nothing; `changed_at` moves only for those who changed. `by` is the organiser who
    asks, None for the command line. Refuses OrganisersOnly and BadColumns.
    """
    if by is not None:
        check_organiser(by, event)
    Event.objects.select_for_update().get(pk=event.pk)  # one import of an event at a time
    columns, extra = column_positions(table)
    width = max(position for position, name in enumerate(table.header) if name) + 1
    parsed = [parse_line(line, columns, width) for line in table.lines]
    rows, duplicates = _without_duplicates([row for row in parsed if isinstance(row, ImportRow)])
    refused = [*table.broken, *(row for row in parsed if isinstance(row, RefusedLine)), *duplicates]
    notes = NoteCounts(extra_columns=extra)
    organisations = _organisations(event, rows, notes, now)
    entries = _entries(event, rows, by, notes, now)
    topics = TopicIndex.of(event)
    for entry in entries:
        entry.changed |= entry.is_new
        entry.changed |= _apply(entry, organisations.get(entry.row.organisation), notes)
        entry.changed |= _apply_topics(entry, topics, notes)
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
        notes=tuple(notes.sentences()),
    )


def _without_duplicates(rows: Sequence[ImportRow]) -> tuple[list[ImportRow], list[RefusedLine]]:
    """The first row of each e-mail address, and the others as refusals."""
    first: dict[str, ImportRow] = {}
    duplicates = []
    for row, email in zip(rows, folded_for([row.email for row in rows]), strict=True):
        if email in first:
            reason = _("duplicate of line %(line)s") % {"line": first[email].line}
            duplicates.append(RefusedLine(row.line, row.email, reason))
        first.setdefault(email, row)
    return list(first.values()), duplicates


def _organisations(
    event: Event, rows: Sequence[ImportRow], notes: NoteCounts, now: dt.datetime
) -> dict[str, Organisation]:
    """Every organisation the list names, by that name.

    A known sector is kept, and reported where the list gives another; only “other” gives way to the list,
    unless people of another event are of the organisation, too.
    """
    load_sectors()
    known = sectors_by_word()
    listed: dict[str, list[Sector]] = {}
    for row in rows:
        sector = known.get(plain_word(row.sector))
        if row.sector and sector is None:
            notes.unknown_sectors[row.sector] += 1
        if row.organisation:
            listed.setdefault(row.organisation, []).extend([sector] if sector else [])
    wanted = {name: sectors[0] if sectors else known[OTHER] for name, sectors in listed.items()}
    found = find_or_create_organisations(sectors=wanted)
    shared = set(
        Attendee.objects.filter(organisation__in=found.values())
        .exclude(event=event)
        .values_list("organisation_id", flat=True)
    )
    moved = {}
    for name, organisation in found.items():
        if organisation.sector.key == OTHER != wanted[name].key and organisation.pk not in shared:
            organisation.sector = wanted[name]
            moved[organisation.pk] = organisation
            notes.new_sectors[organisation.name, organisation.sector.name] += 1
        for sector in listed[name]:
            if sector != organisation.sector:
                notes.kept_sectors[organisation.name, organisation.sector.name, sector.name] += 1
    with_sector = {row.organisation for row in rows if row.sector}
    notes.without_sector = sum(
        organisation.sector.key == OTHER and name not in with_sector for name, organisation in found.items()
    )
    move_organisations(organisations=list(moved.values()))
    Attendee.objects.filter(organisation__in=moved).update(changed_at=now)  # their constituency may differ
    return found


def _entries(
    event: Event, rows: Sequence[ImportRow], by: Person | None, notes: NoteCounts, now: dt.datetime
) -> list[ImportEntry]:
    """The rows with their attendees, new ones not yet saved; names are brought up to date.

    A name belongs to the account, at every event: a list renames only accounts that lists of this event made
    and that are at no other. An organiser's own age class is for another organiser to set (S1).
    """
    people = find_or_create_people(names={row.email: row.name for row in rows})
    renamed = {people[row.email].pk for row in rows if people[row.email].name != row.name}
    kept = renamed - _accounts_made_here(event, renamed)
    notes.kept_names, renamed = len(kept), renamed - kept
    known = {
        attendee.person_id: attendee
        for attendee in Attendee.objects.filter(event=event)
        .select_related("organisation")
        .select_for_update(of=("self",))
    }
    topics = chosen_topics(Interest.objects.filter(event=event))
    entries = []
    for row in rows:
        person = people[row.email]
        attendee = known.get(person.pk)
        is_new = attendee is None
        if attendee is None:
            attendee = Attendee(event=event, person=person, joined_at=now, changed_at=now)
        if by is not None and person.pk == by.pk and row.age_class not in ("", attendee.age_class):
            row, notes.kept_own_age = replace(row, age_class=""), True
        entries.append(
            ImportEntry(row, attendee, is_new, topics.get(attendee.pk, ChosenTopics()), person.pk in renamed)
        )
        if person.pk in renamed:
            person.name = row.name
    rename_people(people=[person for person in people.values() if person.pk in renamed])
    return entries


def _accounts_made_here(event: Event, people: Collection[int]) -> set[int]:
    """Those of the people whose account was made with their part in the event, and who are at no other."""
    attendances = Attendee.objects.filter(person__in=people)
    made_here = attendances.filter(event=event, joined_at__lte=F("person__joined_at"))
    elsewhere = attendances.exclude(event=event)
    return set(made_here.exclude(person__in=elsewhere.values("person")).values_list("person_id", flat=True))


def _apply(entry: ImportEntry, organisation: Organisation | None, notes: NoteCounts) -> bool:
    """Set the row's values on the attendee, unsaved; gives whether anything differs."""
    row, attendee = entry.row, entry.attendee
    notes.unknown_languages.update(row.unknown_languages)
    wanted: dict[str, object] = {name: getattr(row, name) for name in PROFILE_FIELDS if getattr(row, name)}
    if "languages" in wanted:
        wanted["languages"] = list(row.languages)
    if attendee.edited_at is not None:
        notes.kept_profiles += any(getattr(attendee, name) != value for name, value in wanted.items())
        wanted = {}
    if row.role:
        role = plain_word(row.role)
        if role in Attendee.Role.values:
            wanted["role"] = role
        else:
            notes.unknown_roles[row.role] += 1
    if row.age_class:
        wanted["age_class"] = row.age_class
        if not entry.is_new and attendee.age_class != row.age_class:
            notes.age_changes[attendee.age_class, row.age_class] += 1
    if organisation is not None:
        wanted["organisation"] = organisation
    changed = False
    for name, value in wanted.items():
        changed |= getattr(attendee, name) != value
        setattr(attendee, name, value)
    return changed


def _apply_topics(entry: ImportEntry, index: TopicIndex, notes: NoteCounts) -> bool:
    """Set the topics the row names on the entry; gives whether anything differs."""
    before = entry.topics
    seeks, unknown_sought = index.topics_in(entry.row.topics_seek)
    offers, unknown_offered = index.topics_in(entry.row.topics_offer)
    notes.unknown_topics.update({*unknown_sought, *unknown_offered})
    if entry.attendee.edited_at is None:
        entry.topics = ChosenTopics(seeks or before.seeks, offers or before.offers)
    return entry.topics != before


def _save(event: Event, entries: Sequence[ImportEntry], now: dt.datetime) -> None:
    """Save new and changed attendees with their interests in a constant number of statements per batch."""
    changed = [entry for entry in entries if entry.changed]
    for entry in changed:
        entry.attendee.changed_at = now
    Attendee.objects.bulk_create([entry.attendee for entry in changed if entry.is_new], batch_size=BATCH)
    Attendee.objects.bulk_create(
        [entry.attendee for entry in changed if not entry.is_new],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=SAVED_FIELDS,
    )
    replace_interests(event_id=event.pk, chosen={entry.attendee.pk: entry.topics for entry in changed})
