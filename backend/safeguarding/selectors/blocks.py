"""Whom somebody blocked: for their own eyes only."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import OuterRef, Subquery

from backend.core.errors import NotFound
from backend.events.models import Attendee
from backend.people.models import Person
from backend.safeguarding.models import Block


def blocks_made_by(attendee: Attendee) -> Sequence[Block]:
    """The blocks of the attendee's person with whom they block, newest first; nobody else ever reads them.

    Each carries `attendee_id`: whom they block as an attendee of this event, or None.
    """
    here = Attendee.objects.filter(event=attendee.event_id, person=OuterRef("blocked"))
    made = Block.objects.select_related("blocked").filter(blocker=attendee.person_id)
    made = made.annotate(attendee_id=Subquery(here.values("pk")[:1]))
    return list(made.order_by("-created_at", "-id"))


def block_made_by(person: Person, block_id: int) -> Block:
    """One of the person's own blocks; refuses NotFound for anybody else's."""
    found = Block.objects.select_related("blocked").filter(blocker=person.pk, pk=block_id).first()
    if found is None:
        raise NotFound("You have no such block; it may have been lifted already.")
    return found
