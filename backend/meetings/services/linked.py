"""Answers given through the link of a mail."""

from __future__ import annotations

import datetime as dt

from backend.meetings.links import LinkExpired, open_token
from backend.meetings.models import Meeting
from backend.meetings.rules import SILENCE
from backend.meetings.services.answering import accept_meeting, decline_meeting
from backend.meetings.services.attesting import attest_meeting


def answer_by_link(
    *,
    token: str,
    slot_id: int | None = None,
    reason: str = "",
    usefulness: int | None = None,
    now: dt.datetime,
) -> Meeting:
    """Give the answer the link stands for, and no other; giving it again changes nothing. For a POST only.

    `slot_id` accepts another of the offered times than the link's own. Refuses LinkInvalid, LinkExpired, and
    what the answer itself refuses: NotFound, AlreadyAnswered, RequestExpired, NotOffered, SlotTaken,
    NoTableFree, TextTooLong, TooEarly, BadUsefulness and AlreadySettled.
    """
    signed = open_token(token)
    attendee, meeting_id, by = signed.attendee, signed.meeting_id, signed.attendee.person
    if signed.purpose == "accept":
        return accept_meeting(
            attendee=attendee, meeting_id=meeting_id, slot_id=slot_id or signed.slot_id, by=by, now=now
        )
    if signed.purpose == "decline":
        return decline_meeting(attendee=attendee, meeting_id=meeting_id, reason=reason, by=by, now=now)
    period = Meeting.objects.filter(pk=meeting_id).values_list("period", flat=True).first()
    if period is not None and period.upper + SILENCE <= now:
        raise LinkExpired("This link has expired. Sign in to say how the meeting was.")
    return attest_meeting(
        attendee=attendee,
        meeting_id=meeting_id,
        took_place=signed.purpose == "held",
        usefulness=usefulness if signed.purpose == "held" else None,
        by=by,
        now=now,
    )
