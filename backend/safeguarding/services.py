"""Writes people make for their own protection."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import BusinessError
from backend.events.changes import announce_changes
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
        _mark_changed(by, blocked, now)
    return block


@transaction.atomic
def unblock_person(*, blocked: Person, by: Person, now: dt.datetime) -> None:
    """Take one's own block back; the other's block, if any, stays."""
    removed, _ = Block.objects.filter(blocker=by, blocked=blocked).delete()
    if removed:
        _mark_changed(by, blocked, now)


def _mark_changed(first: Person, second: Person, now: dt.datetime) -> None:
    """Have the lists of both computed anew wherever they take part."""
    attendees = Attendee.objects.filter(person__in=[first.pk, second.pk])
    # Lower ids first, as everybody who holds two diaries does: so nobody waits for each other.
    list(attendees.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    attendees.update(changed_at=now)
    for event_id in attendees.values_list("event_id", flat=True).distinct():
        announce_changes(event_id)
