"""Writes people make for their own protection."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import BusinessError
from backend.events.models import Attendee
from backend.people.models import Person
from backend.safeguarding.models import Block


class CannotBlockSelf(BusinessError):
    code = "cannot_block_self"


@transaction.atomic
def block_person(*, blocked: Person, by: Person, now: dt.datetime) -> Block:
    """Hide two people from each other at every event, at once; blocking again changes nothing.

    Both people's attendances are marked as changed, so that lists are computed anew. Refuses
    CannotBlockSelf.
    """
    if blocked.pk == by.pk:
        raise CannotBlockSelf("You cannot block yourself.")
    block, created = Block.objects.get_or_create(blocker=by, blocked=blocked, defaults={"created_at": now})
    if created:
        Attendee.objects.filter(person__in=[by.pk, blocked.pk]).update(changed_at=now)
    return block


@transaction.atomic
def unblock_person(*, blocked: Person, by: Person, now: dt.datetime) -> None:
    """Take one's own block back; the other's block, if any, stays."""
    removed, _ = Block.objects.filter(blocker=by, blocked=blocked).delete()
    if removed:
        Attendee.objects.filter(person__in=[by.pk, blocked.pk]).update(changed_at=now)
