"""Limits and time windows of requests and meetings, and what each side may do when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from itertools import combinations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, MeetingQuerySet, Seat
from backend.booking.models.notices import Notice
from backend.booking.models.questions import Question
from backend.core.errors import BusinessError, NotFound, Refused
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong, clean_text, pair_of
from backend.safeguarding.rules import contactable_ids, contactable_pairs
from backend.safeguarding.selectors.names import name_shown_to

Kind = Notice.Kind

MAX_ALTERNATIVES = 3
MESSAGE_LIMIT = 1_000
REASON_LIMIT = 500
KEY_LIMIT = 64
MIN_NOTICE = dt.timedelta(minutes=10)  # a slot that starts sooner cannot be asked for
SHORT_NOTICE = dt.timedelta(hours=4)  # asked later than this before the last slot: answer until MIN_NOTICE
ANSWER_MARGIN = dt.timedelta(hours=2)  # asked earlier: answer until this long before the last slot

# What one person may cause another to read. Requests count that led to no meeting, answered or not.
PAIR_REQUESTS = 3  # to one person at an event: who did not answer three will not answer a fourth
PAIR_INTERVAL = dt.timedelta(hours=1)  # between two of them: asked, taken back and asked makes three mails
ASKER_REQUESTS = 50  # to all, in a day: no two days hold so many meetings (or twice what may be open at once)
REQUEST_EDITS = 5  # of one request, in a day: it offers three times, so five changes say all there is to say
REQUEST_UPDATES = 5  # mails about changes to one request, whoever caused them, in a day: the pages show the rest
LIMITS_WINDOW = dt.timedelta(hours=24)  # a day that begins at no midnight: no zone's night gives twice as many
FREED_TIME_WAITS = dt.timedelta(hours=2)  # a time that fell free, for the answer to the first who waited
QUIET_MARGIN = dt.timedelta(hours=1)  # what happens so soon after the reader's quiet hours is mailed in them
ARRIVAL_MARGIN = dt.timedelta(minutes=15)  # from so long before a meeting on one can say that one is there
ABSENT_AFTER = dt.timedelta(minutes=15)  # where neither has said so by then, others can have the table
ATTESTATION_WINDOW = dt.timedelta(hours=72)  # after it, one side's report that they met counts for both


# Notices that tell of a request one can still answer or change, and of a meeting that is to take place.
OF_AN_OPEN_REQUEST = (
    Kind.REQUESTED,
    Kind.PROPOSED,
    Kind.CHANGED,
    Kind.TIME_TAKEN,
    Kind.TIME_FREED,
    Kind.QUESTION,
    Kind.REPLY,
    Kind.REMINDER_HALF,
)
OF_A_MEETING_TO_COME = (
    Kind.ACCEPTED,
    Kind.OFFICE_HOUR,
    Kind.ROUNDS_PROPOSED,
    Kind.ROUNDTABLE_OPEN,
    Kind.ARRANGED,
    Kind.MOVED,
    Kind.CANCELLED,
    Kind.REMINDER_DAY,
    Kind.REMINDER_SOON,
    Kind.TABLE_FREED,
)

IN_DIGESTS = tuple(kind for kind in Kind if kind not in OF_A_MEETING_TO_COME)  # the calendar does not wait
GATHERED = (Kind.CHANGED, Kind.TIME_TAKEN)  # a mail of these shows the request as it is by then


BY_ASSISTANTS = ("accept", "decline", "withdraw", "cancel")  # of `allowed_actions`, what these may do
TO_ANSWER = ("take_counter", "refuse_counter")  # what is done with the other's counter-offer


class AlreadyAnswered(BusinessError):
    """The request is no longer open to this change; `details["state"]` is its state."""

    code = "already_answered"


class RequestExpired(BusinessError):
    code = "request_expired"


class NotJoined(BusinessError):
    """People who have not accepted the privacy notice and the pledge ask nobody and are asked by nobody."""

    code = "not_joined"


class GroupsApart(BusinessError):
    """A contact rule of the event parts the groups of the two."""

    code = "groups_apart"


class TooLate(BusinessError):
    code = "too_late"


class TooEarly(BusinessError):
    code = "too_early"


def expiry_of(
    *, asked_at: dt.datetime, changed_at: dt.datetime, last_starts_at: dt.datetime, hours: int
) -> dt.datetime:
    """When a request or proposal expires: `hours` after it was made, or shortly before its last slot if that
    is sooner.

    Shortly is two hours, or ten minutes where the slots were chosen less than four hours before the last.
    """
    is_short = last_starts_at - changed_at < SHORT_NOTICE
    margin = MIN_NOTICE if is_short else ANSWER_MARGIN
    return min(asked_at + dt.timedelta(hours=hours), last_starts_at - margin)


def check_reachable(attendee: Attendee, other_id: int, now: dt.datetime) -> None:
    """Refuse NotFound unless the contact policy lets the two meet.

    Where they see each other it is NotJoined, or GroupsApart by a contact rule of the event.
    """
    if contactable_ids(attendee, "meeting", now, [other_id]):
        return
    other = Attendee.objects.filter(pk__in=contactable_ids(attendee, "page", now, [other_id])).first()
    if other is not None and not other.has_joined:
        raise NotJoined(
            _("%(name)s has not joined this forum yet. You can ask as soon as they do.")
            % {"name": name_shown_to(attendee.person, other, now)}
        )
    if other is not None and not attendee.has_joined:
        raise NotJoined(_("You have not joined this forum yet. Join it, then ask."))
    if other is not None:
        raise GroupsApart(_("The organisers of this forum do not have people of your two groups meet."))
    raise NotFound(_("There is no such person at this forum, or you cannot see them."))


def is_asker(attendee: Attendee, meeting: Meeting) -> bool:
    return meeting.asker_id == attendee.pk


def is_expired(meeting: Meeting, now: dt.datetime) -> bool:
    """Whether the deadline of a request or proposal passed, marked by the job or not."""
    is_overdue = meeting.state in Meeting.OPEN_STATES and meeting.expires_at <= now
    return is_overdue or meeting.state == Meeting.State.EXPIRED


def can_see_meeting(attendee: Attendee, seated: Collection[int], now: dt.datetime, channel: str = "meeting") -> bool:
    """Whether a meeting with these attendees (ids) exists for this one.

    It does where they have a seat and the contact policy allows contact with everybody else in it.
    """
    others = set(seated) - {attendee.pk}
    if attendee.pk not in seated or not others:
        return False
    return contactable_ids(attendee, channel, now, others) == others


def may_meet(seated: Collection[int], now: dt.datetime, channel: str = "meeting") -> bool:
    """Whether the contact policy lets these attendees (ids) meet; never with fewer than two of them."""
    first = Attendee.objects.filter(pk__in=seated).order_by("pk").first()
    return first is not None and can_see_meeting(first, seated, now, channel)


def seated_together(host: Attendee, guests: Sequence[int]) -> tuple[int, ...]:
    """Of these guests (ids), in this order, those who may sit with the host and with each other.

    The contact policy is asked of every pair, in a few queries; of two that it parts the first stays.
    """
    pairs = {pair_of(*two) for two in combinations((host.pk, *guests), 2)}
    allowed = contactable_pairs(host.event_id, pairs, "meeting") if pairs else pairs
    kept: list[int] = []
    for pk in guests:
        if all(pair_of(pk, other) in allowed for other in (host.pk, *kept)):
            kept.append(pk)
    return tuple(kept)


def has_meeting() -> Exists:
    """Expression on rows of Attendee: they have a meeting with one other that is agreed or was held."""
    return Exists(
        Seat.objects.filter(
            attendee=OuterRef("pk"), kind=Meeting.Kind.ONE_TO_ONE, meeting__state__in=Meeting.COUNTED_STATES
        )
    )


def met_between(attendee_id: int, other_id: int, now: dt.datetime) -> MeetingQuerySet:
    """The agreed meetings of the two (ids) that have begun, but for those both said were not held.

    And the tables of several to which both said yes, but where one said that it did not take place.
    """
    begun = Meeting.objects.filter(state__in=Meeting.MET_STATES, period__startswith__lte=now)
    alone = Meeting.objects.one_to_one().filter(seats__attendee=attendee_id)
    of_two = alone.filter(seats__attendee=other_id)
    came = Seat.objects.filter(part=Seat.Part.MEMBER, is_active=True).exclude(word=Seat.Word.NOT_HELD)
    at_table = Q(pk__in=came.filter(attendee=attendee_id).values("meeting")) & Q(
        pk__in=came.filter(attendee=other_id).values("meeting")
    )
    both = begun.filter(Q(pk__in=of_two.values("pk")) | at_table)
    return both.order_by("-period", "-pk")


def have_met(attendee_id: int, other_id: int, now: dt.datetime) -> bool:
    """Whether the two (ids) have such a meeting."""
    return met_between(attendee_id, other_id, now).exists()


def is_urgent(kind: str, meeting: Meeting, *, until: dt.datetime, zone: dt.tzinfo, now: dt.datetime) -> bool:
    """Whether the mail of a notice of this kind cannot wait for the end of quiet hours, or for a digest.

    So it is where the meeting begins, or the request ends, before they do or within the hour after, and where
    a meeting is cancelled on its own day, in the event's zone.
    """
    is_requested = kind == Kind.COUNTERED and meeting.state == Meeting.State.REQUESTED
    if kind in OF_AN_OPEN_REQUEST or is_requested:
        happens_at = meeting.expires_at
    elif kind in (*OF_A_MEETING_TO_COME, Kind.COUNTERED) and meeting.period is not None:
        happens_at = meeting.period.lower
    else:
        return False
    is_today = happens_at.astimezone(zone).date() == now.astimezone(zone).date()
    is_soon = now < happens_at <= until + QUIET_MARGIN
    return is_soon or (kind == Kind.CANCELLED and is_today)


def allowed_actions(
    attendee: Attendee,
    meeting: Meeting,
    seat: Seat,
    now: dt.datetime,
    countered_by: int | None = None,
    question: Question | None = None,
) -> tuple[str, ...]:
    """What the attendee with this seat may do now: accept, decline, edit, withdraw, cancel, attest.

    Of other times: counter, take_counter, refuse_counter, withdraw_counter. `countered_by`: the attendee (id)
    whose counter-offer is open. Of the question about a request: ask_question, answer_question. At the table:
    arrive.
    """
    if is_expired(meeting, now):
        return ()
    if meeting.state == Meeting.State.REQUESTED:
        if is_asker(attendee, meeting):
            is_asked = question is not None and not question.answer
            to_say = ("answer_question",) if is_asked else ()
            return ("edit", "withdraw", *(TO_ANSWER if countered_by else ()), *to_say)
        own = ("withdraw_counter",) if countered_by else ()
        to_ask = ("ask_question",) if question is None else ()
        return ("accept", "decline", *(() if meeting.any_time else ("counter",)), *own, *to_ask)
    if meeting.state == Meeting.State.PROPOSED:
        given = {Seat.Answer.YES.value: "accept", Seat.Answer.NO.value: "decline"}.get(seat.answer)
        return tuple(action for action in ("accept", "decline") if action != given)
    if meeting.state == Meeting.State.ACCEPTED:
        if meeting.period.upper <= now:
            return ("attest",)
        return ("cancel", *_on_the_way(attendee, meeting, seat, now, countered_by))
    if meeting.state in Meeting.CONFIRMED_STATES and not seat.word:
        return ("attest",)
    return ()


def _on_the_way(
    attendee: Attendee, meeting: Meeting, seat: Seat, now: dt.datetime, countered_by: int | None
) -> tuple[str, ...]:
    """What there is to do about an agreed meeting beside cancelling it."""
    can_arrive = seat.here_at is None or meeting.table_freed_at is not None
    arrive = ("arrive",) if can_arrive and now >= meeting.period.lower - ARRIVAL_MARGIN else ()
    if meeting.period.lower <= now:
        return arrive
    if countered_by is None:
        return (*arrive, "counter")
    return (*arrive, "counter", "withdraw_counter") if countered_by == attendee.pk else (*arrive, *TO_ANSWER)


def check_arrival(meeting: Meeting, now: dt.datetime) -> None:
    """Refuse AlreadyAnswered (not agreed), TooEarly and TooLate when somebody says they are at the table."""
    check_cancellable(meeting, now)
    if now < meeting.period.lower - ARRIVAL_MARGIN:
        raise TooEarly(
            _("You can say that you are there from %(minutes)d minutes before the meeting.")
            % {"minutes": ARRIVAL_MARGIN.total_seconds() // 60}
        )


def check_open_request(meeting: Meeting, now: dt.datetime) -> None:
    """Refuse AlreadyAnswered and RequestExpired for anything but a request or proposal that is still open."""
    if is_expired(meeting, now):
        raise RequestExpired(
            _("This proposal did not come about. You can ask to meet them yourself.")
            if meeting.asker_id is None
            else _("This request has expired. You can ask again.")
        )
    if meeting.state not in Meeting.OPEN_STATES:
        raise AlreadyAnswered(
            _("This request is no longer open: %(state)s. Your meetings show how it stands.")
            % {"state": meeting.get_state_display().lower()},
            state=meeting.state,
        )


def check_cancellable(meeting: Meeting, now: dt.datetime) -> None:
    """Refuse AlreadyAnswered (never confirmed, or settled) and TooLate (it is over)."""
    if meeting.state != Meeting.State.ACCEPTED:
        raise AlreadyAnswered(
            _("Only a meeting to come can be cancelled; this one is %(state)s.")
            % {"state": meeting.get_state_display().lower()},
            state=meeting.state,
        )
    if meeting.period.upper <= now:
        raise TooLate(_("This meeting's time is over. It can only be said whether it took place. Say so on its page."))


def check_attestable(meeting: Meeting, seat: Seat, word: str, now: dt.datetime) -> None:
    """Refuse AlreadyAnswered (never confirmed, or cancelled), TooEarly, and `already_settled`.

    A report can be changed until the other side has given theirs; a usefulness can be added after that.
    """
    if meeting.state not in Meeting.CONFIRMED_STATES:
        raise AlreadyAnswered(
            _("This meeting was not agreed, or it was cancelled. Only agreed meetings are reported on."),
            state=meeting.state,
        )
    if meeting.period.upper > now:
        raise TooEarly(_("Say after the meeting whether it took place."))
    if meeting.state != Meeting.State.ACCEPTED and seat.word not in ("", word):
        raise Refused(
            "already_settled",
            _(
                "Both of you have said whether it took place; this cannot be changed any more. "
                "Tell the organisers if it is wrong."
            ),
        )


def check_has_met(meeting: Meeting, now: dt.datetime) -> None:
    """Refuse AlreadyAnswered (not agreed, cancelled, or not held) and TooEarly (it has not begun)."""
    if meeting.state not in Meeting.MET_STATES:
        raise AlreadyAnswered(
            _("Only of a meeting that was agreed and took place can something be noted."), state=meeting.state
        )
    if meeting.period.lower > now:
        raise TooEarly(_("Note what you agreed once the meeting has begun."))


def check_usefulness(usefulness: int | None, took_place: bool) -> None:
    """Refuse `bad_usefulness` for anything but 1 to 5, and for a meeting that did not take place."""
    if usefulness is not None and (not took_place or not 1 <= usefulness <= 5):
        raise Refused(
            "bad_usefulness", _("Usefulness is a number from 1 to 5, of a meeting that took place."), status=400
        )


def clean_reason(reason: str) -> str:
    """The reason as it is stored; refuses TextTooLong."""
    text = clean_text(reason)
    if len(text) > REASON_LIMIT:
        raise TextTooLong(
            _("Please keep the reason under %(limit)d characters.") % {"limit": REASON_LIMIT}, field="reason"
        )
    return text


def clean_cancel_reason(reason: str) -> str:
    """The reason of a cancellation as it is stored; refuses TextTooLong, and `reason_needed` for none."""
    if not (text := clean_reason(reason)):
        raise Refused(
            "reason_needed",
            _("Please say in a few words why it is cancelled; whoever was to come is told."),
            status=400,
        )
    return text
