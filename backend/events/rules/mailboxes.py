"""Whether somebody may sign in by a mailbox that another person reads, too."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q

from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.roles import Appointment
from backend.events.rules.age_classes import is_known_adult


def may_share_mailbox(now: dt.datetime) -> Q:
    """Condition on people: as `may_use_shared_mailbox`, and under no alias."""
    aliases = Alias.objects.filter(attendee__person=OuterRef("pk"))
    return may_use_shared_mailbox(now) & ~Q(Exists(aliases))


def may_use_shared_mailbox(now: dt.datetime) -> Q:
    """Condition on people who sign in by a mailbox that another reads: known adults at every forum.

    Nobody who holds an office, looks after minors, or was checked for it. Somebody under an alias since then
    still does: the other reads the mails, which name it, anyway.

    A code that another person can read must not open the reports of a lead, the page of a minor, or a session
    with a delegation.
    """
    parts = Attendee.objects.filter(person=OuterRef("pk"))
    others = ~is_known_adult(now) | ~Q(permission=Attendee.Permission.PARTICIPANT)
    others |= Q(role=Attendee.Role.CHAPERONE) | Q(chaperoned__isnull=False)
    others |= Q(vettings__ended_at=None, vettings__expires_at__gt=now)
    waiting = [Appointment.State.PROPOSED, Appointment.State.CONFIRMED]
    offices = Appointment.objects.filter(attendee__person=OuterRef("pk"), state__in=waiting)
    is_plain = Q(is_active=True, is_staff=False, is_superuser=False, may_start_forums=False)
    return is_plain & ~Q(Exists(parts.filter(others))) & ~Q(Exists(offices))
