"""Age class, visibility and permission of attendees: set by organisers only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.core.transactions import in_transaction
from backend.events.models import Attendee, Event
from backend.events.rules import check_can_hold_role, check_organiser
from backend.events.services.age_classes import check_age_change
from backend.events.services.changes import announce_changes
from backend.events.services.locks import lock_event
from backend.people.models import Person

PEOPLE_AT_ONCE = 200  # in one transaction


class UnknownRole(BusinessError):
    code = "unknown_role"
    status = 400


class NobodyChosen(BusinessError):
    code = "nobody_chosen"
    status = 400


class LastOrganiser(BusinessError):
    code = "last_organiser"


class CannotLead(BusinessError):
    """Not a safeguarding lead: oneself, one of several at once, or not known to be an adult."""

    code = "not_fit_to_lead"
    status = 403


@dataclass(frozen=True, slots=True)
class RoleChange:
    """The values to set; an empty one leaves what is there."""

    age_class: str = ""
    visibility: str = ""
    permission: str = ""


VALUES: dict[str, list[str]] = {
    "age_class": Attendee.AgeClass.values,
    "visibility": Attendee.Visibility.values,
    "permission": Attendee.Permission.values,
}


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

    Refuses OrganisersOnly, UnknownRole, NobodyChosen (no id is one of this event's attendees), OwnAgeClass
    (S1: never by the attendee alone), MinorsInSelection and LeadHasToConsent (a minor becomes an adult by
    `propose_adult`), AdultsNotConfirmed (of several, unless `confirmed_adults` holds all of unknown age),
    CannotLead (S10), DemoAccount, and LastOrganiser where the event would have no organiser.
    """
    check_organiser(by, event)
    values = {name: value for name in VALUES if (value := getattr(change, name))}
    if not values or any(value not in VALUES[name] for name, value in values.items()):
        raise UnknownRole(_("Choose what to set: an age class, a visibility or a permission."))
    attendees = list(Attendee.objects.filter(event=event, pk__in=attendee_ids).order_by("pk"))
    if not attendees:
        raise NobodyChosen(_("Tick at least one person."))
    if change.permission not in ("", Attendee.Permission.PARTICIPANT):
        for person in Person.objects.filter(attendances__in=attendees, is_demo=True)[:1]:
            check_can_hold_role(person, event)
    check_age_change(attendees, change.age_class, by, confirmed_adults)
    if change.permission == Attendee.Permission.SAFEGUARDING_LEAD:
        _check_lead(attendees, change.age_class, by)
    ids = [attendee.pk for attendee in attendees if _new_values(attendee, values)]
    at_once = len(attendees) if change.permission else PEOPLE_AT_ONCE
    changed = 0
    try:
        for start in range(0, len(ids), at_once):
            changed += _change_some(event, ids[start : start + at_once], values, by, now, confirmed_adults)
    finally:
        if changed:
            announce_changes(event.pk)
    return changed


def _new_values(attendee: Attendee, values: Mapping[str, str]) -> dict[str, str]:
    """Those of the values that differ; who is hidden by their own choice is not listed by others."""
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
    if "permission" in values:
        lock_event(event.pk)  # its organisers are counted
    chosen = Attendee.objects.select_for_update(no_key=True).filter(event=event, pk__in=ids).order_by("pk")
    attendees = list(chosen)
    check_age_change(attendees, values.get("age_class", ""), by, confirmed_adults)
    changed = []
    for attendee in attendees:
        if new := _new_values(attendee, values):
            for name, value in new.items():
                setattr(attendee, name, value)
            attendee.changed_at = now
            changed.append(attendee)
    Attendee.objects.bulk_update(changed, [*values, "changed_at"])
    organisers = Attendee.objects.filter(
        event=event, permission=Attendee.Permission.ORGANISER, person__is_active=True
    )
    if "permission" in values and not organisers.exists():
        raise LastOrganiser(_("Nobody would be left to organise this forum: name another organiser first."))
    return len(changed)


def _check_lead(attendees: Sequence[Attendee], age_class: str, by: Person) -> None:
    """Refuse CannotLead: the role goes to one other adult at a time."""
    if any(one.person_id == by.pk for one in attendees):
        raise CannotLead(
            _(
                "An organiser cannot appoint themself as safeguarding lead: "
                "one person cannot hold both roles. Appoint another person."
            )
        )
    if len(attendees) > 1:
        raise CannotLead(_("A safeguarding lead reads every report: appoint one person at a time."))
    if (age_class or attendees[0].age_class) != Attendee.AgeClass.ADULT:
        raise CannotLead(_("A safeguarding lead has to be an adult: set this person's age class first."))
