"""Whose age class is in doubt: an adult at one event whose address another event knows as a minor's."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from backend.events.models import AgeAgreement
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


def is_held_as_minor(now: dt.datetime | Now) -> Q:
    """Condition on attendees: their address is known as a minor's, and that is not settled."""
    return Q(Exists(doubts_about_attendee(now)))
