"""What only safeguarding leads read about who may look after minors, and where (S5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.events.selectors import delegation_of, name_in_lists, shown_name
from backend.safeguarding.models import Chaperone, Vetting
from backend.safeguarding.rules import is_open

VETTING_ENDS_SOON = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Delegation:
    """An organisation, or the country of those without one, from which minors come."""

    organisation_id: int | None
    country: str
    name: str

    @property
    def key(self) -> str:
        """For a form: the number of the organisation, or the country."""
        return str(self.organisation_id) if self.organisation_id else f"country:{self.country}"


@dataclass(frozen=True, slots=True)
class ChaperoneRow:
    chaperone_id: int
    delegation: str


@dataclass(frozen=True, slots=True)
class VettedRow:
    """An adult with the newest record of a check. `until` is its last day; `state`: given or expired."""

    attendee_id: int
    name: str
    organisation: str
    vetting: Vetting
    until: dt.date
    state: str
    ends_soon: bool
    chaperones: tuple[ChaperoneRow, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An adult who could be checked."""

    attendee_id: int
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A table, and whether a lead has seen that it stands in the open."""

    table_id: int
    label: str
    place: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Supervision:
    """Everybody with a record, by name; the delegations of the minors; and the places of the venue."""

    vetted: tuple[VettedRow, ...]
    delegations: tuple[Delegation, ...]
    places: tuple[PlaceRow, ...]


def supervision_for(lead: Attendee, now: dt.datetime) -> Supervision:
    """Of the lead's event; four queries."""
    records = (
        Vetting.objects.filter(attendee__event=lead.event_id, ended_at=None)
        .select_related("attendee__organisation")
        .order_by("attendee__name", "pk")
    )
    bound: dict[int, list[ChaperoneRow]] = {}
    for row in Chaperone.objects.filter(event=lead.event_id).select_related("organisation").order_by("pk"):
        name = row.organisation.name if row.organisation else row.country
        bound.setdefault(row.attendee_id, []).append(ChaperoneRow(row.pk, name))
    zone = lead.event.zone
    vetted = tuple(
        VettedRow(
            attendee_id=record.attendee_id,
            name=name_in_lists(record.attendee),
            organisation=record.attendee.organisation.name if record.attendee.organisation else "",
            vetting=record,
            until=record.expires_at.astimezone(zone).date() - dt.timedelta(days=1),
            state="given" if record.expires_at > now else "expired",
            ends_soon=now < record.expires_at <= now + VETTING_ENDS_SOON,
            chaperones=tuple(bound.get(record.attendee_id, ())),
        )
        for record in records
    )
    tables = Table.objects.filter(event=lead.event_id, is_online=False).select_related("open_place")
    places = tuple(
        PlaceRow(table.pk, table.label, table.place, hasattr(table, "open_place")) for table in tables.order_by("pk")
    )
    return Supervision(vetted, delegations_of_minors(lead.event_id), places)


def delegations_of_minors(event_id: int) -> tuple[Delegation, ...]:
    """The delegations of an event's minors, by name; one query."""
    minors = Attendee.objects.filter(event=event_id, age_class=Attendee.AgeClass.MINOR)
    found = {
        Delegation(minor.organisation_id, "" if minor.organisation_id else minor.country, delegation_of(minor))
        for minor in minors.select_related("organisation")
    }
    return tuple(sorted((one for one in found if one.name), key=lambda one: (one.name, one.key)))


def candidates_for(lead: Attendee, now: dt.datetime) -> tuple[Candidate, ...]:
    """Adults of the event who could be checked: first those who came as chaperones, then by name."""
    adults = Attendee.objects.filter(is_open(now), event=lead.event_id).exclude(person=lead.person_id)
    rows = adults.select_related("organisation").order_by("name", "pk")
    by_role = sorted(rows, key=lambda row: row.role != Attendee.Role.CHAPERONE)
    return tuple(
        Candidate(row.pk, shown_name(row), row.organisation.name if row.organisation else "") for row in by_role
    )
