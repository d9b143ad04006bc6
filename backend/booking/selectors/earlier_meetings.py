"""Whether two people met at the edition before this one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from backend.booking.models.meetings import Meeting
from backend.booking.selectors.meetings import rows_for
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Tie
from backend.events.rules.aliases import has_alias_anywhere
from backend.safeguarding.models import AliasEntry
from backend.safeguarding.rules import may_contact


@dataclass(frozen=True, slots=True)
class EarlierMeeting:
    """That the two met at the edition before; `meeting_id` is 0 where it is known as a tie alone."""

    edition: Event
    met_on: dt.date
    meeting_id: int = 0


def earlier_meeting_for(*, viewer: Attendee, other_id: int, now: dt.datetime) -> EarlierMeeting | None:
    """The two's last meeting at the edition before, where the policy shows the viewer the other at both.

    None of whoever has or had an alias at any event: that the two met would tell who it is (S11).
    """
    edition = viewer.event.previous
    had_alias = AliasEntry.objects.filter(attendee__person=OuterRef("person"))
    named = Attendee.objects.exclude(has_alias_anywhere()).exclude(Exists(had_alias))
    here = {one.pk: one for one in named.filter(pk__in=[viewer.pk, other_id])}
    if edition is None or len(here) != 2 or not may_contact(viewer, here[other_id], "page", now):
        return None
    me, other = viewer.person_id, here[other_id].person_id
    then = {one.person_id: one for one in Attendee.objects.filter(event=edition, person__in=[me, other])}
    if len(then) == 2:
        if not may_contact(then[me], then[other], "page", now):
            return None
        meetings = Meeting.objects.filter(seats__attendee=then[other], state__in=Meeting.MET_STATES)
        rows = rows_for(then[me], meetings.order_by("-period"), now)
        for row in rows:
            if row.can_follow_up and row.my_word != "not_held" and row.starts_at:
                return EarlierMeeting(edition, row.starts_at.astimezone(edition.zone).date(), row.meeting_id)
    tie = Tie.objects.filter(edition=edition, first=min(me, other), second=max(me, other)).first()
    return EarlierMeeting(edition, tie.met_on) if tie else None
