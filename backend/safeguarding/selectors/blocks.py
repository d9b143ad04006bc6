"""A person's own blocks, shown to that person only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.rules.aliases import has_alias_anywhere
from backend.events.selectors import shown_name
from backend.people.models import Person
from backend.safeguarding.models import Block
from backend.safeguarding.rules import nameable_to


@dataclass(frozen=True, slots=True)
class OwnBlock:
    """A block for whoever made it: whom it is about at this event (None: not there), and their name.

    The name is empty where they hide from whoever made it. Of somebody under an alias at any event there is
    neither: the block would tell who they are at the other.
    """

    block_id: int
    created_at: dt.datetime
    attendee_id: int | None
    name: str


def blocks_made_by(attendee: Attendee) -> tuple[OwnBlock, ...]:
    """The blocks of the attendee's person, newest first, for that person only. Four queries."""
    made = list(Block.objects.filter(blocker=attendee.person_id).order_by("-created_at", "-id"))
    blocked = Attendee.objects.filter(person__in=[block.blocked_id for block in made])
    known = blocked.exclude(has_alias_anywhere())
    here = dict(known.filter(event=attendee.event_id).values_list("person_id", "pk"))
    named = nameable_to(attendee.person_id).filter(pk__in=blocked).order_by("pk")
    names_here, elsewhere = (
        {one.person_id: shown_name(one) for one in found.only("person_id", "name")}
        for found in (named.filter(event=attendee.event_id), named)
    )
    return tuple(
        OwnBlock(
            block.pk,
            block.created_at,
            here.get(block.blocked_id),
            (names_here if block.blocked_id in here else elsewhere).get(block.blocked_id, ""),
        )
        for block in made
    )


def block_made_by(person: Person, block_id: int) -> Block:
    """One of the person's own blocks; refuses NotFound for any other."""
    found = Block.objects.select_related("blocked").filter(blocker=person.pk, pk=block_id).first()
    if found is None:
        raise NotFound(_("You have no such block; it may have been lifted already."))
    return found
