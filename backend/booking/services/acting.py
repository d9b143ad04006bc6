"""An attendee answers or ends their own meeting, or an assistant does it for them.

Services that admit assistants lock the meeting here; all others refuse an assistant as they do a stranger.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.assistants.models import Assistant
from backend.assistants.rules import may_act_for
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.rules import can_see_meeting
from backend.booking.selectors.meetings import seated_ids
from backend.booking.services.locks import lock_meeting, lock_own_meeting
from backend.core.audit import note_principal
from backend.core.errors import NotFound, NotYours
from backend.events.models.attendees import Attendee
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.locks import lock_attendees
from backend.people.models import Person
from backend.safeguarding.rules import contactable_for


def lock_meeting_to_act(
    attendee: Attendee, meeting_id: int, by: Person, now: dt.datetime
) -> tuple[Meeting, Attendee | None]:
    """The attendee's own meeting of two, locked, and who acts for them; None where they act themself.

    As `lock_own_meeting`. For an assistant it also takes that they may act for the attendee, and that the
    contact policy lets them, too, meet the other; both are asked under the locks. What the organisers
    proposed is not theirs to answer. Refuses NotYours and NotFound.
    """
    if attendee.person_id == by.pk:
        return lock_own_meeting(attendee, meeting_id, by, now), None
    mine = Assistant.objects.in_force().filter(principal=attendee.pk, attendee__person=by.pk)
    assistant = Attendee.objects.filter(pk__in=mine.values("attendee")).first()
    if assistant is None:
        raise NotYours(_("Only the attendee can do this."))
    check_allowed(attendee.event, Activity.TAKE_PART)
    seated = seated_ids(meeting_id)
    lock_attendees({attendee.pk, assistant.pk, *(seated if attendee.pk in seated else ())})
    if not may_act_for(assistant, attendee, now):
        raise NotYours(_("You cannot act for this person any more."))
    note_principal(attendee.pk)
    if attendee.pk in seated:
        meeting = lock_meeting(meeting_id, seated)
        others = set(seated) - {attendee.pk}
        is_theirs = meeting.kind == Meeting.Kind.ONE_TO_ONE and meeting.state != Meeting.State.PROPOSED
        is_seen = can_see_meeting(attendee, seated, now)
        if is_theirs and is_seen and contactable_for(assistant, "meeting", now, others).exists():
            return meeting, assistant
    raise NotFound(_("There is no such meeting, or you cannot see it."))


def note_who_acts(meeting: Meeting, attendee: Attendee, assistant: Attendee | None) -> dict[str, int]:
    """Write on the attendee's seat who acts for them, or that they act themself; gives the notices' facts."""
    Seat.objects.filter(meeting=meeting, attendee=attendee).update(assistant=assistant)
    return {} if assistant is None else {"acted_for": attendee.pk}
