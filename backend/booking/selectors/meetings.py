"""Requests and meetings as one attendee sees them. Every row comes through the contact policy."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from backend.booking.models.counter_offers import CounterOffer
from backend.booking.models.follow_ups import FollowUp
from backend.booking.models.meetings import Meeting, MeetingQuerySet, RequestedTime, Seat
from backend.booking.models.questions import Question
from backend.booking.rules import MIN_NOTICE, allowed_actions, is_asker, is_expired
from backend.booking.selectors.availability import SlotChoice, common_slots, slot_choice_of, times_of_two
from backend.booking.selectors.places import Place, place_of
from backend.booking.selectors.tables import suitable_tables
from backend.core.compiled import CompiledRows, any_of, attach_related
from backend.core.errors import NotFound
from backend.events.models.agenda import SessionPart, Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.languages import own_interpreter_text
from backend.events.rules.states import Activity, is_allowed
from backend.safeguarding.models import DelegationSeat
from backend.safeguarding.rules import JOINING, contactable_pairs
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_for


@dataclass(frozen=True, slots=True)
class CounterOfferRow:
    """Other times that one of the two offers instead; `times` are those that are still free for both."""

    by_me: bool
    times: tuple[SlotChoice, ...]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """What the one who is asked to meet wants to know first; `answer` is empty while there is none."""

    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """What the viewer noted after the meeting, for themself alone; `kept` is None while nothing is said."""

    agreed: str
    due_on: dt.date | None
    kept: bool | None


@dataclass(frozen=True, slots=True)
class OpenOfficeHour:
    """An office hour of the viewer's with a place left, at a time at which the asker is free."""

    meeting_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRow:
    """A meeting as `viewer` may see it.

    `by_organisers`: they proposed or arranged it, and `message` is their reason; nobody asked then. `times`
    are those of a request that are still free for both, in the asker's order; for any time, all that are.
    `state` is Meeting's, except that an unanswered request past its expiry is expired, and a disputed meeting
    has to each the state they reported. `my_answer` is the viewer's to a proposal: yes, no or empty; nothing
    in a row depends on the other's before both said yes. `i_am_here`, `other_is_here`: said to be at the
    table; `is_table_freed`: neither was there in time. `counter_offer`: other times that are offered now.
    `question`: about a request, before an answer. `can_follow_up`: they met, as far as is known.
    `actions` are what the viewer may do now, as `rules.allowed_actions` names it. `interpreter` says which
    interpreter or device the two need; empty where none.
    `my_assistant`, `other_assistant`: the name of whoever last answered or ended it for the viewer, and for
    the other: empty where the viewer may not see them, None where it was no assistant.
    `office_hours`: the viewer's, which the asker could join; `answered_in`: the one that answered it.
    """

    meeting_id: int
    uid: uuid.UUID
    sequence: int
    state: str
    asked_by_me: bool
    by_organisers: bool
    other: PublicProfile
    message: str
    theme: str
    theme_name: str
    any_time: bool
    is_online: bool
    needs_step_free: bool
    interpreter: str
    times: tuple[SlotChoice, ...]
    counter_offer: CounterOfferRow | None
    question: QuestionRow | None
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    place: Place | None
    asked_at: dt.datetime
    changed_at: dt.datetime
    expires_at: dt.datetime
    reason: str
    ended_by_me: bool
    ended_by_organisers: bool
    my_answer: str
    i_am_here: bool
    other_is_here: bool
    is_table_freed: bool
    my_word: str
    my_usefulness: int | None
    actions: tuple[str, ...]
    can_follow_up: bool = False
    follow_up: FollowUpRow | None = None
    office_hours: tuple[OpenOfficeHour, ...] = ()
    answered_in: int | None = None
    my_assistant: str | None = None
    other_assistant: str | None = None
    ended_by_other: bool = False


def rows_for(
    viewer: Attendee, meetings: MeetingQuerySet, now: dt.datetime, channel: str = "meeting"
) -> tuple[MeetingRow, ...]:
    """The viewer's meetings among these, in their order, without those the contact policy hides.

    A constant number of queries.
    """
    return _rows_of(viewer, list(_of_two(meetings.of(viewer))), now, channel)


def _of_two(meetings: MeetingQuerySet) -> MeetingQuerySet:
    return meetings.one_to_one().select_related("theme", "slot", "table", "question")


def _rows_of(
    viewer: Attendee, found: list[Meeting], now: dt.datetime, channel: str = "meeting"
) -> tuple[MeetingRow, ...]:
    attach_related(found, "seats", _seats_in)
    attach_related([one for one in found if one.state in Meeting.OPEN_STATES], "times", _times_asked)
    others = {meeting.pk: _other_id(meeting, viewer) for meeting in found}
    acted = {seat.assistant_id for meeting in found for seat in meeting.seats.all() if seat.assistant_id}
    ids = acted.union(others.values())
    profiles = public_profiles_for(viewer=viewer, ids=ids, channel=channel, now=now)
    offers, follow_ups = _counter_offers(found, now), follow_ups_of(viewer, found)
    waiting = {others[meeting.pk] for meeting in found if meeting.state in Meeting.OPEN_STATES or meeting.pk in offers}
    free = common_slots(viewer.pk, waiting, after=now) if waiting else {}
    return tuple(
        _row(
            viewer,
            meeting,
            profiles,
            free.get(others[meeting.pk], ()),
            offers.get(meeting.pk),
            follow_ups.get(meeting.pk),
            now,
        )
        for meeting in found
        if others[meeting.pk] in profiles
    )


def own_rows(attendee: Attendee, now: dt.datetime) -> dict[int, MeetingRow]:
    """All the attendee's meetings by id, of which the choices below are made."""
    return {row.meeting_id: row for row in _rows_of(attendee, _own.fetch(attendee=attendee.pk), now)}


def _meetings_of(attendee: int) -> MeetingQuerySet:
    return _of_two(Meeting.objects.filter(seats__attendee=attendee))


def _seats_among(among: list[int]) -> QuerySet[Seat]:
    return Seat.objects.filter(meeting__in=any_of(among))


def _times_among(among: list[int]) -> QuerySet[RequestedTime]:
    return RequestedTime.objects.filter(meeting__in=any_of(among)).select_related("slot")


_own = CompiledRows(_meetings_of, attendee=-1)
_seats_in = CompiledRows(_seats_among, among=[-1])
_times_asked = CompiledRows(_times_among, among=[-1])


def _counter_offers(meetings: Sequence[Meeting], now: dt.datetime) -> dict[int, CounterOffer]:
    """The open counter-offers of these, by meeting; no query where none can have one."""
    ids = [one.pk for one in meetings if one.state in (Meeting.State.REQUESTED, Meeting.State.ACCEPTED)]
    if not ids:
        return {}
    found = _open_offers.fetch(among=ids, now=now)
    prefetch_related_objects(found, "times__slot")
    return {offer.meeting_id: offer for offer in found}


def _offers_open_at(among: list[int], now: dt.datetime) -> QuerySet[CounterOffer]:
    return CounterOffer.objects.open_at(now).filter(meeting__in=any_of(among))


_open_offers = CompiledRows(_offers_open_at, among=[-1], now=dt.datetime.min.replace(tzinfo=dt.UTC))


def follow_ups_of(viewer: Attendee, meetings: Sequence[Meeting]) -> dict[int, FollowUpRow]:
    """What the viewer noted after these, by meeting; no query where nobody can have met."""
    ids = [one.pk for one in meetings if one.state in Meeting.CONFIRMED_STATES]
    if not ids:
        return {}
    rows = _noted.fetch(attendee=viewer.pk, among=ids)
    return {meeting_id: FollowUpRow(*noted) for meeting_id, *noted in rows}


def _noted_after(attendee: int, among: list[int]) -> QuerySet[FollowUp, Any]:
    noted = FollowUp.objects.filter(attendee=attendee, meeting__in=any_of(among))
    return noted.values_list("meeting_id", "agreed", "due_on", "kept")


_noted = CompiledRows(_noted_after, attendee=-1, among=[-2])


def _other_id(meeting: Meeting, viewer: Attendee) -> int:
    """The id of the other attendee; 0 if none, because they left the event."""
    return next((seat.attendee_id for seat in meeting.seats.all() if seat.attendee_id != viewer.pk), 0)


def _row(
    viewer: Attendee,
    meeting: Meeting,
    profiles: Mapping[int, PublicProfile],
    free: Sequence[Slot],
    offer: CounterOffer | None,
    follow_up: FollowUpRow | None,
    now: dt.datetime,
) -> MeetingRow:
    mine = next(seat for seat in meeting.seats.all() if seat.attendee_id == viewer.pk)
    theirs = next(seat for seat in meeting.seats.all() if seat.pk != mine.pk)
    other = profiles[theirs.attendee_id]
    question: Question | None = getattr(meeting, "question", None)
    state = _shown_state(meeting, mine, now)
    return MeetingRow(
        meeting_id=meeting.pk,
        uid=meeting.uid,
        sequence=meeting.sequence,
        state=state,
        asked_by_me=is_asker(viewer, meeting),
        by_organisers=meeting.asker_id is None,
        other=other,
        message=meeting.message,
        theme=meeting.theme.key if meeting.theme else "",
        theme_name=meeting.theme.local_name if meeting.theme else "",
        any_time=meeting.any_time,
        is_online=meeting.is_online,
        needs_step_free=meeting.needs_step_free,
        interpreter=own_interpreter_text(viewer, other, viewer.event),
        times=_times(meeting, free) if state in Meeting.OPEN_STATES else (),
        counter_offer=CounterOfferRow(offer.made_by_id == viewer.pk, _still_free(offer, free)) if offer else None,
        question=QuestionRow(question.text, question.answer) if question else None,
        starts_at=meeting.period.lower if meeting.period else None,
        ends_at=meeting.period.upper if meeting.period else None,
        place=place_of(meeting, viewer, now),
        asked_at=meeting.asked_at,
        changed_at=meeting.changed_at,
        expires_at=meeting.expires_at,
        reason=meeting.reason,
        ended_by_me=meeting.ended_by_id == viewer.pk,
        ended_by_organisers=meeting.ended_by_id is None and bool(meeting.reason),  # a rule gives no reason
        my_answer=mine.answer,
        i_am_here=mine.here_at is not None,
        other_is_here=theirs.here_at is not None,
        is_table_freed=meeting.table_freed_at is not None,
        my_word=mine.word,
        my_usefulness=mine.usefulness,
        actions=allowed_actions(viewer, meeting, mine, now, offer.made_by_id if offer else None, question),
        can_follow_up=meeting.state in Meeting.MET_STATES and meeting.period.lower <= now,
        follow_up=follow_up,
        answered_in=meeting.office_hour_id,
        my_assistant=_assistant_name(mine, profiles),
        other_assistant=_assistant_name(theirs, profiles),
        ended_by_other=meeting.ended_by_id == theirs.attendee_id,
    )


def _assistant_name(seat: Seat, profiles: Mapping[int, PublicProfile]) -> str | None:
    if seat.assistant_id is None:
        return None
    profile = profiles.get(seat.assistant_id)
    return profile.name if profile else ""


def _shown_state(meeting: Meeting, mine: Seat, now: dt.datetime) -> str:
    if is_expired(meeting, now):
        return Meeting.State.EXPIRED.value
    if meeting.state == Meeting.State.DISPUTED:
        return mine.word
    return meeting.state


def _times(meeting: Meeting, free: Sequence[Slot]) -> tuple[SlotChoice, ...]:
    if meeting.any_time:
        return tuple(slot_choice_of(slot) for slot in free)
    return _still_free(meeting, free)


def _still_free(offering: Meeting | CounterOffer, free: Sequence[Slot]) -> tuple[SlotChoice, ...]:
    free_ids = {slot.pk for slot in free}
    return tuple(slot_choice_of(time.slot) for time in offering.times.all() if time.slot_id in free_ids)


def requests_to_answer(
    attendee: Attendee, now: dt.datetime, rows: Mapping[int, MeetingRow] | None = None
) -> tuple[MeetingRow, ...]:
    """Requests, proposals, counter-offers and questions that wait for the attendee's answer, the first to
    expire first; none where the event's state lets nobody ask any more.

    `rows`, here and below: what `own_rows` gives, where it was read already.
    """
    if not is_allowed(attendee.event, Activity.ASK):
        return ()
    found = own_rows(attendee, now) if rows is None else rows
    return _by_expiry(row for row in found.values() if _waits_for_answer(row) and not row.my_answer)


def _waits_for_answer(row: MeetingRow) -> bool:
    if row.counter_offer is not None and not row.counter_offer.by_me:
        return True
    if not row.asked_by_me:
        return row.state in Meeting.OPEN_STATES and row.counter_offer is None
    is_asked_back = row.question is not None and not row.question.answer
    return row.state == Meeting.State.REQUESTED and is_asked_back


def _by_expiry(rows: Iterable[MeetingRow]) -> tuple[MeetingRow, ...]:
    return tuple(sorted(rows, key=lambda row: (row.expires_at, row.meeting_id)))


def requests_answered_with_times(
    attendee: Attendee, now: dt.datetime, rows: Mapping[int, MeetingRow] | None = None
) -> tuple[MeetingRow, ...]:
    """Requests to the attendee for which they offered other times: they wait for the asker. The first to
    expire first."""
    found = own_rows(attendee, now) if rows is None else rows
    return _by_expiry(
        row
        for row in found.values()
        if row.state == Meeting.State.REQUESTED and row.counter_offer is not None and row.counter_offer.by_me
    )


def answered_proposals(
    attendee: Attendee, now: dt.datetime, rows: Mapping[int, MeetingRow] | None = None
) -> tuple[MeetingRow, ...]:
    """Proposals the attendee answered that are not agreed, and those that did not come about.

    Those still open first, the first to expire first; then the others, newest first.
    """
    found = own_rows(attendee, now) if rows is None else rows
    made = _by_expiry(row for row in found.values() if row.by_organisers)
    is_open = [row for row in made if row.state == Meeting.State.PROPOSED and row.my_answer]
    return (*is_open, *reversed([row for row in made if row.state == Meeting.State.EXPIRED]))


def requests_sent(
    attendee: Attendee, now: dt.datetime, rows: Mapping[int, MeetingRow] | None = None
) -> tuple[MeetingRow, ...]:
    """The attendee's own requests that were never confirmed: those that wait first, then the newest."""
    found = own_rows(attendee, now) if rows is None else rows
    sent = [row for row in found.values() if row.asked_by_me and row.state in Meeting.NEVER_CONFIRMED_STATES]
    sent.sort(key=lambda row: (row.asked_at, row.meeting_id), reverse=True)
    return tuple(sorted(sent, key=lambda row: row.state != Meeting.State.REQUESTED))


def confirmed_meetings_for(
    attendee: Attendee, now: dt.datetime, rows: Mapping[int, MeetingRow] | None = None
) -> tuple[MeetingRow, ...]:
    """Every meeting that was ever confirmed, cancelled ones included, by time."""
    found = own_rows(attendee, now) if rows is None else rows
    confirmed = [row for row in found.values() if row.state in Meeting.EVER_CONFIRMED_STATES]
    return tuple(sorted(confirmed, key=lambda row: (row.starts_at, row.ends_at, row.meeting_id)))


def meeting_for(attendee: Attendee, meeting_id: int, now: dt.datetime) -> MeetingRow:
    """One meeting of the attendee; refuses NotFound for other meetings and where contact is not allowed."""
    for row in rows_for(attendee, Meeting.objects.filter(pk=meeting_id), now):
        return row
    raise NotFound(_("There is no such meeting, or you cannot see it."))


def times_to_offer(attendee: Attendee, row: MeetingRow, now: dt.datetime) -> tuple[SlotChoice, ...]:
    """What the attendee could offer instead of the times of this request or meeting, earliest first."""
    asked_for = {time.slot_id for time in row.times}
    other_id = row.other.attendee_id  # whom the contact policy let through
    free = common_slots(attendee.pk, [other_id], after=now + MIN_NOTICE)[other_id]
    return tuple(slot_choice_of(slot) for slot in free if slot.pk not in asked_for)


def meetings_between(attendee: Attendee, other_id: int, now: dt.datetime) -> tuple[MeetingRow, ...]:
    """All requests and meetings between the two, newest first."""
    both = Meeting.objects.filter(seats__attendee=other_id).order_by("-asked_at", "-pk")
    return rows_for(attendee, Meeting.objects.filter(pk__in=both.values("pk")).order_by("-asked_at", "-pk"), now)


def confirmed_slot(event: Event, meeting_id: int) -> Slot:
    """The slot of a confirmed meeting of the event; refuses NotFound. For organisers; without names."""
    return _confirmed_meeting(event, meeting_id)[1]


def _confirmed_meeting(event: Event, meeting_id: int) -> tuple[Meeting, Slot]:
    meetings = Meeting.objects.one_to_one().filter(event=event, state=Meeting.State.ACCEPTED, pk=meeting_id)
    found = meetings.select_related("slot", "table").first()
    if found is None or found.slot is None:
        raise NotFound(_("There is no such meeting, or it is off already."))
    return found, found.slot


@dataclass(frozen=True, slots=True)
class MoveOptions:
    """An agreed meeting, the times both have beside its own, and the tables of its kind."""

    meeting: Meeting
    slot: Slot
    times: tuple[Slot, ...]
    tables: tuple[Table, ...]


def move_options_for(event: Event, meeting_id: int, now: dt.datetime) -> MoveOptions:
    """Where an agreed meeting could move; refuses NotFound. For organisers; without names.

    Two whom the contact policy parts have no other time, like two without one.
    """
    meeting, slot = _confirmed_meeting(event, meeting_id)
    seated = seated_ids(meeting.pk)
    times = times_of_two((seated[0], seated[1]), now) if len(seated) == 2 else ()
    tables = Table.objects.filter(suitable_tables(meeting)).order_by("step_free", "pk")
    return MoveOptions(meeting, slot, times, tuple(tables))


def seated_ids(meeting_id: int) -> list[int]:
    """The attendees of a meeting, by id; of two they never change, and of an office hour who left is among
    them."""
    return list(Seat.objects.filter(meeting=meeting_id).order_by("attendee_id").values_list("attendee_id", flat=True))


def present_ids(meeting_id: int) -> list[int]:
    """The attendees of a meeting, by id, without who left an office hour or a table of a round."""
    left = Q(part__in=(Seat.Part.GUEST, Seat.Part.MEMBER), place=None)
    seats = Seat.objects.filter(meeting=meeting_id).exclude(left).order_by("attendee_id")
    return list(seats.values_list("attendee_id", flat=True))


def other_id_in(meeting: Meeting, attendee: Attendee) -> int:
    """The id of the other attendee of a one-to-one meeting; 0 if none, because they left the event."""
    return next((pk for pk in seated_ids(meeting.pk) if pk != attendee.pk), 0)


def meetings_without_contact(meetings: QuerySet[Meeting]) -> set[int]:
    """Ids of these meetings of two whose attendees may not be in contact (any more), or are gone.

    Not those of people who could be once they have joined, who agreed before that was asked of anybody. A few
    queries for each event.
    """
    seated: dict[tuple[int, int], list[int]] = {}
    rows = meetings.order_by("seats__attendee").values_list("event", "pk", "seats__attendee")
    for event_id, meeting_id, attendee_id in rows:
        seated.setdefault((event_id, meeting_id), []).extend([] if attendee_id is None else [attendee_id])
    refused = {pk for (_event, pk), ids in seated.items() if len(ids) != 2}
    of_event: dict[int, dict[int, tuple[int, int]]] = {}
    for (event_id, pk), ids in seated.items():
        if pk not in refused:
            of_event.setdefault(event_id, {})[pk] = (ids[0], ids[1])
    for event_id, pairs in of_event.items():
        allowed = contactable_pairs(event_id, pairs.values(), JOINING)
        refused |= {pk for pk, pair in pairs.items() if pair not in allowed}
    return refused


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedMeeting:
    """The meeting a report is about, as a safeguarding lead reads it; `asker_id` wrote message and answer."""

    meeting_id: int
    state: str
    state_words: str
    asker_id: int | None
    message: str
    question: str
    answer: str
    asked_at: dt.datetime
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    place: str


def other_attendee_id(attendee: Attendee, meeting_id: int) -> int | None:
    """The other attendee of a one-to-one meeting in which this one has a seat, or None.

    Of an office hour it is the host, for all who have or had a place: guests, and those at a table
    of a round, are reported on their pages.

    Does not ask the contact policy: use it for reports, never to show a person.
    """
    mine = Meeting.objects.of(attendee).filter(pk=meeting_id).exclude(kind__in=(Meeting.Kind.GROUP, Meeting.Kind.ROUND))
    others = Seat.objects.filter(meeting__in=mine).exclude(attendee=attendee.pk)
    others = others.exclude(part=Seat.Part.GUEST)
    return others.values_list("attendee_id", flat=True).first()


def ids_near(attendee: Attendee) -> set[int]:
    """Attendees who share a meeting, in whatever state, or a session with this one.

    Does not ask the contact policy: use it for reports, never to show a person.
    """
    meetings = Seat.objects.filter(meeting__in=Meeting.objects.of(attendee))
    sessions = SessionPart.objects.filter(session__parts__attendee=attendee.pk)
    delegations = DelegationSeat.objects.filter(session__seats__attendee=attendee.pk)
    return {
        *delegations.values_list("attendee_id", flat=True),
        *meetings.values_list("attendee_id", flat=True),
        *sessions.values_list("attendee_id", flat=True),
    } - {attendee.pk}


def reported_meeting(*, event_id: int, meeting_id: int | None) -> ReportedMeeting | None:
    """The meeting of a report, for a lead whose reading was logged; None where it is gone."""
    found = (
        Meeting.objects.select_related("table", "question").filter(event=event_id, pk=meeting_id).first()
        if meeting_id
        else None
    )
    if found is None:
        return None
    question: Question | None = getattr(found, "question", None)
    return ReportedMeeting(
        meeting_id=found.pk,
        state=found.state,
        state_words=found.get_state_display(),
        asker_id=found.asker_id,
        message=found.message,
        question=question.text if question else "",
        answer=question.answer if question else "",
        asked_at=found.asked_at,
        starts_at=found.period.lower if found.period else None,
        ends_at=found.period.upper if found.period else None,
        place=found.table.label if found.table else "",
    )
