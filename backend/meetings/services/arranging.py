"""Meetings that an organiser arranges for two others: asked for one of them, or agreed at once."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import NotFound
from backend.events.models import Attendee, Event, Slot, Table
from backend.events.rules import check_organiser
from backend.meetings.models import Meeting, Notice
from backend.meetings.notices import tell
from backend.meetings.rules import common_slots
from backend.meetings.services.answering import check_waiting
from backend.meetings.services.booking import slot_taken, take_place
from backend.meetings.services.losing import release_requests
from backend.meetings.services.requesting import Wish, open_request
from backend.people.models import Person


@transaction.atomic
def arrange_meeting(
    *,
    event: Event,
    asker_id: int,
    other_id: int,
    slot_id: int,
    message: str,
    confirmed: bool,
    table_id: int | None = None,
    key: str = "",
    by: Person,
    now: dt.datetime,
) -> Meeting:
    """Have one attendee ask another for one slot, on an organiser's word; confirmed, it is agreed at once.

    Only times both have opened can be taken, and the contact policy decides as for anybody who asks. A
    confirmed meeting gets the named table, or the first free one where that is taken, and both are told once
    that it was arranged for them. With a `key`, arranging again gives the same meeting. Refuses
    OrganisersOnly, NotFound, and what `request_meeting` refuses; confirmed also RequestExpired and
    NoTableFree.
    """
    check_organiser(by, event)
    asker = Attendee.objects.select_related("event", "person").filter(event=event, pk=asker_id).first()
    if asker is None:
        raise NotFound("There is no such person at this forum.")
    meeting, is_new = open_request(
        attendee=asker,
        other_id=other_id,
        wish=Wish(slot_ids=(slot_id,), message=message),
        key=key,
        by=asker.person,
        now=now,
    )
    if is_new and not confirmed:
        tell(meeting, Notice.Kind.REQUESTED, to=[other_id], now=now)
    if not confirmed or meeting.state != Meeting.State.REQUESTED:
        return meeting
    check_waiting(meeting, now)
    slot = Slot.objects.get(pk=slot_id)
    # The key may have named a request made long before: the two diaries are asked as they are now.
    if slot not in common_slots(asker.pk, [other_id], after=now)[other_id]:
        raise slot_taken(meeting, now)
    table = Table.objects.filter(event=event, pk=table_id).first() if table_id else None
    take_place(meeting=meeting, slot=slot, now=now, first=table)
    both = [asker.pk, other_id]
    release_requests(attendee_ids=both, starts_at=slot.starts_at, ends_at=slot.ends_at, now=now)
    tell(meeting, Notice.Kind.ARRANGED, to=both, now=now)
    return meeting
