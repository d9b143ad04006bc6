"""After the slot: what both say of the meeting, and what follows from it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import BusinessError
from backend.events.models import Attendee
from backend.meetings.models import Meeting, Notice, Seat
from backend.meetings.notices import tell
from backend.meetings.rules import SILENCE
from backend.meetings.services.answering import AlreadyAnswered
from backend.meetings.services.locking import lock_meeting, lock_own_meeting, seated_in
from backend.people.models import Person


class TooEarly(BusinessError):
    code = "too_early"


class BadUsefulness(BusinessError):
    code = "bad_usefulness"
    status = 400


class AlreadySettled(BusinessError):
    code = "already_settled"


@transaction.atomic
def attest_meeting(
    *,
    attendee: Attendee,
    meeting_id: int,
    took_place: bool,
    usefulness: int | None = None,
    by: Person,
    now: dt.datetime,
) -> Meeting:
    """Keep one side's word on whether the meeting took place, and how useful it was (1 to 5, if it did).

    The word can be changed until the other has given theirs; saying the same again changes nothing. When
    both have spoken the meeting is held, not held, or disputed, which only the organiser sees. Refuses
    NotYours, NotFound, TooEarly, BadUsefulness, AlreadyAnswered (never agreed, or cancelled) and
    AlreadySettled.
    """
    if usefulness is not None and (not took_place or not 1 <= usefulness <= 5):
        raise BadUsefulness("Usefulness is a number from 1 to 5, of a meeting that took place.")
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if meeting.state not in Meeting.SEATED:
        raise AlreadyAnswered("This meeting was not agreed, or it was cancelled.", state=meeting.state)
    if meeting.period.upper > now:
        raise TooEarly("Say after the meeting whether it took place.")
    seats = {seat.attendee_id: seat for seat in Seat.objects.filter(meeting=meeting)}
    mine = seats[attendee.pk]
    word = Seat.Word.HELD if took_place else Seat.Word.NOT_HELD
    if (mine.word, mine.usefulness) == (word, usefulness):
        return meeting
    if meeting.state != Meeting.State.ACCEPTED and mine.word not in ("", word):
        raise AlreadySettled("Both of you have said whether it took place; this cannot be changed any more.")
    mine.word, mine.usefulness, mine.attested_at = word, usefulness, now
    mine.save(update_fields=["word", "usefulness", "attested_at"])
    _settle(meeting, [seat.word for seat in seats.values()], now)
    return meeting


def _settle(meeting: Meeting, words: list[str], now: dt.datetime) -> None:
    """The state that follows when all have spoken; until then nothing follows."""
    if "" in words:
        return
    if len(set(words)) > 1:
        state = Meeting.State.DISPUTED
    else:
        state = Meeting.State.HELD if words[0] == Seat.Word.HELD else Meeting.State.NOT_HELD
    if meeting.state != state:
        meeting.state, meeting.changed_at = state, now
        meeting.save(update_fields=["state", "changed_at"])


def settle_unattested(*, now: dt.datetime) -> int:
    """Count as held what one side said took place and the other left unanswered for 72 hours; gives how many.

    The hours run from that word, or from the meeting's end where it was later. That a meeting did not take
    place is no one's to say for both: with that word alone, or none, it stays as it is. For a job.
    """
    waited = Meeting.objects.filter(state=Meeting.State.ACCEPTED, period__endswith__lte=now - SILENCE)
    due = waited.filter(seats__word=Seat.Word.HELD, seats__attested_at__lte=now - SILENCE)
    settled = 0
    for meeting_id in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            if still := due.filter(pk=lock_meeting(meeting_id).pk).first():
                _settle(still, [Seat.Word.HELD], now)
                settled += 1
    return settled


@transaction.atomic
def ask_whether_held(*, now: dt.datetime) -> int:
    """Ask both, once, whether a meeting that is over took place; gives how many meetings. For a job."""
    over = Meeting.objects.filter(
        state=Meeting.State.ACCEPTED, period__endswith__lte=now, period__endswith__gt=now - SILENCE
    ).exclude(notices__kind=Notice.Kind.ATTEST)
    meetings = list(over.order_by("pk"))
    for meeting in meetings:
        tell(meeting, Notice.Kind.ATTEST, to=seated_in(meeting.pk), now=now)
    return len(meetings)
