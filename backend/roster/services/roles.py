"""Age class and visibility of attendees: set by organisers only. `appointments` gives permissions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, Refused
from backend.core.progress import report_progress
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.changes import announce_changes
from backend.people.models import Person
from backend.safeguarding.services.age_classes import check_age_change

PEOPLE_AT_ONCE = 200  # in one transaction
READ_FIELDS = ("event", "person", "age_class", "permission", "visibility", "edited_at")


class NobodyChosen(BusinessError):
    code = "nobody_chosen"
    status = 400


@dataclass(frozen=True, slots=True)
class RoleChange:
    """The values to set; an empty one leaves what is there."""

    age_class: str = ""
    visibility: str = ""


VALUES: dict[str, list[str]] = {"age_class": Attendee.AgeClass.values, "visibility": Attendee.Visibility.values}


def change_roles(
    *,
    event: Event,
    attendee_ids: Collection[int],
    change: RoleChange,
    by: Person,
    now: dt.datetime,
    confirmed_adults: Collection[int] = (),
) -> int:
    """Set these values for these attendees; returns the number changed. Those hidden by themselves stay so.

    All are checked first; ages and visibilities are then saved some people at a time, so that nobody waits
    long: stopped half-way, the same again changes the rest.

    Refuses OrganisersOnly, `unknown_role`, NobodyChosen (no id is one of this event's attendees), OwnAgeClass
    (S1: never by the attendee alone), `holds_role`, `minors_in_selection` and LeadHasToConsent (a minor
    becomes an adult by `propose_adult`), and AdultsNotConfirmed (of several, unless `confirmed_adults` holds
    all of unknown age).
    """
    check_organiser(by, event, Activity.EDIT)
    values = {name: value for name in VALUES if (value := getattr(change, name))}
    if not values or any(value not in VALUES[name] for name, value in values.items()):
        raise Refused("unknown_role", _("Choose what to set: an age class or a visibility."), status=400)
    rows = Attendee.objects.filter(event=event, pk__in=attendee_ids).only(*READ_FIELDS)
    attendees = list(rows.order_by("pk"))
    if not attendees:
        raise NobodyChosen(_("Tick at least one person."))
    check_age_change(attendees, change.age_class, by, confirmed_adults)
    ids = [attendee.pk for attendee in attendees if _new_values(attendee, values)]
    changed = 0
    try:
        for start in range(0, len(ids), PEOPLE_AT_ONCE):
            report_progress(start, len(ids))
            changed += _change_some(event, ids[start : start + PEOPLE_AT_ONCE], values, by, now, confirmed_adults)
    finally:
        if changed:
            announce_changes(event.pk)
    return changed


def _new_values(attendee: Attendee, values: Mapping[str, str]) -> dict[str, str]:
    """Those of the values that differ; people hidden by their own choice are not listed by others."""
    new = {name: value for name, value in values.items() if getattr(attendee, name) != value}
    if attendee.edited_at is not None and new.get("visibility") == Attendee.Visibility.LISTED:
        del new["visibility"]
    return new


@in_transaction
def _change_some(
    event: Event,
    ids: Collection[int],
    values: Mapping[str, str],
    by: Person,
    now: dt.datetime,
    confirmed_adults: Collection[int],
) -> int:
    """All of these people or none; they are locked and checked again. Refuses as `change_roles` does."""
    chosen = Attendee.objects.select_for_update(no_key=True).filter(event=event, pk__in=ids)
    attendees = list(chosen.only(*READ_FIELDS).order_by("pk"))
    check_age_change(attendees, values.get("age_class", ""), by, confirmed_adults)
    alike: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for attendee in attendees:
        if new := _new_values(attendee, values):
            alike.setdefault(tuple(new.items()), []).append(attendee.pk)
    for new_values, those in alike.items():
        Attendee.objects.filter(pk__in=those).update(**dict(new_values), changed_at=now)
    return sum(map(len, alike.values()))
