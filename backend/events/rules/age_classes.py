"""Who counts as an adult, and whose age class is in doubt: an adult whose address is known as a minor's."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from backend.events.models.age_classes import AgeAgreement
from backend.events.models.attendees import Attendee, AttendeeQuerySet
from backend.people.models import KnownMinor, MinorMatch


def doubts_about_attendee(now: dt.datetime | Now) -> QuerySet[KnownMinor]:
    """What is known of the outer query's attendee's addresses, and not yet settled for them at their event.

    It is settled when a lead of the attendee's event and one of the event that knows have both agreed.
    """
    here = _agreements().filter(of_event=F("event"))
    there = _agreements().filter(of_event=F("known_minor__event"))
    known = KnownMinor.objects.alive(now).about(person=OuterRef(OuterRef("person")))
    return known.exclude(Exists(here), Exists(there))


def _agreements() -> QuerySet[AgeAgreement]:
    """On what is known in the outer query, and on the attendee of the one around it."""
    return AgeAgreement.objects.filter(
        known_minor=OuterRef("pk"), event=OuterRef(OuterRef("event")), person=OuterRef(OuterRef("person"))
    )


def in_doubt_for(event_id: int, now: dt.datetime) -> AttendeeQuerySet:
    """The adults about whom the leads of this event have to agree, and did not yet.

    Adults here whom another event knows as minors, and adults elsewhere whom this event knows.
    """
    doubts = doubts_about_attendee(now).exclude(Exists(_agreements().filter(of_event=event_id)))
    return Attendee.objects.filter(age_class=Attendee.AgeClass.ADULT).filter(
        Q(Exists(doubts), event=event_id) | Q(Exists(doubts.filter(event=event_id)))
    )


def events_in_doubt(now: dt.datetime) -> set[int]:
    """The events (ids) of adults whom an event knows as minors, and those that know them."""
    doubts = doubts_about_attendee(now)
    held = Attendee.objects.filter(Exists(doubts), age_class=Attendee.AgeClass.ADULT)
    knowing = KnownMinor.objects.alive(now).about(person__in=held.values("person")).exclude(event=None)
    return {*held.values_list("event_id", flat=True), *knowing.values_list("event_id", flat=True)}


def is_held_as_minor(now: dt.datetime | Now) -> Q:
    """Condition on attendees: an address of theirs is known as a minor's, and that is not settled.

    Of nearly everybody nothing is known: that is asked first, in a form that the database answers for all at
    once.
    """
    known = MinorMatch.objects.filter(person=OuterRef("person"))
    return Q(Exists(known)) & Q(Exists(doubts_about_attendee(now)))


def is_known_adult(now: dt.datetime | Now | None = None) -> Q:
    """Condition on attendees who count as adults (S1): unknown age counts as minor.

    So does whom another event knows as a minor, until a lead of each of the two has agreed. Without `now`,
    the database's clock says which of that has expired.
    """
    return Q(age_class=Attendee.AgeClass.ADULT) & ~is_held_as_minor(now or Now())
