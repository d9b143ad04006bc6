"""Whom somebody named as an assistant, who asks them to be one, and who reads along."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from backend.assistants.models import Assistant
from backend.assistants.rules import pairable_with
from backend.core.compiled import CompiledRows
from backend.events.models.attendees import Attendee
from backend.people.models import mailbox_hashes
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_for, public_profiles_of


@dataclass(frozen=True, slots=True)
class AssistantRow:
    """Somebody the viewer named; `profile` is None until they agree and where the viewer may not see them.

    `may_act`: at this moment.
    """

    assistant_id: int
    profile: PublicProfile | None
    named_at: dt.datetime
    accepted_at: dt.datetime | None
    may_act: bool


@dataclass(frozen=True, slots=True)
class PrincipalRow:
    """Somebody for whom the viewer acts, or who asks them to; `waiting`: their requests to answer."""

    assistant_id: int
    profile: PublicProfile
    waiting: int


def assistants_for(principal: Attendee, now: dt.datetime) -> tuple[AssistantRow, ...]:
    """Whom the attendee named and did not end, in that order."""
    rows = list(Assistant.objects.not_ended().filter(principal=principal.pk))
    ids = [row.attendee_id for row in rows if row.attendee_id]
    profiles = public_profiles_for(viewer=principal, ids=ids, channel="meeting", now=now)
    acting = set(pairable_with(principal, now, ids).values_list("pk", flat=True)) if ids else set()
    return tuple(
        AssistantRow(
            row.pk, profiles.get(row.attendee_id or 0), row.named_at, row.accepted_at, row.attendee_id in acting
        )
        for row in rows
    )


def asking_principals(attendee: Attendee, now: dt.datetime) -> tuple[PrincipalRow, ...]:
    """Who asks this attendee to act for them, the first one first."""
    hashes = sorted(mailbox_hashes(attendee.person.email))  # one or two
    ids = dict(_asking.fetch(event=attendee.event_id, one_hash=hashes[0], other_hash=hashes[-1]))
    if not ids:
        return ()
    profiles = public_profiles_of(pairable_with(attendee, now, list(ids)))
    return tuple(PrincipalRow(ids[pk], profiles[pk], 0) for pk in ids if pk in profiles)


def _asking_for(event: int, one_hash: str, other_hash: str) -> QuerySet[Assistant, tuple[int, int]]:
    waiting = Assistant.objects.waiting().filter(event=event, address_hash__in=[one_hash, other_hash])
    return waiting.values_list("principal", "pk")


_asking = CompiledRows(_asking_for, event=-1, one_hash="-", other_hash="--")


def names_of_readers(asker: Attendee, principal_id: int, now: dt.datetime) -> tuple[str, ...]:
    """Who reads and may answer, beside the principal, what this attendee asks of them: names, in order.

    An assistant whom the policy parts from the asker reads nothing of it, and is not named.
    """
    named = Assistant.objects.in_force().filter(principal=principal_id)
    ids = list(named.values_list("attendee", flat=True))
    principal = Attendee.objects.filter(pk=principal_id).first() if ids else None
    if principal is None:
        return ()
    acting = pairable_with(principal, now, ids).values_list("pk", flat=True)
    profiles = public_profiles_for(viewer=asker, ids=acting, channel="meeting", now=now)
    return tuple(sorted(one.name for one in profiles.values()))
