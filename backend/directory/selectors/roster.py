"""The roster: everybody at an event, for its organisers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.directory.rules import has_meeting
from backend.events.models import Attendee, AttendeeQuerySet, Event
from backend.events.rules import has_empty_profile
from backend.events.selectors import name_in_roster
from backend.people.models import Constituency

ROSTER_FILTERS = {
    "sector": "organisation__sector__key",
    "constituency": "organisation__sector__constituency",
    "country": "country",
    "age_class": "age_class",
    "visibility": "visibility",
    "permission": "permission",
}
WITHOUT_MEETING = "without_meeting"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One attendee as the list of an organiser shows them; of a minor the first name only (S7)."""

    attendee_id: int
    name: str
    organisation: str
    sector: str
    constituency: str
    country: str
    age_class: str
    visibility: str
    permission: str
    has_meeting: bool
    is_profile_empty: bool


def roster_ids(*, event: Event, filters: Mapping[str, str]) -> list[int]:
    """The attendees these filters leave, by name; unknown filters are ignored."""
    return list(_filtered(event, filters).order_by("name", "pk").values_list("pk", flat=True))


def roster_rows(*, event: Event, ids: list[int]) -> tuple[RosterRow, ...]:
    """These attendees of the event, by name; one query."""
    rows = (
        Attendee.objects.of(event)
        .filter(pk__in=ids)
        .select_related("organisation__sector")
        .annotate(has_meeting=has_meeting(), is_profile_empty=has_empty_profile())
        .order_by("name", "pk")
    )
    return tuple(_row(row) for row in rows)


def roster_choices(event: Event) -> dict[str, list[tuple[str, str]]]:
    """The values of each filter that occur, each with its label."""
    values = Attendee.objects.of(event)
    sectors = values.exclude(organisation=None).order_by("organisation__sector__name")
    countries = values.exclude(country="").order_by("country").values_list("country", flat=True).distinct()
    return {
        "sector": list(
            sectors.values_list("organisation__sector__key", "organisation__sector__name").distinct()
        ),
        "constituency": [(key, str(label)) for key, label in Constituency.choices],
        "country": [(name, name) for name in countries],
        "age_class": [(key, str(label)) for key, label in Attendee.AgeClass.choices],
        "visibility": [(key, str(label)) for key, label in Attendee.Visibility.choices],
        "permission": [(key, str(label)) for key, label in Attendee.Permission.choices],
    }


def _filtered(event: Event, filters: Mapping[str, str]) -> AttendeeQuerySet:
    chosen = {
        ROSTER_FILTERS[name]: value for name, value in filters.items() if value and name in ROSTER_FILTERS
    }
    found = Attendee.objects.of(event).filter(**chosen)
    if filters.get(WITHOUT_MEETING):
        found = found.exclude(has_meeting())
    return found


def _row(row: Attendee) -> RosterRow:
    return RosterRow(
        attendee_id=row.pk,
        name=name_in_roster(row),
        organisation=row.organisation.name if row.organisation else "",
        sector=row.organisation.sector.name if row.organisation else "",
        constituency=row.constituency,
        country=row.country,
        age_class=row.get_age_class_display(),
        visibility=row.get_visibility_display(),
        permission=row.get_permission_display(),
        has_meeting=row.has_meeting,  # type: ignore[attr-defined]
        is_profile_empty=row.is_profile_empty,  # type: ignore[attr-defined]
    )
