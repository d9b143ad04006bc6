"""What a reading of a source would change at its event, before any of it is changed.

Who is new, what changed of whom, who cancelled, and what people have to decide. Somebody is told by the row's
own number in the source; a row of another address is somebody else, whatever its name. Absence says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from backend.core.mail_addresses import canonical_address
from backend.core.texts import folded
from backend.events.models.attendees import Attendee
from backend.events.rules.aliases import BETWEEN_WORDS, name_of_list
from backend.events.selectors import attendees_by_former_address, former_owner
from backend.integrations.models import Source
from backend.integrations.services.rows import SourceRow
from backend.people.models import address_hash, hashes_of
from backend.people.selectors import plain_word
from backend.roster.models import Departure, Registration
from backend.roster.services.departures import departure_keys, moved_departures
from backend.roster.services.report import RefusedLine

LEAST_CONFIRMED, SHARE_CONFIRMED = 5, 0.05  # more leave at once only where organisers have read their names
_ROW, _CELL = "titian.integrations.row", "titian.integrations.cell"
ADDRESS = "email"


def are_many(leaving: int, of: int) -> bool:
    """Whether so many leave at once only where organisers have read which.

    >>> are_many(5, 30), are_many(6, 30), are_many(6, 120)
    (False, True, False)
    """
    return leaving > max(LEAST_CONFIRMED, math.floor(SHARE_CONFIRMED * of))


def row_key(source: Source, key: str) -> str:
    """The row's own number as it is kept: a keyed hash."""
    return salted_hmac(_ROW, f"{source.pk}:{key}", algorithm="sha256").hexdigest()


def said_in(source: Source, row: SourceRow) -> dict[str, str]:
    """What the row says, by column, as it is kept: a keyed hash of each cell."""
    cells = {**row.cells, ADDRESS: canonical_address(row.email)}
    return {
        name: salted_hmac(_CELL, f"{source.pk}:{row.key}:{name}:{cell}", algorithm="sha256").hexdigest()[:16]
        for name, cell in cells.items()
    }


@dataclass(frozen=True, slots=True)
class RowToImport:
    """A row that an import reads: `columns` of it, as this attendee where there is one."""

    row: SourceRow
    key: str
    columns: Collection[str]
    registration: Registration | None = None
    attendee_id: int | None = None


@dataclass(slots=True)
class Comparison:
    """What to do with each row, and whom to ask about."""

    to_import: list[RowToImport] = field(default_factory=list)
    unchanged: int = 0
    again: list[RowToImport] = field(default_factory=list)  # further rows of somebody who is imported by one
    leaving: list[Registration] = field(default_factory=list)
    ended: list[Registration] = field(default_factory=list)  # cancelled rows of people who have another
    passed_on: list[Registration] = field(default_factory=list)  # whose row names somebody else from now on
    sharing: list[RowToImport] = field(default_factory=list)  # of another name at an address that is here
    held: list[RefusedLine] = field(default_factory=list)
    people: int = 0  # of the source, before

    @property
    def has_to_be_confirmed(self) -> bool:
        """Whether more would leave than the larger of five and five in a hundred."""
        return are_many(len(self.leaving), self.people)


def compare(source: Source, rows: Sequence[SourceRow]) -> Comparison:
    """What these rows of the source would change; reads only, in a constant number of queries."""
    return _Comparing(source).of(rows)


class _Comparing:
    """The event and what is known of the source, looked at once."""

    def __init__(self, source: Source) -> None:
        event = source.event
        self.source = source
        own = Registration.objects.filter(source=source).exclude(key=None)
        people = own.select_related("attendee__person", "attendee__alias", "attendee__organisation")
        self.registrations = {str(one.key): one for one in people}
        here = Attendee.objects.filter(event=event).select_related("person", "alias").order_by("pk")
        self.here: dict[str, list[Attendee]] = {}
        for one in here:
            self.here.setdefault(one.person.address_hash, []).append(one)
        self.former = attendees_by_former_address(event)
        self.moved_departures = moved_departures(event.pk)
        self.departed = set(Departure.objects.filter(event=event).values_list("key", flat=True))
        self.elsewhere = set(
            Registration.objects.filter(source__event=event)
            .exclude(source=source)
            .exclude(key=None)
            .values_list("attendee_id", flat=True)
        )
        self.named = {one.attendee_id for one in self.registrations.values()}
        self.new: dict[str, RowToImport] = {}
        self.found = Comparison(people=len({one.attendee_id for one in self.registrations.values()}))

    def of(self, rows: Sequence[SourceRow]) -> Comparison:
        cancelled = []
        for row in rows:
            key = row_key(self.source, row.key)
            known = self.registrations.get(key)
            if row.is_cancelled:
                cancelled += [(row, known)] if known else []
            elif known is None:
                self._somebody(row, key)
            else:
                self._known(row, key, known)
        for row, known in cancelled:
            self._cancelled(row, known, {one.pk for _row, one in cancelled})
        return self.found

    def _known(self, row: SourceRow, key: str, known: Registration) -> None:
        """A row that named an attendee before: the same one, unless its address is another."""
        said, attendee = said_in(self.source, row), known.attendee
        is_other = said[ADDRESS] != known.said.get(ADDRESS)
        if is_other and address_hash(row.email) not in attendee.person.address_hashes:
            self.found.passed_on.append(known)
            self._somebody(row, key, replaced=known)
        elif said["name"] != known.said.get("name") and not is_name_of(attendee, row.name):
            reason = _("it has another name than before, at the same address: correct the name by hand")
            self.found.held.append(RefusedLine(row.number, row.email, reason))
        elif is_hidden(attendee):
            self.found.unchanged += 1
        elif changed := {name for name in row.cells if said[name] != known.said.get(name)}:
            self.found.to_import.append(RowToImport(row, key, changed, known, attendee.pk))
        else:
            self.found.unchanged += 1

    def _somebody(self, row: SourceRow, key: str, replaced: Registration | None = None) -> None:
        """A row that names nobody yet: somebody who is here, or new, or held for people to decide."""
        hashed, name = address_hash(row.email), plain_word(row.name)
        whole = RowToImport(row, key, set(row.cells), replaced)
        here = self.here.get(hashed, [])
        owner = former_owner(self.former, row.email)
        if owner is not None and plain_word(name_of_list(owner)) == name:
            here = [owner]
        named = [one for one in here if is_name_of(one, row.name)]
        first = self.new.get(hashed)
        if named:
            self._here(whole, named[0])
        elif here or (first and not _is_one_name(first.row.name, row.name)):
            self.found.sharing.append(whole)
        elif first:
            self.found.again.append(whole)
        elif not self.departed.isdisjoint(self._departure_keys(key, row.email)):
            reason = _("this person left or was erased here: no source brings them back")
            self.found.held.append(RefusedLine(row.number, row.email, reason))
        else:
            self.new[hashed] = whole
            self.found.to_import.append(whole)

    def _departure_keys(self, key: str, email: str) -> set[str]:
        ours = departure_keys(self.source.event_id, {key, *hashes_of(email)})
        return ours | self.moved_departures(email)

    def _here(self, whole: RowToImport, attendee: Attendee) -> None:
        """A row of somebody who is on the list; a second one of theirs changes nothing."""
        found = RowToImport(whole.row, whole.key, whole.columns, whole.registration, attendee.pk)
        is_again = attendee.pk in self.named
        self.named.add(attendee.pk)
        (self.found.again if is_again or is_hidden(attendee) else self.found.to_import).append(found)

    def _cancelled(self, row: SourceRow, known: Registration, cancelled: Collection[int]) -> None:
        attendee = known.attendee
        gone = {*cancelled, *(one.pk for one in self.found.passed_on)}
        others = {one.attendee_id for one in self.registrations.values() if one.pk not in gone}
        others |= {one.attendee_id or 0 for one in (*self.found.to_import, *self.found.again)}
        if attendee.pk in others | self.elsewhere:
            self.found.ended.append(known)
        elif attendee.permission != Attendee.Permission.PARTICIPANT:
            reason = _("cancelled, and an organiser or a safeguarding lead here: no source takes them out")
            self.found.held.append(RefusedLine(row.number, "", reason))
        elif is_hidden(attendee):
            self.found.unchanged += 1
        elif attendee.pk not in {one.attendee_id for one in self.found.leaving}:
            self.found.leaving.append(known)


def is_name_of(attendee: Attendee, name: str) -> bool:
    """Whether the name of a row is this attendee's, also where an alias is shown."""
    return any(_is_one_name(one, name) for one in (name_of_list(attendee), attendee.person.name))


def is_hidden(attendee: Attendee) -> bool:
    """Whether the attendee is under an alias: what a source says of them changes and shows nothing."""
    return getattr(attendee, "alias", None) is not None


def _is_one_name(one: str, other: str) -> bool:
    """Whether two names may be one person's: all words of the one stand in the other.

    >>> _is_one_name("Dr. Jo TAN", "Tan Jo"), _is_one_name("Nguyen Thi Mai", "Nguyen Van Minh")
    (True, False)
    """
    words, others = ({*BETWEEN_WORDS.split(folded(name))} - {""} for name in (one, other))
    return words <= others or others <= words


def listed(registrations: Iterable[Registration]) -> dict[int, Attendee]:
    """The attendees of these rows by id, without those under an alias."""
    return {one.attendee_id: one.attendee for one in registrations if not is_hidden(one.attendee)}


def people_passed_on(source: Source, found: Comparison) -> dict[int, Attendee]:
    """Whose row names somebody else since this reading or an earlier one, and whom no other row names."""
    before = Registration.objects.filter(source=source, key=None)
    both = [*found.passed_on, *before.select_related("attendee__person", "attendee__alias", "attendee__organisation")]
    named = Registration.objects.filter(source__event=source.event_id).exclude(key=None)
    still = set(named.exclude(pk__in=[one.pk for one in found.passed_on]).values_list("attendee", flat=True))
    still |= {one.attendee_id or 0 for one in (*found.to_import, *found.again)}
    participant = Attendee.Permission.PARTICIPANT
    return {pk: one for pk, one in listed(both).items() if pk not in still and one.permission == participant}
