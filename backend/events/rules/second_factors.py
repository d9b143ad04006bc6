"""Who must have a second factor, and how long a sign-in lasts while nothing is done (decision 22)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import Exists, OuterRef

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee, AttendeeQuerySet
from backend.events.models.events import Event
from backend.events.rules.roles import LEAD, ORGANISER, can_start_forums, is_administrator
from backend.people.models import Person

IDLE_OF_LEADS = dt.timedelta(hours=1)  # and of administrators
IDLE_OF_ORGANISERS = dt.timedelta(hours=12)  # and of people who may start forums
IDLE_OF_PARTICIPANTS = dt.timedelta(days=30)


class SecondFactorRequired(BusinessError):
    """Who acts for a forum or the installation has to set up a second factor first."""

    code = "second_factor_required"
    status = 403


class ProofRequired(BusinessError):
    """They have to prove anew who they are; the pages ask for it."""

    code = "proof_required"
    status = 403


def roles_held() -> dict[str, Exists]:
    """Annotations of people: whether they lead or organise an event that is not archived."""
    return {"leads": Exists(_held(LEAD)), "organises": Exists(_held(ORGANISER))}


def _held(permission: str) -> AttendeeQuerySet:
    parts = Attendee.objects.filter(person=OuterRef("pk"), permission=permission)
    return parts.exclude(event__state=Event.State.ARCHIVED)


def is_made_up_here(person: Person) -> bool:
    """Whether it is one of the demo's people, in a demo that this machine alone reaches."""
    return bool(person.is_demo and settings.TITIAN_DEMO and settings.TITIAN_IS_LOCAL)


def has_role_anywhere(person: Person) -> bool:
    """Whether the person leads, organises or administers: whom a second factor is required of.

    The person is one of `signed_in_person`.
    """
    return bool(_has(person, "leads") or _has(person, "organises") or can_start_forums(person))


def idle_limit_of(person: Person) -> dt.timedelta:
    """After how long without a request the person is signed out; the person is one of `signed_in_person`."""
    if _has(person, "leads") or is_administrator(person):
        return IDLE_OF_LEADS
    return IDLE_OF_ORGANISERS if has_role_anywhere(person) else IDLE_OF_PARTICIPANTS


def _has(person: Person, role: str) -> bool:
    return bool(getattr(person, role))
