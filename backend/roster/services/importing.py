"""Rows of an attendee list into attendees of an event, in batches of whole rows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core.advisory_lock import advisory_lock
from backend.core.mail_addresses import canonical_address
from backend.core.progress import report_progress
from backend.core.transactions import Busy, in_transaction, read_only
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee, Interest, Organisation, Sector
from backend.events.models.events import Event, Topic
from backend.events.rules.aliases import name_of_list, put_back
from backend.events.rules.attendees import check_organiser
from backend.events.rules.quotas import check_room_for_people
from backend.events.rules.rehearsals import check_takes_people
from backend.events.rules.states import Activity, check_allowed
from backend.events.rules.topics import other_names
from backend.events.selectors import (
    ChosenTopics,
    attendees_by_former_address,
    chosen_topics,
    former_owner,
    name_to_call,
)
from backend.events.services.attendees import OWN_FIELDS
from backend.events.services.changes import announce_changes
from backend.events.services.joining import take_back
from backend.events.services.locks import import_lock, lock_rows
from backend.events.services.organisations import find_or_create_organisations, move_organisations
from backend.events.services.profiles import replace_interests
from backend.events.services.sectors import load_sectors, sectors_by_word
from backend.people.models import Person, address_hash
from backend.people.selectors import plain_word
from backend.people.services import BATCH, find_or_create_people
from backend.roster.services.columns import chosen_columns, keep_columns
from backend.roster.services.csv_tables import CsvTable
from backend.roster.services.report import ImportReport, NoteCounts, RefusedLine, UnconfirmedAdult
from backend.roster.services.rows import ImportRow, column_positions, parse_line, read_as_other
from backend.safeguarding.services.age_classes import has_to_stay_adult

PROFILE_FIELDS = (*OWN_FIELDS, "about", "seeks", "offers")
ROWS_AT_ONCE = 200
"""In one transaction. What it locks it holds for a fifth of a second, which nobody who waits notices."""
ORGANISATIONS_AT_ONCE = 50
SAVED_FIELDS = (*PROFILE_FIELDS, "name", "role", "age_class", "organisation", "changed_at")


@dataclass(slots=True)
class ImportEntry:
    """A row with its attendee and the topics the attendee will have."""

    row: ImportRow
    attendee: Attendee
    is_new: bool
    topics: ChosenTopics
    changed: bool = field(default=False)


@dataclass(slots=True)
class ImportResult:
    """What became of the rows so far."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    unknown_age: int = 0
    notes: NoteCounts = field(default_factory=NoteCounts)

    def add(self, more: ImportResult) -> None:
        self.added += more.added
        self.updated += more.updated
        self.unchanged += more.unchanged
        self.unknown_age += more.unknown_age
        self.notes.add(more.notes)


@dataclass(frozen=True, slots=True)
class TopicIndex:
    """Ids of an event's topics under their keys, their names in all languages, and those of a shipped one."""

    ids: Mapping[str, int]

    @classmethod
    def of(cls, event: Event) -> TopicIndex:
        topics = list(Topic.objects.filter(event=event).order_by("-position"))
        known = ((one.pk, (*one.names.values(), *other_names(one.key, one.name))) for one in topics)
        others = {plain_word(name): pk for pk, names in known for name in names}
        ids = {}
        for topic in topics:
            ids[plain_word(topic.name)] = ids[plain_word(topic.key)] = topic.pk
        return cls(others | ids)

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


def import_attendees(
    *,
    event: Event,
    table: CsvTable,
    by: Person | None = None,
    now: dt.datetime,
    dry_run: bool = False,
    confirmed_adults: Collection[int] = (),
    column_choices: Mapping[int, str] = MappingProxyType({}),
) -> ImportReport:
    """Add and update the event's attendees from a list; gives the figures and every refused line.

    Every line is checked first; refused ones are left out and reported. The others are saved in batches, each
    a transaction that holds its rows for a moment only: stopped half-way, whole rows are saved or not, and
    the same list imported again saves the rest. A row with an `id`, as an export writes it, is that attendee,
    and "withheld" in a cell changes nothing. With `dry_run` nothing is written and no row is locked. A
    blank cell changes nothing. Once attendees have saved their own profile, the list no longer changes
    their texts, topics and short name; organisation, role, name and age class stay the organiser's. Names
    and sectors are this event's own, so no list changes another event or a known account. No list makes an
    adult of a minor, and of somebody of unknown age only where `confirmed_adults` holds the attendee's id:
    who was read by name in a preview's `unconfirmed_adults`. A row of somebody under an alias
    changes nothing, and is counted as if there were none: no figure tells it (S11). Importing the same list
    again changes nothing; `changed_at` moves only for those who changed. `by` is the organiser who asks, None
    for the command line. `column_choices`: the columns by position that a person chose over the guesses;
    they are kept for the event's next list.
    Refuses OrganisersOnly, NotInThisState, `rehearsal_only`, BadColumns, QuotaReached (of a list that adds
    more people than there is room for nothing is saved) and Busy.
    """
    if by is not None:
        check_organiser(by, event)
    check_allowed(event, Activity.EDIT)
    if not dry_run:
        check_takes_people(event)
    chosen = chosen_columns(event, table, column_choices)
    columns, extra = column_positions(table, chosen)
    width = max(position for position, name in enumerate(table.header) if name) + 1
    parsed = [parse_line(line, columns, width) for line in table.lines]
    checked = [row for row in parsed if isinstance(row, ImportRow)]
    checked, left_out = _without_aliases_by_id(event, checked)
    found, strangers = _with_addresses(event, checked)
    found = _with_present_addresses(event, found)
    found, unnamed = _of_one_reader(event, found)
    rows, duplicates = _without_duplicates(found)
    _check_room(event, rows)
    refused = [*table.broken, *(row for row in parsed if isinstance(row, RefusedLine))]
    refused += [*strangers, *unnamed, *duplicates]
    if dry_run:
        with read_only():
            result = _import_rows(event, rows, by, now, confirmed_adults, save=False)
    else:
        with advisory_lock(import_lock(event.pk)):  # one import of an event at a time
            keep_columns(event, table, chosen)
            result = _import_rows(event, rows, by, now, confirmed_adults, save=True)
    result.notes.extra_columns = extra
    result.notes.read_columns = read_as_other(table, chosen)
    return ImportReport(
        dry_run=dry_run,
        added=result.added,
        updated=result.updated,
        unchanged=result.unchanged + left_out,
        unknown_age=result.unknown_age,
        refused=tuple(sorted(refused, key=lambda row: row.line)),
        notes=(*table.notes, *result.notes.sentences()),
        unconfirmed_adults=result.notes.unconfirmed_adults,
    )


def _check_room(event: Event, rows: Sequence[ImportRow]) -> None:
    """Refuse QuotaReached where the list has more new people than the event has room for."""
    hashes = {address_hash(row.email) for row in rows if row.attendee_id is None}
    here = Attendee.objects.filter(event=event, person__address_hash__in=hashes)
    check_room_for_people(event, len(hashes) - here.values("person__address_hash").distinct().count())


def _import_rows(
    event: Event,
    rows: Sequence[ImportRow],
    by: Person | None,
    now: dt.datetime,
    confirmed_adults: Collection[int],
    *,
    save: bool,
) -> ImportResult:
    """Import the rows; those of people under an alias are only counted, against what it took the place of."""
    rows, hidden = _without_aliases(event, rows)
    result = _import_batches(event, rows, by, now, confirmed_adults, save=save)
    if hidden:
        counted = _import_batches(event, hidden, by, now, confirmed_adults, save=False)
        counted.notes.unconfirmed_adults = ()  # their ids would tell which alias it is
        result.add(counted)
    return result


def _import_batches(
    event: Event,
    rows: Sequence[ImportRow],
    by: Person | None,
    now: dt.datetime,
    confirmed_adults: Collection[int],
    *,
    save: bool,
) -> ImportResult:
    """Import the rows batch by batch; with `save` each batch is stored before the next is read."""
    organisations, notes = _import_organisations(event, rows, now, save=save)
    result, topics = ImportResult(notes=notes), TopicIndex.of(event)
    try:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            report_progress(start, len(rows))
            batch = rows[start : start + ROWS_AT_ONCE]
            result.add(_import_batch(event, batch, organisations, topics, by, now, confirmed_adults, save=save))
    except Busy as error:
        raise Busy(
            _(
                "%(saved)s of %(rows)s rows are saved; then many people changed the same things. "
                "Import the same list again: it saves the rest."
            )
            % {"saved": f"{start:,}", "rows": f"{len(rows):,}"}
        ) from error
    finally:
        if save and result.added + result.updated:
            announce_changes(event.pk)
    report_progress(len(rows), len(rows))
    return result


@in_transaction
def _import_batch(
    event: Event,
    rows: Sequence[ImportRow],
    organisations: Mapping[str, Organisation],
    topics: TopicIndex,
    by: Person | None,
    now: dt.datetime,
    confirmed_adults: Collection[int],
    *,
    save: bool,
) -> ImportResult:
    """Some rows, all of them or none; their attendees are locked and read again before they are changed."""
    result = ImportResult()
    entries = _entries(event, rows, by, result.notes, now, save=save)
    for entry in entries:
        _keep_age_class(entry, confirmed_adults, result.notes)
        entry.changed |= entry.is_new
        entry.changed |= _apply(entry, organisations.get(entry.row.organisation), result.notes)
        entry.changed |= _apply_topics(entry, topics, result.notes)
    if save:
        _save(event, entries, now)
    result.added = sum(entry.is_new for entry in entries)
    result.updated = sum(entry.changed and not entry.is_new for entry in entries)
    result.unchanged = sum(not entry.changed for entry in entries)
    result.unknown_age = sum(entry.attendee.age_class == Attendee.AgeClass.UNKNOWN for entry in entries)
    return result


def _without_aliases_by_id(event: Event, rows: Sequence[ImportRow]) -> tuple[list[ImportRow], int]:
    """The rows but for those with the id of somebody under an alias, and the number of these.

    One with an address beside it stays, to be refused whatever the address is: no list tells which is theirs.
    """
    ids = {row.attendee_id for row in rows if row.attendee_id}
    aliases = Alias.objects.filter(attendee__event=event, attendee__in=ids)
    under_alias = set(aliases.values_list("attendee", flat=True))
    kept = [row for row in rows if row.attendee_id not in under_alias or row.email]
    return kept, len(rows) - len(kept)


def _without_aliases(event: Event, rows: Sequence[ImportRow]) -> tuple[list[ImportRow], list[ImportRow]]:
    """The rows but for those of people under an alias, and these."""
    aliases = dict(Alias.objects.filter(attendee__event=event).values_list("attendee", "attendee__person"))
    if not aliases:
        return list(rows), []
    people, hidden = find_or_create_people(names=_names_by_address(rows), save=False), set(aliases.values())
    left = attendees_by_former_address(event)
    parts: dict[bool, list[ImportRow]] = {False: [], True: []}
    for row in rows:
        person, owner = people[row.email].pk, former_owner(left, row.email)
        if row.attendee_id:
            is_hidden = row.attendee_id in aliases
        elif person is not None:
            is_hidden = person in hidden
        else:  # what an old list calls them may be the real name: nobody is added under it
            is_hidden = owner is not None and owner.pk in aliases
        parts[is_hidden].append(row)
    return parts[False], parts[True]


def _names_by_address(rows: Sequence[ImportRow]) -> dict[str, str]:
    return {row.email: row.name for row in rows}


def _with_addresses(event: Event, rows: Sequence[ImportRow]) -> tuple[list[ImportRow], list[RefusedLine]]:
    """The rows, those with an id as that attendee's: with the account's address, and the name where blank.

    Refused are ids of nobody here, and those beside another address: such a number is of another list.
    """
    ids = {row.attendee_id for row in rows if row.attendee_id}
    if not ids:
        return list(rows), []
    people = (
        Attendee.objects.filter(event=event, pk__in=ids)
        .select_related("person")
        .only("name", "short_name", "person__email")
        .knowing_aliases()
    )
    known = {one.pk: one for one in people}
    found, refused = [], []
    for row in rows:
        if row.attendee_id is None:
            found.append(row)
            continue
        attendee = known.get(row.attendee_id)
        if attendee is None:
            reason = _("nobody at this forum has the id %(id)s") % {"id": row.attendee_id}
            refused.append(RefusedLine(row.line, row.email, reason))
        elif row.email and (
            attendee.is_under_alias or canonical_address(row.email) != canonical_address(attendee.person.email)
        ):
            reason = _("the id %(id)s is of somebody with another address: leave out the id, or the address") % {
                "id": row.attendee_id
            }
            refused.append(RefusedLine(row.line, row.email, reason))
        else:
            # An export calls who has no short name by a guess; that is not what they want to be called.
            short_name = "" if row.short_name == name_to_call(attendee) else row.short_name
            found.append(
                replace(row, email=attendee.person.email, name=row.name or attendee.name, short_name=short_name)
            )
    return found, refused


def _with_present_addresses(event: Event, rows: Sequence[ImportRow]) -> list[ImportRow]:
    """The rows, those with an address that an attendee of the same name has left with their present one."""
    left = attendees_by_former_address(event)
    found = []
    for row in rows:
        owner = former_owner(left, row.email)
        if owner is not None and plain_word(name_of_list(owner)) == plain_word(row.name):
            row = replace(row, email=owner.person.email, attendee_id=owner.pk)
        found.append(row)
    return found


def _of_one_reader(event: Event, rows: Sequence[ImportRow]) -> tuple[list[ImportRow], list[RefusedLine]]:
    """The rows, those to a mailbox that two attendees read with the id of the one they name.

    Refused are those that name neither: the line would be written into the wrong entry.
    """
    shares = Q(person__shares_with__isnull=False) | Q(person__shared_by__isnull=False)
    people = Attendee.objects.filter(shares, event=event).select_related("person", "alias")
    readers = list(people.order_by("pk"))
    if not readers:
        return list(rows), []
    of_mailbox: dict[str, list[Attendee]] = {}
    for one in readers:
        of_mailbox.setdefault(canonical_address(one.person.email), []).append(one)
    found, refused = [], []
    for row in rows:
        both, name = of_mailbox.get(canonical_address(row.email), []), plain_word(row.name)
        named = [one for one in both if plain_word(name_of_list(one)) == name]
        named += [one for one in both if plain_word(one.person.name) == name]
        if row.attendee_id is not None or len(both) < 2:
            found.append(row)
        elif named:
            found.append(replace(row, attendee_id=named[0].pk))
        else:
            reason = _("two people of this forum have this address: write the name of one as the list has it")
            refused.append(RefusedLine(row.line, row.email, reason))
    return found, refused


def _without_duplicates(rows: Sequence[ImportRow]) -> tuple[list[ImportRow], list[RefusedLine]]:
    """The first row of each address, or of each id where two people have it; the others as refusals."""
    first: dict[str, dict[int | None, ImportRow]] = {}
    kept, duplicates = [], []
    for row in rows:
        before = first.setdefault(canonical_address(row.email), {})
        if before and (None in (*before, row.attendee_id) or row.attendee_id in before):
            reason = _("duplicate of line %(line)s") % {"line": next(iter(before.values())).line}
            duplicates.append(RefusedLine(row.line, "" if row.attendee_id else row.email, reason))
            continue
        before[row.attendee_id] = row
        kept.append(row)
    return kept, duplicates


def _import_organisations(
    event: Event, rows: Sequence[ImportRow], now: dt.datetime, *, save: bool
) -> tuple[dict[str, Organisation], NoteCounts]:
    """Every organisation the list names, by that name, and what to say of them.

    A known sector is kept, and reported where the list gives another; only “other” gives way to the list.
    """
    notes = NoteCounts()
    if save:
        load_sectors(event=event)
    known = sectors_by_word(event)
    listed: dict[str, list[Sector]] = {}
    for row in rows:
        sector = known.get(plain_word(row.sector))
        if row.sector and sector is None:
            notes.unknown_sectors.note(row.sector, row.line)
        if row.organisation:
            listed.setdefault(row.organisation, []).extend([sector] if sector else [])
    wanted = {name: sectors[0] if sectors else known[Sector.OTHER] for name, sectors in listed.items()}
    behind = _sectors_behind_aliases(event)
    first = {name: behind.get(name.casefold(), sector) for name, sector in wanted.items()}
    found = find_or_create_organisations(event=event, sectors=first, save=save)
    moved = {}
    for name, organisation in found.items():
        if organisation.sector.key == Sector.OTHER != wanted[name].key:
            organisation.sector = wanted[name]
            moved[organisation.pk] = organisation
            notes.new_sectors[organisation.name, organisation.sector.name] += 1
        for sector in listed[name]:
            if sector != organisation.sector:
                notes.kept_sectors[organisation.name, organisation.sector.name, sector.name] += 1
    with_sector = {row.organisation for row in rows if row.sector}
    notes.without_sector = sum(
        organisation.sector.key == Sector.OTHER and name not in with_sector for name, organisation in found.items()
    )
    if save:
        changed = sorted(moved.values(), key=lambda organisation: organisation.pk)
        for start in range(0, len(changed), ORGANISATIONS_AT_ONCE):
            _move_organisations(changed[start : start + ORGANISATIONS_AT_ONCE], now)
    return found, notes


def _sectors_behind_aliases(event: Event) -> dict[str, Sector]:
    """By its name in small letters: the sector of each organisation whose people are under an alias.

    It may be there no more since. A list that names it anew says the same as if it were, as a preview.
    """
    aliases = Alias.objects.filter(attendee__event=event).exclude(sector=None).select_related("sector")
    return {alias.organisation.casefold(): alias.sector for alias in aliases if alias.sector}


@in_transaction
def _move_organisations(organisations: Sequence[Organisation], now: dt.datetime) -> None:
    """Save the sectors these organisations carry; their people's constituency may differ then."""
    move_organisations(organisations=organisations)
    people = lock_rows(Attendee.objects.filter(organisation__in=organisations))
    Attendee.objects.filter(pk__in=people).update(changed_at=now)


def _entries(
    event: Event, rows: Sequence[ImportRow], by: Person | None, notes: NoteCounts, now: dt.datetime, *, save: bool
) -> list[ImportEntry]:
    """The rows with their attendees, new ones not yet saved.

    An organiser's own age class is for another organiser to set (S1).
    """
    people = find_or_create_people(names=_names_by_address(rows), save=save)
    ids = [row.attendee_id for row in rows if row.attendee_id]
    by_id = {one.pk: one.person for one in Attendee.objects.filter(pk__in=ids).select_related("person")}
    found = [by_id.get(row.attendee_id or 0) or people[row.email] for row in rows]
    known = _attendees_of(event, [person.pk for person in found if person.pk], save)
    topics = chosen_topics(Interest.objects.filter(attendee__in=[one.pk for one in known.values()]))
    entries = []
    for row, person in zip(rows, found, strict=True):
        attendee = known.get(person.pk)
        is_new = attendee is None
        if attendee is None:
            attendee = Attendee(event=event, person=person, joined_at=now, changed_at=now)
        if by is not None and person.pk == by.pk and row.age_class not in ("", attendee.age_class):
            row, notes.kept_own_age = replace(row, age_class=""), True
        entries.append(ImportEntry(row, attendee, is_new, topics.get(attendee.pk, ChosenTopics())))
    return entries


def _attendees_of(event: Event, people: Collection[int], lock: bool) -> dict[int, Attendee]:
    """The event's attendees among these people, by person; locked in id order where they will be changed.

    Where not, those under an alias have what it took the place of.
    """
    rows = Attendee.with_left.filter(event=event, person__in=people).select_related("organisation")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
        return {attendee.person_id: attendee for attendee in rows}
    found = {attendee.person_id: attendee for attendee in rows.select_related("alias")}
    for attendee in found.values():
        if alias := getattr(attendee, "alias", None):
            put_back(attendee, alias)
            attendee.organisation = Organisation(name=alias.organisation) if alias.organisation else None
    return found


def _keep_age_class(entry: ImportEntry, confirmed_adults: Collection[int], notes: NoteCounts) -> None:
    """Leave out what would make an adult of a minor, or of somebody of unknown age not confirmed (S1).

    So, too, what would make somebody who organises or leads no adult any more.
    """
    row, attendee = entry.row, entry.attendee
    if entry.is_new or row.age_class in ("", attendee.age_class):
        return
    if has_to_stay_adult(attendee, row.age_class):
        notes.kept_roles += (row.line,)
    elif attendee.age_class == Attendee.AgeClass.MINOR:
        notes.kept_minors += (row.line,)
    elif row.age_class == Attendee.AgeClass.ADULT and attendee.pk not in confirmed_adults:
        organisation = row.organisation or (attendee.organisation.name if attendee.organisation else "")
        notes.unconfirmed_adults += (UnconfirmedAdult(attendee.pk, row.line, row.name, organisation),)
    else:
        return
    entry.row = replace(row, age_class="")


def _apply(entry: ImportEntry, organisation: Organisation | None, notes: NoteCounts) -> bool:
    """Set the row's values on the attendee, unsaved; gives whether anything differs."""
    row, attendee = entry.row, entry.attendee
    for word in row.unknown_languages:
        notes.unknown_languages.note(word, row.line)
    if not row.is_known_country:
        notes.unknown_countries.note(row.country, row.line)
    given = {name: getattr(row, name) for name in PROFILE_FIELDS} | {"languages": list(row.languages)}
    wanted: dict[str, object] = {name: value for name, value in given.items() if value or value is False}
    if attendee.edited_at is not None:
        if any(getattr(attendee, name) != value for name, value in wanted.items()):
            notes.kept_profiles += (row.line,)
        wanted = {}
    wanted["name"] = row.name
    if row.role:
        role = plain_word(row.role)
        if role in Attendee.Role.values:
            wanted["role"] = role
        else:
            notes.unknown_roles.note(row.role, row.line)
    if row.age_class:
        wanted["age_class"] = row.age_class
        if not entry.is_new and attendee.age_class != row.age_class:
            notes.age_changes[attendee.age_class, row.age_class] += 1
    before = attendee.organisation.name.casefold() if attendee.organisation else ""
    if organisation is not None and organisation.name.casefold() != before:
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
    for word in {*unknown_sought, *unknown_offered}:
        notes.unknown_topics.note(word, entry.row.line)
    if entry.attendee.edited_at is None:
        entry.topics = ChosenTopics(seeks or before.seeks, offers or before.offers)
    return entry.topics != before


def _save(event: Event, entries: Sequence[ImportEntry], now: dt.datetime) -> None:
    """Save new and changed attendees with their interests in a constant number of statements per batch."""
    changed = [entry for entry in entries if entry.changed]
    for entry in changed:
        entry.attendee.changed_at = now
    left = [entry.attendee for entry in changed if entry.attendee.left_at is not None]
    take_back(left, visibility=Attendee.Visibility.LISTED, now=now)
    Attendee.objects.bulk_create(
        # Numbers in the order of a keyed hash: those of accounts follow the addresses, which may tell a name.
        sorted((one.attendee for one in changed if one.is_new), key=lambda new: new.person.address_hash),
        batch_size=BATCH,
    )
    Attendee.objects.bulk_create(
        [entry.attendee for entry in changed if not entry.is_new],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=SAVED_FIELDS,
    )
    replace_interests(event_id=event.pk, chosen={entry.attendee.pk: entry.topics for entry in changed})
