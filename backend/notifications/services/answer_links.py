"""Answers given through a signed link in a mail."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.booking.rules import ATTESTATION_WINDOW, NotJoined
from backend.booking.services.answers import accept_meeting, decline_meeting
from backend.booking.services.counter_offers import make_counter_offer, refuse_counter_offer, take_counter_offer
from backend.booking.services.joining import accept_agreement
from backend.core.transactions import in_transaction
from backend.notifications.selectors.answer_links import LinkExpired, SignedAnswer, open_token, row_behind
from backend.outcomes.services.attestations import attest_meeting


@in_transaction
def answer_by_link(
    *,
    token: str,
    slot_id: int | None = None,
    slot_ids: tuple[int, ...] = (),
    reason: str = "",
    usefulness: int | None = None,
    accepted_version: str = "",
    now: dt.datetime,
) -> Meeting:
    """Give the answer of the link, and no other; answering again changes nothing. For a POST only.

    `slot_id` accepts another of the offered slots than the link's own; `slot_ids` are offered instead. Who
    has not joined joins by answering: they accept this version of the notice and the pledge, both or neither.
    Refuses LinkInvalid, LinkExpired, NotJoined (nothing was accepted), `old_agreement`, and what the answer
    itself refuses: NotFound, AlreadyAnswered, RequestExpired, `not_offered`, SlotTaken, NoTableFree,
    TextTooLong, TooEarly, `bad_usefulness` and `already_settled`, and what `make_counter_offer`,
    `take_counter_offer` and `refuse_counter_offer` refuse.
    """
    signed = open_token(token)
    attendee, meeting_id, by = signed.attendee, signed.meeting_id, signed.attendee.person
    if not attendee.has_joined:
        _join(signed, accepted_version, now)
    if signed.purpose == "accept":
        return accept_meeting(
            attendee=attendee, meeting_id=meeting_id, slot_id=slot_id or signed.slot_id, by=by, now=now
        )
    if signed.purpose == "decline":
        return decline_meeting(attendee=attendee, meeting_id=meeting_id, reason=reason, by=by, now=now)
    if signed.purpose == "counter":
        return make_counter_offer(attendee=attendee, meeting_id=meeting_id, slot_ids=slot_ids, by=by, now=now)
    if signed.purpose == "take_counter":
        chosen = slot_id or signed.slot_id or 0
        return take_counter_offer(attendee=attendee, meeting_id=meeting_id, slot_id=chosen, by=by, now=now)
    if signed.purpose == "refuse_counter":
        return refuse_counter_offer(attendee=attendee, meeting_id=meeting_id, by=by, now=now)
    period = Meeting.objects.filter(pk=meeting_id).values_list("period", flat=True).first()
    if period is not None and period.upper + ATTESTATION_WINDOW <= now:
        raise LinkExpired(_("This link has expired. Sign in to say how the meeting was."))
    return attest_meeting(
        attendee=attendee,
        meeting_id=meeting_id,
        took_place=signed.purpose == "held",
        usefulness=usefulness if signed.purpose == "held" else None,
        by=by,
        now=now,
    )


def _join(signed: SignedAnswer, version: str, now: dt.datetime) -> None:
    """Join the event, where the answer is one that could be given then."""
    row = row_behind(signed, now)
    if not version:
        raise NotJoined(
            _(
                "Read the privacy notice and the conduct pledge, then tick that you accept them: with your "
                "answer you join this forum."
            )
        )
    accept_agreement(
        attendee=signed.attendee, version=version, beside=[row.other.attendee_id], by=signed.attendee.person, now=now
    )
