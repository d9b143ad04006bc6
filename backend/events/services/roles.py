"""What only an organiser says of attendees: age class, visibility and permission."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from backend.core.errors import BusinessError
from backend.events.models import Attendee, Event
from backend.events.rules import check_organiser
from backend.events.services.changes import announce_changes
from backend.people.models import Person


class UnknownRole(BusinessError):
    code = "unknown_role"
    status = 400


class NobodyChosen(BusinessError):
    code = "nobody_chosen"
    status = 400


class LastOrganiser(BusinessError):
    code = "last_organiser"


class OwnAgeClass(BusinessError):
    code = "own_age_class"
    status = 403


class MinorsInSelection(BusinessError):
    code = "minors_in_selection"


class NotFitToLead(BusinessError):
    """Not a safeguarding lead: oneself, one of several at once, or not known to be an adult."""

    code = "not_fit_to_lead"
    status = 403


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What is to be said; an empty word leaves as it is."""

    age_class: str = ""
    visibility: str = ""
    permission: str = ""


WORDS: dict[str, list[str]] = {
    "age_class": Attendee.AgeClass.values,
    "visibility": Attendee.Visibility.values,
    "permission": Attendee.Permission.values,
}


@transaction.atomic
def change_roles(
    *, event: Event, attendee_ids: Collection[int], change: RoleChange, by: Person, now: dt.datetime
) -> int:
    """Say this of all of these attendees; gives how many it changed. Who hid themselves stays hidden.

    Refuses OrganisersOnly, UnknownRole, NobodyChosen (no id is one of this event's attendees), OwnAgeClass
    (S1: never by the attendee alone), MinorsInSelection (a known minor becomes an adult one at a time),
    NotFitToLead (S10), and LastOrganiser where nobody would be left to organise the forum.
    """
    check_organiser(by, event)
    said = {name: word for name in WORDS if (word := getattr(change, name))}
    if not said or any(word not in WORDS[name] for name, word in said.items()):
        raise UnknownRole("Choose what to set: an age class, a visibility or a permission.")
    Event.objects.select_for_update().get(pk=event.pk)  # two organisers at once take turns
    chosen = Attendee.objects.select_for_update().filter(event=event, pk__in=attendee_ids).order_by("pk")
    attendees = list(chosen)
    if not attendees:
        raise NobodyChosen("Tick at least one person.")
    _check_age(attendees, change.age_class, by)
    if change.permission == Attendee.Permission.SAFEGUARDING_LEAD:
        _check_lead(attendees, change.age_class, by)
    changed = []
    for attendee in attendees:
        new = {name: word for name, word in said.items() if getattr(attendee, name) != word}
        if attendee.edited_at is not None and new.get("visibility") == Attendee.Visibility.LISTED:
            del new["visibility"]  # their own word, said on their profile
        for name, word in new.items():
            setattr(attendee, name, word)
        if new:
            attendee.changed_at = now
            changed.append(attendee)
    Attendee.objects.bulk_update(changed, [*said, "changed_at"], 500)
    organisers = Attendee.objects.filter(
        event=event, permission=Attendee.Permission.ORGANISER, person__is_active=True
    )
    if not organisers.exists():
        raise LastOrganiser("Nobody would be left to organise this forum: name another organiser first.")
    if changed:
        announce_changes(event.pk)
    return len(changed)


def _check_age(attendees: Sequence[Attendee], age_class: str, by: Person) -> None:
    """Refuse OwnAgeClass and MinorsInSelection."""
    if any(one.person_id == by.pk and age_class not in ("", one.age_class) for one in attendees):
        raise OwnAgeClass("Your own age class is for another organiser to set.")
    minors = sum(one.age_class == Attendee.AgeClass.MINOR for one in attendees)
    if age_class == Attendee.AgeClass.ADULT and minors and len(attendees) > 1:
        raise MinorsInSelection(
            f"{minors:,} of these {len(attendees):,} people are set as minors: nobody was changed. "
            "To say that one of them is an adult, tick that person alone."
        )


def _check_lead(attendees: Sequence[Attendee], age_class: str, by: Person) -> None:
    """Refuse NotFitToLead: who reads every report is not who gives the role, and it is given singly."""
    if any(one.person_id == by.pk for one in attendees):
        raise NotFitToLead(
            "An organiser cannot become the safeguarding lead by themself: the two roles are apart. "
            "Appoint another person."
        )
    if len(attendees) > 1:
        raise NotFitToLead("A safeguarding lead reads every report: appoint one person at a time.")
    if (age_class or attendees[0].age_class) != Attendee.AgeClass.ADULT:
        raise NotFitToLead("A safeguarding lead has to be an adult: set this person's age class first.")
