"""Whether somebody may sign in by a mailbox that another person reads, too."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q

from backend.events.models import Alias, Appointment, Attendee
from backend.events.rules.age_classes import is_held_as_minor


def may_share_mailbox(now: dt.datetime) -> Q:
    """Condition on people: known adults at every forum, who hold no office and are under no alias.

    Nor who looks after minors, or was checked for it.

    A code that another person can read must not open the reports of a lead, the page of a minor, or a session
    with a delegation.
    """
    parts = Attendee.objects.filter(person=OuterRef("pk"))
    others = ~Q(age_class=Attendee.AgeClass.ADULT) | ~Q(permission=Attendee.Permission.PARTICIPANT)
    others |= Q(role=Attendee.Role.CHAPERONE) | Q(chaperoned__isnull=False) | is_held_as_minor(now)
    others |= Q(vettings__ended_at=None, vettings__expires_at__gt=now)
    waiting = [Appointment.State.PROPOSED, Appointment.State.CONFIRMED]
    offices = Appointment.objects.filter(attendee__person=OuterRef("pk"), state__in=waiting)
    aliases = Alias.objects.filter(attendee__person=OuterRef("pk"))
    is_plain = Q(is_active=True, is_staff=False, is_superuser=False, may_start_forums=False)
    return is_plain & ~Q(Exists(parts.filter(others))) & ~Q(Exists(offices)) & ~Q(Exists(aliases))
