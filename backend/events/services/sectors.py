"""Sectors of an event: added, changed, ordered, merged and removed by organisers."""

from __future__ import annotations

import datetime as dt

from django.db.models import RestrictedError
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound
from backend.core.local_names import kept_names
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee, Organisation, Sector
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser, clean_text
from backend.events.rules.sectors import plain_sectors, shipped_sectors
from backend.events.rules.states import Activity
from backend.events.services.changes import announce_changes
from backend.events.services.locks import lock_event, lock_rows
from backend.events.services.ordering import free_key, next_position, swap
from backend.people.models import Constituency, Person
from backend.people.selectors import plain_word

SECTOR_NAME_LENGTH = 80
MAX_SECTORS = 60


class BadSector(BusinessError):
    code = "bad_sector"
    status = 400


class SectorInUse(BusinessError):
    """Organisations count in the sector, or it is the one for all others."""

    code = "sector_in_use"


def load_sectors(*, event: Event) -> None:
    """Give an event without sectors the shipped ones."""
    if not event.sectors.exists():
        Sector.objects.bulk_create(_shipped(event), ignore_conflicts=True)


def load_plain_sectors(*, event: Event) -> None:
    """Give a new event one sector for each constituency, and none of another forum."""
    Sector.objects.bulk_create(Sector(event=event, position=place, **row) for place, row in enumerate(plain_sectors()))


def _shipped(event: Event) -> list[Sector]:
    return [Sector(event=event, position=place, **row) for place, row in enumerate(shipped_sectors())]


def sectors_by_word(event: Event) -> dict[str, Sector]:
    """The event's sectors under their keys and names, as `plain_word` writes them; the shipped ones, not
    saved, where it has none. A name goes before a key, and a key before a name in another language."""
    sectors = list(event.sectors.all()) or _shipped(event)
    names = {plain_word(sector.name): sector for sector in reversed(sectors)}
    local = {plain_word(name): sector for sector in reversed(sectors) for name in sector.names.values()}
    return local | {plain_word(sector.key): sector for sector in sectors} | names


@in_transaction
def add_sector(*, event: Event, name: str, constituency: str, by: Person) -> Sector:
    """Add a sector at the end; refuses OrganisersOnly and BadSector (name, constituency, too many)."""
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    name = _checked_name(event, name)
    if event.sectors.count() >= MAX_SECTORS:
        raise BadSector(
            _("A forum has at most %(limit)s sectors. Merge or remove some first.") % {"limit": MAX_SECTORS}
        )
    return Sector.objects.create(
        event=event,
        key=free_key(name, "sector", set(event.sectors.values_list("key", flat=True))),
        name=name,
        constituency=_checked_constituency(constituency),
        position=next_position(event.sectors.all()),
    )


@in_transaction
def change_sector(
    *, event: Event, sector_id: int, name: str, constituency: str, by: Person, now: dt.datetime
) -> Sector:
    """Rename a sector and set the constituency it counts for; its organisations stay in it.

    Refuses OrganisersOnly, NotFound and BadSector; the sector for all others keeps its constituency.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    sector = _sector_of(event, sector_id)
    name, constituency = _checked_name(event, name, but=sector.pk), _checked_constituency(constituency)
    if sector.key == Sector.OTHER and constituency != Constituency.OTHER:
        raise BadSector(
            _("“%(sector)s” is for all that fits no other sector, and counts for no constituency.")
            % {"sector": sector.name}
        )
    is_moved = sector.constituency != constituency
    sector.names = kept_names(sector.name, name, sector.names)
    sector.name, sector.constituency = name, constituency
    sector.save(update_fields=["name", "names", "constituency"])
    if is_moved:
        _mark_changed(event, sector, now)
    return sector


@in_transaction
def move_sector(*, event: Event, sector_id: int, up: bool, by: Person) -> None:
    """Move a sector up or down by one; the first stays first. Refuses OrganisersOnly and NotFound."""
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    swap(_sector_of(event, sector_id), list(event.sectors.all()), up=up)


@in_transaction
def merge_sectors(*, event: Event, sector_id: int, into_id: int, by: Person, now: dt.datetime) -> int:
    """Move a sector's organisations to another and remove it; the number of organisations moved.

    Refuses OrganisersOnly, NotFound, BadSector (itself) and SectorInUse (the one for all others).
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    sector, into = _sector_of(event, sector_id), _sector_of(event, into_id)
    if sector == into:
        raise BadSector(_("Choose another sector to merge “%(sector)s” into.") % {"sector": sector.name})
    _check_not_other(sector)
    if sector.constituency != into.constituency:
        _mark_changed(event, sector, now)
    moved = Organisation.objects.filter(event=event, sector=sector).update(sector=into)
    _delete(sector)
    return moved


@in_transaction
def remove_sector(*, event: Event, sector_id: int, by: Person) -> None:
    """Remove a sector without organisations. Refuses OrganisersOnly, NotFound and SectorInUse."""
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    sector = _sector_of(event, sector_id)
    _check_not_other(sector)
    if sector.organisations.exists():
        raise SectorInUse(
            _("Organisations count in “%(sector)s”: merge it into another sector, so that they keep one.")
            % {"sector": sector.name}
        )
    _delete(sector)


def _delete(sector: Sector) -> None:
    try:
        sector.delete()
    except RestrictedError as error:
        raise SectorInUse(
            _("A contact rule names “%(sector)s”: remove the rule first.") % {"sector": sector.name}
        ) from error


def _sector_of(event: Event, sector_id: int) -> Sector:
    found = event.sectors.filter(pk=sector_id).first()
    if found is None:
        raise NotFound(_("There is no such sector at this forum. Load the page again."))
    return found


def _check_not_other(sector: Sector) -> None:
    if sector.key == Sector.OTHER:
        raise SectorInUse(
            _("“%(sector)s” stays: lists count there what fits no other sector.") % {"sector": sector.name}
        )


def _checked_name(event: Event, text: str, *, but: int = 0) -> str:
    name = one_line(clean_text(text))
    if not 0 < len(name) <= SECTOR_NAME_LENGTH:
        raise BadSector(_("A sector needs a name of at most %(limit)s characters.") % {"limit": SECTOR_NAME_LENGTH})
    others = event.sectors.exclude(pk=but)
    if any(plain_word(name) in (plain_word(one.name), plain_word(one.key)) for one in others):
        raise BadSector(
            _("There is a sector “%(sector)s” already. Use that one, or choose another name.") % {"sector": name}
        )
    return name


def _checked_constituency(value: str) -> str:
    if value not in Constituency.values:
        raise BadSector(_("Choose the constituency that the sector counts for."))
    return value


def _mark_changed(event: Event, sector: Sector, now: dt.datetime) -> None:
    """Have the lists of a sector's people computed anew: matching reads constituencies."""
    people = lock_rows(Attendee.objects.filter(organisation__sector=sector))
    if Attendee.objects.filter(pk__in=people).update(changed_at=now):
        announce_changes(event.pk)
