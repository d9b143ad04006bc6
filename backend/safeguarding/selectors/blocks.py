"""Whom somebody blocked: for their own eyes only."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.errors import NotFound
from backend.people.models import Person
from backend.safeguarding.models import Block


def blocks_made_by(person: Person) -> Sequence[Block]:
    """The person's own blocks with whom they block, newest first; nobody else ever reads them."""
    made = Block.objects.select_related("blocked").filter(blocker=person.pk)
    return list(made.order_by("-created_at", "-id"))


def block_made_by(person: Person, block_id: int) -> Block:
    """One of the person's own blocks; refuses NotFound for anybody else's."""
    found = Block.objects.select_related("blocked").filter(blocker=person.pk, pk=block_id).first()
    if found is None:
        raise NotFound("You have no such block; it may have been lifted already.")
    return found
