"""Blocks: hiding two people from each other, and taking that back."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.core.transactions import in_transaction
from backend.people.models import Person
from backend.safeguarding.models import Block
from backend.safeguarding.services.announce import announce_changed_people


@in_transaction
def block_person(*, blocked: Person, by: Person, now: dt.datetime) -> Block:
    """Hide two people from each other at every event, at once; blocking again changes nothing.

    The lists of both are rebuilt. Refuses `cannot_block_self`.
    """
    if blocked.pk == by.pk:
        raise Refused("cannot_block_self", _("You cannot block yourself."))
    block, created = Block.objects.get_or_create(blocker=by, blocked=blocked, defaults={"created_at": now})
    if created:
        announce_changed_people(by.pk, blocked.pk, now=now)
    return block


@in_transaction
def unblock_person(*, blocked: Person, by: Person, now: dt.datetime) -> None:
    """Take one's own block back; the other's block, if any, stays."""
    removed, _rows = Block.objects.filter(blocker=by, blocked=blocked).delete()
    if removed:
        announce_changed_people(by.pk, blocked.pk, now=now)
