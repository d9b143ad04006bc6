"""The time of keeping: minors' data goes first, then that of the others by the event's setting."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from backend.core.isolation import for_each
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee, AttendeeQuerySet
from backend.events.models.events import Event, Tie
from backend.events.rules.age_classes import is_known_adult
from backend.outcomes.models import ContactShare
from backend.outcomes.services.connections import keep_connections
from backend.people.models import Person
from backend.privacy.rules import MINORS_KEPT
from backend.privacy.services.erasing import erase_attendees, erase_person
from backend.privacy.services.remembering import remember_attendee, remember_person
from backend.roster.models import Departure
from backend.suggestions.models import Run


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """How many an event's purge erases, or would; no names. `kept`: organisers and leads, who stay."""

    event: str
    minors: int
    adults: int
    kept: int
    accounts: int


def purge_event(*, event: Event, now: dt.datetime, is_dry: bool = False) -> PurgeReport:
    """Erase of the event whose time of keeping has ended; a dry run erases nothing.

    Whoever is not known to be an adult goes first. Connections that both agreed to stay. Accounts without
    another forum, a tie or a connection go, too.
    """
    due = _due(event, now)
    minors = due.exclude(is_known_adult(now)).count()
    adults = due.count() - minors
    ids = list(due.order_by("pk").values_list("pk", flat=True))
    people = list(due.order_by("person_id").values_list("person_id", flat=True))
    lonely = _lonely(people, event)
    report = PurgeReport(event.slug, minors, adults, _in_charge(event).count(), len(lonely))
    if not is_dry:
        for_each("privacy.purge_attendee", ids, lambda pk: _purge_attendee(pk, now))
        lonely = _lonely(people, event)  # a connection that is not kept holds no account
        for_each("privacy.purge_account", lonely, lambda pk: _purge_account(pk, now))
        if _days_over(event, now) > event.retention_days:
            Departure.objects.filter(event=event).delete()
        if ids:
            Run.objects.filter(event=event).update(matching_state=None)
    return report


def purge_all(*, now: dt.datetime) -> list[PurgeReport]:
    """Purge every event that is over. For a daily job: whoever cannot be erased keeps nobody else."""
    over = Event.objects.filter(ends_on__lt=now.date(), rehearsal_of=None).order_by("pk")
    return for_each("privacy.purge_event", over, lambda event: purge_event(event=event, now=now))


def _due(event: Event, now: dt.datetime) -> AttendeeQuerySet:
    days = _days_over(event, now)
    people = Attendee.objects.of(event).filter(permission=Attendee.Permission.PARTICIPANT)
    if days <= min(MINORS_KEPT, event.retention_days):
        return people.none()
    if days <= event.retention_days:
        return people.exclude(is_known_adult(now))
    return people


def _days_over(event: Event, now: dt.datetime) -> int:
    return (now.astimezone(event.zone).date() - event.ends_on).days


def _in_charge(event: Event) -> AttendeeQuerySet:
    return Attendee.objects.of(event).exclude(permission=Attendee.Permission.PARTICIPANT)


def _lonely(people: list[int], event: Event) -> list[int]:
    """Accounts of these people that have no other forum, tie or connection, and nothing to administer."""
    elsewhere = Attendee.objects.filter(person=OuterRef("pk")).exclude(event=event)
    first, second = Tie.objects.filter(first=OuterRef("pk")), Tie.objects.filter(second=OuterRef("pk"))
    found = Person.objects.filter(pk__in=people, is_staff=False, is_superuser=False, may_start_forums=False)
    found = found.exclude(Exists(elsewhere)).exclude(Exists(first)).exclude(Exists(second))
    found = found.exclude(Exists(ContactShare.objects.mutual().filter(giver=OuterRef("pk"))))
    return list(found.order_by("pk").values_list("pk", flat=True))


@in_transaction
def _purge_attendee(attendee_id: int, now: dt.datetime) -> None:
    attendee = Attendee.objects.select_related("person").filter(pk=attendee_id).first()
    if attendee is not None:
        remember_attendee(attendee, attendee.person, now)
        keep_connections(attendee=attendee, now=now)
        erase_attendees([attendee_id], now)


@in_transaction
def _purge_account(person_id: int, now: dt.datetime) -> None:
    person = Person.objects.filter(pk=person_id, erased_at=None).first()
    if person is not None and not Attendee.objects.filter(person=person).exists():
        remember_person(person, now)
        erase_person(person, now)
