"""Who counts as an adult, and whose age class is in doubt: an adult whose address is known as a minor's."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from backend.events.models import AgeAgreement, Attendee, AttendeeQuerySet
from backend.people.models import KnownMinor


def doubts_about_attendee(now: dt.datetime | Now) -> QuerySet[KnownMinor]:
    """What is known of the outer query's attendee's address, and not yet settled for their event.

    It is settled when a lead of the attendee's event and one of the event that knows have both agreed.
    """
    agreed = AgeAgreement.objects.filter(known_minor=OuterRef("pk"), event=OuterRef(OuterRef("event")))
    here, there = agreed.filter(of_event=F("event")), agreed.filter(of_event=F("known_minor__event"))
    return KnownMinor.objects.filter(
        address_hash=OuterRef("person__address_hash"), expires_at__gt=now
    ).exclude(Exists(here), Exists(there))


def in_doubt_for(event_id: int, now: dt.datetime) -> AttendeeQuerySet:
    """The adults about whom the leads of this event have to agree, and did not yet.

    Adults here whom another event knows as minors, and adults elsewhere whom this event knows.
    """
    agreed = AgeAgreement.objects.filter(
        known_minor=OuterRef("pk"), event=OuterRef(OuterRef("event")), of_event=event_id
    )
    doubts = doubts_about_attendee(now).exclude(Exists(agreed))
    return Attendee.objects.filter(age_class=Attendee.AgeClass.ADULT).filter(
        Q(Exists(doubts), event=event_id) | Q(Exists(doubts.filter(event=event_id)))
    )


def events_in_doubt(now: dt.datetime) -> set[int]:
    """The events (ids) of adults whom an event knows as minors, and those that know them."""
    doubts = doubts_about_attendee(now)
    held = Attendee.objects.filter(Exists(doubts), age_class=Attendee.AgeClass.ADULT)
    knowing = KnownMinor.objects.filter(
        address_hash__in=held.values("person__address_hash"), expires_at__gt=now
    ).exclude(event=None)
    return {*held.values_list("event_id", flat=True), *knowing.values_list("event_id", flat=True)}


def is_held_as_minor(now: dt.datetime | Now) -> Q:
    """Condition on attendees: their address is known as a minor's, and that is not settled."""
    return Q(Exists(doubts_about_attendee(now)))


def is_known_adult(now: dt.datetime | Now | None = None) -> Q:
    """Condition on attendees who count as adults (S1): unknown age counts as minor.

    So does whom another event knows as a minor, until a lead of each of the two has agreed. Without `now`,
    the database's clock says which of that has expired.
    """
    return Q(age_class=Attendee.AgeClass.ADULT) & ~is_held_as_minor(now or Now())
