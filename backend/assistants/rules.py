"""Who may act for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from backend.assistants.models import Assistant
from backend.events.models.attendees import Attendee, AttendeeQuerySet
from backend.events.rules.aliases import is_under_alias
from backend.events.rules.states import is_over
from backend.safeguarding.models import Chaperone
from backend.safeguarding.rules import contactable_for, is_open, is_reachable_by

MAX_ASSISTANTS = 2  # of one principal


MAX_PRINCIPALS = 5  # of one assistant


def has_no_duty() -> Q:
    """Condition on attendees: no organiser, lead or chaperone, and under their own name.

    Only these act for others, and have others act for them.
    """
    duty = Q(role=Attendee.Role.CHAPERONE) | Q(Exists(Chaperone.objects.filter(attendee=OuterRef("pk"))))
    return Q(permission=Attendee.Permission.PARTICIPANT) & ~duty & ~is_under_alias()


def can_have_assistants(attendee: Attendee, now: dt.datetime) -> bool:
    """Whether the attendee may name an assistant: an open adult who joined, without a duty; not after it."""
    may = Attendee.objects.filter(is_open(now), is_reachable_by("meeting"), has_no_duty(), pk=attendee.pk)
    return not is_over(attendee.event, now) and may.exists()


def pairable_with(attendee: Attendee, now: dt.datetime, among: Collection[int]) -> AttendeeQuerySet:
    """Of these attendees (ids), who could act for this one, and for whom this one could, if both agreed.

    The contact policy lets the two meet (so both are open adults who joined), neither has a duty at the
    event, and it is not over. Deny by default; all is read from the database.
    """
    me = Attendee.objects.filter(has_no_duty(), pk=attendee.pk).select_related("event").first()
    if me is None or is_over(me.event, now):
        return Attendee.objects.none()
    return contactable_for(me, "meeting", now, among).filter(has_no_duty())


def principals_of(assistant: Attendee, now: dt.datetime) -> AttendeeQuerySet:
    """The attendees for whom this one may act at this moment: named, agreed to, not ended, and pairable."""
    mine = Assistant.objects.in_force().filter(attendee=assistant.pk)
    return pairable_with(assistant, now, list(mine.values_list("principal", flat=True)))


def may_act_for(assistant: Attendee, principal: Attendee, now: dt.datetime) -> bool:
    """Whether this attendee may act for that one: the QuerySet twin asked for one person."""
    return principals_of(assistant, now).filter(pk=principal.pk).exists()
