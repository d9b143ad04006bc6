"""How far an attendee is with joining."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.events.models.attendees import Attendee
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.agreements import Agreement, current_agreement
from backend.events.selectors import profile_for
from backend.safeguarding.rules import why_not_open
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_of

STEPS = (1, 2, 3)  # who I am and what I accept, what I offer, what I seek


@dataclass(frozen=True, slots=True)
class Joining:
    """How far an attendee is. `card` is what others see of them.

    `next_step` is the first one not done, 0 where all are. `why_not` says why they cannot join by themself:
    minor, age (the organisers have to confirm it), or empty.
    """

    attendee: Attendee
    card: PublicProfile
    agreement: Agreement
    next_step: int
    why_not: str


def joining_for(attendee: Attendee, now: dt.datetime) -> Joining:
    """How far this attendee is, in a constant number of queries."""
    topics = [topic for theme in profile_for(attendee).themes for topic in theme.topics]
    done = (
        attendee.has_joined,
        bool(attendee.offers.strip()) or any(topic.offers for topic in topics),
        bool(attendee.seeks.strip()) or any(topic.seeks for topic in topics),
    )
    return Joining(
        attendee=attendee,
        card=public_profiles_of(Attendee.objects.filter(pk=attendee.pk))[attendee.pk],
        agreement=current_agreement(),
        next_step=next((step for step, is_done in zip(STEPS, done, strict=True) if not is_done), 0),
        why_not=_why_not(attendee, now),
    )


def _why_not(attendee: Attendee, now: dt.datetime) -> str:
    if why_not_open(attendee) == "minor":
        return "minor"
    return "" if Attendee.objects.filter(is_known_adult(now), pk=attendee.pk).exists() else "age"
