"""Slots and tables of an event: set by organisers only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.period import Period
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot, Table
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser, clean_text
from backend.events.rules.slot_grid import BadGrid
from backend.events.rules.states import Activity
from backend.people.models import Person


class BadTable(BusinessError):
    code = "bad_table"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class TableData:
    """The values of a table. Online, `room_link` has {meeting} where each meeting's mark goes."""

    label: str
    place: str = ""
    step_free: bool = False
    is_online: bool = False
    room_link: str = ""


@in_transaction
def add_slots(*, event: Event, periods: Iterable[Period], by: Person) -> int:
    """Add slots to the event; existing ones stay. Returns the number added.

    Slots may overlap: people and tables may not be in two at once, and the meetings see to that. Refuses
    OrganisersOnly, and BadGrid for a slot outside the event's days in its zone.
    """
    check_organiser(by, event, Activity.EDIT)
    wanted = sorted(set(periods))
    for period in wanted:
        if period.ends_at <= period.starts_at:
            raise BadGrid(_("A slot ends after it starts. Correct its hours."))
        first, last = _days(period, event)
        if first < event.starts_on or last > event.ends_on:
            raise BadGrid(
                _(
                    "The forum is from %(first)s to %(last)s; %(day)s is outside. Choose a day "
                    "within it, or change its days under About."
                )
                % {"first": event.starts_on, "last": event.ends_on, "day": first}
            )
    before = Slot.objects.filter(event=event).count()
    Slot.objects.bulk_create(
        (Slot(event=event, starts_at=period.starts_at, ends_at=period.ends_at) for period in wanted),
        ignore_conflicts=True,
    )
    return Slot.objects.filter(event=event).count() - before


def _days(period: Period, event: Event) -> tuple[dt.date, dt.date]:
    """The first and last day of a half-open period in the event's zone: one that ends at midnight has one."""
    last_moment = period.ends_at - dt.timedelta.resolution
    return period.starts_at.astimezone(event.zone).date(), last_moment.astimezone(event.zone).date()


@in_transaction
def remove_slots(*, event: Event, slot_ids: Collection[int], by: Person) -> int:
    """Remove unused slots, all or none; returns their number. Refuses OrganisersOnly and `in_use`."""
    check_organiser(by, event, Activity.EDIT)
    try:
        _total, removed = Slot.objects.filter(event=event, pk__in=slot_ids).delete()
    except RestrictedError as error:
        raise Refused(
            "in_use",
            _(
                "Somebody has asked to meet in one of these slots, so they stay. Close the time "
                "instead: meetings are moved or called off."
            ),
        ) from error
    return removed.get(Slot._meta.label, 0)


@in_transaction
def add_table(*, event: Event, data: TableData, by: Person) -> Table:
    """Add a table, or an online room; refuses OrganisersOnly, BadTable and `label_taken`."""
    check_organiser(by, event, Activity.EDIT)
    return _save(Table(event=event), data)


@in_transaction
def add_tables(*, event: Event, tables: Sequence[TableData], by: Person) -> list[Table]:
    """Add several tables, all or none; refuses as `add_table` does."""
    return [add_table(event=event, data=data, by=by) for data in tables]


@in_transaction
def change_table(*, event: Event, table_id: int, data: TableData, by: Person) -> Table:
    """Change a table. Refuses OrganisersOnly, NotFound, BadTable, `label_taken`.

    Whether it is online cannot change: existing meetings depend on it. Add a new one instead. Pages and the
    API use the service of the same name in `meetings`, which also notifies those who meet there.
    """
    check_organiser(by, event, Activity.EDIT)
    table = Table.objects.filter(event=event, pk=table_id).first()
    if table is None:
        raise NotFound(_("There is no such table. Load the page again."))
    if table.is_online != data.is_online:
        raise BadTable(_("A table stays a table, and an online room online. Add another one instead."))
    return _save(table, data)


@in_transaction
def remove_table(*, event: Event, table_id: int, by: Person) -> None:
    """Remove an unused table; a missing one is no error. Refuses OrganisersOnly and `in_use`."""
    check_organiser(by, event, Activity.EDIT)
    try:
        Table.objects.filter(event=event, pk=table_id).delete()
    except RestrictedError as error:
        raise Refused(
            "in_use", _("People meet, or met, at this table, so it stays. Close the table for a time instead.")
        ) from error


def _save(table: Table, data: TableData) -> Table:
    for name, value in asdict(data).items():
        setattr(table, name, clean_text(value) if isinstance(value, str) else value)
    if not 0 < len(table.label) <= 60 or len(table.place) > 200 or len(table.room_link) > 300:
        raise BadTable(_("A table needs a label of at most 60 characters, such as T12."))
    if table.is_online and not (table.room_link.startswith("https://") and Table.MEETING_MARK in table.room_link):
        raise BadTable(
            _(
                "An online room needs a link with %(mark)s in it, such as %(example)s: "
                "every meeting gets a room of its own."
            )
            % {"mark": Table.MEETING_MARK, "example": f"https://meet.example.org/{Table.MEETING_MARK}"}
        )
    if not table.is_online and table.room_link:
        raise BadTable(_("Only an online room has a link. Leave the link empty."))
    try:
        with transaction.atomic():
            table.save()
    except IntegrityError as error:
        raise Refused(
            "label_taken", _("There is a table “%(label)s” already. Choose another label.") % {"label": table.label}
        ) from error
    return table
