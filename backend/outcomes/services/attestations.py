"""Attestations: whether a meeting took place, as both sides report it, and the state that follows."""

from __future__ import annotations

import datetime as dt

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import ATTESTATION_WINDOW, check_attestable, check_usefulness
from backend.booking.selectors.meetings import present_ids
from backend.booking.services.locks import lock_meeting, lock_own_meeting
from backend.booking.services.notices import notify
from backend.core.isolation import for_each
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.states import Activity, check_allowed
from backend.people.models import Person


@in_transaction
def attest_meeting(
    *,
    attendee: Attendee,
    meeting_id: int,
    took_place: bool,
    usefulness: int | None = None,
    by: Person,
    now: dt.datetime,
) -> Meeting:
    """Store one side's report on whether the meeting took place, and how useful it was (1 to 5, if it did).

    The report can be changed until the other side has given theirs; the same again changes nothing. With
    both, the meeting is held, not held, or disputed, which only organisers see. Refuses NotInThisState,
    NotYours, NotFound, TooEarly, `bad_usefulness`, AlreadyAnswered (never confirmed, or cancelled) and
    `already_settled`.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    if store_word(meeting, attendee, took_place=took_place, usefulness=usefulness, now=now):
        _settle(meeting, list(Seat.objects.filter(meeting=meeting).values_list("word", flat=True)), now)
    return meeting


def store_word(
    meeting: Meeting, attendee: Attendee, *, took_place: bool, usefulness: int | None, now: dt.datetime
) -> bool:
    """Store what the attendee says of a locked meeting of theirs; whether it is new.

    Refuses NotInThisState, `bad_usefulness`, TooEarly, AlreadyAnswered and `already_settled`.
    """
    check_allowed(attendee.event, Activity.ATTEST)
    check_usefulness(usefulness, took_place)
    mine = Seat.objects.get(meeting=meeting, attendee=attendee)
    word = Seat.Word.HELD if took_place else Seat.Word.NOT_HELD
    check_attestable(meeting, mine, word, now)
    if (mine.word, mine.usefulness) == (word, usefulness):
        return False
    mine.word, mine.usefulness, mine.attested_at = word, usefulness, now
    mine.save(update_fields=["word", "usefulness", "attested_at"])
    return True


def _settle(meeting: Meeting, words: list[str], now: dt.datetime) -> None:
    """Set the state that follows once all have reported; until then nothing changes."""
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
    """Mark meetings as held that only one side reported, 72 hours ago, as held; returns their number.

    The hours run from that report, or from the meeting's end where it is later. With a report of not held
    alone, or none, the meeting stays as it is. For a job.
    """
    waited = Meeting.objects.one_to_one().filter(
        state=Meeting.State.ACCEPTED, period__endswith__lte=now - ATTESTATION_WINDOW
    )
    due = waited.filter(seats__word=Seat.Word.HELD, seats__attested_at__lte=now - ATTESTATION_WINDOW)

    @in_transaction
    def settle(meeting_id: int) -> bool:
        still = due.filter(pk=lock_meeting(meeting_id).pk).first()
        if still is not None:
            _settle(still, [Seat.Word.HELD], now)
        return still is not None

    ids = list(due.order_by("pk").values_list("pk", flat=True))
    return sum(for_each("outcomes.settle_unattested", ids, settle))


def ask_whether_held(*, now: dt.datetime) -> int:
    """Ask both, once, whether a past meeting took place; returns the number of meetings. For a job.

    Of a table of several, all who said yes to it.
    """
    over = (
        (Meeting.objects.one_to_one() | Meeting.objects.of_rounds())
        .filter(state=Meeting.State.ACCEPTED, period__endswith__lte=now, period__endswith__gt=now - ATTESTATION_WINDOW)
        .exclude(notices__kind=Notice.Kind.ATTEST)
    )

    @in_transaction
    def ask(meeting: Meeting) -> None:
        notify(meeting, Notice.Kind.ATTEST, to=present_ids(meeting.pk), now=now)

    return len(for_each("outcomes.ask_whether_held", list(over.order_by("pk")), ask))
