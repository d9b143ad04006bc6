"""Signed links in mails that answer without signing in, each for one answer of one attendee to one meeting.

Opening one changes nothing, since mail scanners open every link: the page asks for a press of a button, and
`services.answer_by_link` answers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.booking.rules import ATTESTATION_WINDOW
from backend.booking.selectors.availability import SlotChoice
from backend.booking.selectors.meetings import MeetingRow, meeting_for, rows_for, times_to_offer
from backend.core.errors import BusinessError, NotFound
from backend.events.models.attendees import Attendee
from backend.events.rules.agreements import Agreement, current_agreement
from backend.safeguarding.rules import JOINING

Purpose = Literal["accept", "decline", "counter", "take_counter", "refuse_counter", "held", "not_held"]
PURPOSES: frozenset[str] = frozenset(get_args(Purpose))
_signer = signing.Signer(sep=".", salt="notifications.answer")


class LinkInvalid(NotFound):
    """The signature does not fit, or the attendee is gone."""

    code = "link_invalid"


class LinkExpired(BusinessError):
    code = "link_expired"
    status = 410


class LinkUsed(BusinessError):
    """The question has its answer: `details["state"]`."""

    code = "link_used"


class LinkWithdrawn(BusinessError):
    code = "link_withdrawn"
    status = 410


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """The content of a link with a valid signature."""

    meeting_id: int
    attendee: Attendee
    purpose: Purpose
    slot_id: int | None


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """The answer a link would give, and the meeting as its reader may see it now.

    `time` is the one the link accepts: None where it names none, or where it is gone; `offered` are those
    that can be accepted, and `free` those that can be offered instead. `agreement`: what its reader accepts
    with the answer, and joins by; None where they have joined.
    """

    attendee: Attendee
    purpose: Purpose
    meeting: MeetingRow
    time: SlotChoice | None
    offered: tuple[SlotChoice, ...]
    free: tuple[SlotChoice, ...]
    agreement: Agreement | None


def make_answer_link(meeting_id: int, attendee: Attendee, purpose: Purpose, *, slot_id: int | None = None) -> str:
    """The address of the page that asks to confirm this answer of this attendee."""
    token = answer_token(meeting_id, attendee, purpose, slot_id=slot_id)
    return f"{settings.TITIAN_ADDRESS}/answer/{token}/"


def answer_token(meeting_id: int, attendee: Attendee, purpose: Purpose, *, slot_id: int | None = None) -> str:
    """The part of that address which says, signed, whose answer it is and which."""
    return _signer.sign_object([meeting_id, attendee.pk, purpose, slot_id])


def open_token(token: str) -> SignedAnswer:
    """The content of the token; refuses LinkInvalid."""
    try:
        meeting_id, attendee_id, purpose, slot_id = _signer.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkInvalid(_("This link is not complete. Open it from the mail again, or sign in to answer.")) from None
    attendee = Attendee.objects.select_related("person", "event").filter(pk=attendee_id).first()
    if attendee is None or purpose not in PURPOSES:
        raise LinkInvalid(_("This link leads nowhere any more. Sign in to see your meetings."))
    return SignedAnswer(meeting_id, attendee, purpose, slot_id)


def read_answer_link(token: str, now: dt.datetime) -> AnswerLink:
    """What the link would answer, for the page that asks to confirm it; changes nothing.

    Refuses LinkInvalid, NotFound (contact is not allowed any more), LinkExpired, LinkUsed and LinkWithdrawn.
    """
    signed = open_token(token)
    row = row_behind(signed, now)
    if signed.purpose in ("accept", "decline"):
        _check_request(row)
    elif signed.purpose in ("counter", "take_counter", "refuse_counter"):
        _check_counter_offer(row, signed.purpose)
    else:
        _check_attestable(row, now)
    offered = row.counter_offer.times if row.counter_offer and signed.purpose == "take_counter" else row.times
    time = next((time for time in offered if time.slot_id == signed.slot_id), None)
    free: tuple[SlotChoice, ...] = ()
    if signed.purpose == "counter":
        free = times_to_offer(signed.attendee, row, now)
    agreement = None if signed.attendee.has_joined else current_agreement()
    return AnswerLink(signed.attendee, signed.purpose, row, time, offered, free, agreement)


def row_behind(signed: SignedAnswer, now: dt.datetime) -> MeetingRow:
    """The meeting as the reader may see it; one who has not joined sees whom they could meet after joining.

    Refuses NotFound.
    """
    if signed.attendee.has_joined:
        return meeting_for(signed.attendee, signed.meeting_id, now)
    meetings = Meeting.objects.filter(pk=signed.meeting_id)
    for row in rows_for(signed.attendee, meetings, now, JOINING):
        if row.other.has_joined:
            return row
    raise NotFound(_("There is no such meeting, or you cannot see it."))


def _check_request(row: MeetingRow) -> None:
    if row.state == Meeting.State.EXPIRED:
        raise LinkExpired(
            _("This meeting did not come about. You can ask the person yourself.")
            if row.by_organisers
            else _("This request has expired. You can ask the person yourself."),
            meeting=row.meeting_id,
        )
    if row.state == Meeting.State.WITHDRAWN:
        raise LinkWithdrawn(_("This request was taken back; there is nothing to answer."), meeting=row.meeting_id)
    if not {"accept", "decline"} & set(row.actions):
        raise LinkUsed(
            _("This request has its answer: %(state)s.") % {"state": Meeting.State(row.state).label.lower()},
            meeting=row.meeting_id,
            state=row.state,
        )


def _check_counter_offer(row: MeetingRow, purpose: Purpose) -> None:
    if purpose not in row.actions:
        raise LinkUsed(
            _("There is nothing to answer here any more: %(state)s.")
            % {"state": Meeting.State(row.state).label.lower()},
            meeting=row.meeting_id,
            state=row.state,
        )


def _check_attestable(row: MeetingRow, now: dt.datetime) -> None:
    if row.ends_at is None or row.state == Meeting.State.CANCELLED:
        raise LinkWithdrawn(_("This meeting was called off; there is nothing to say."), meeting=row.meeting_id)
    if row.ends_at + ATTESTATION_WINDOW <= now:
        raise LinkExpired(_("This link has expired. Sign in to say how the meeting was."), meeting=row.meeting_id)
    if row.my_word:
        raise LinkUsed(
            _("You have said whether this meeting took place. Sign in to change it."),
            meeting=row.meeting_id,
            state=row.my_word,
        )
