"""Hiding two people from each other, and taking that back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import BusinessError
from backend.people.models import Person
from backend.safeguarding.models import Block
from backend.safeguarding.services.marking import mark_changed


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
        mark_changed(by.pk, blocked.pk, now=now)
    return block


@transaction.atomic
def unblock_person(*, blocked: Person, by: Person, now: dt.datetime) -> None:
    """Take one's own block back; the other's block, if any, stays."""
    removed, _ = Block.objects.filter(blocker=by, blocked=blocked).delete()
    if removed:
        mark_changed(by.pk, blocked.pk, now=now)
