"""What is open between an attendee and others, and how much of it waits for the attendee's answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from backend.booking.models.counter_offers import CounterOffer
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.selectors.meetings import CounterOfferRow
from backend.core.compiled import CompiledRows
from backend.events.models.attendees import Attendee
from backend.events.rules.states import Activity, is_allowed
from backend.safeguarding.rules import contactable_ids


@dataclass(frozen=True, slots=True)
class OpenContact:
    """A request or proposal that waits for an answer, or a meeting to come.

    `counter_offer`: other times that are offered now, without the times.
    """

    meeting_id: int
    state: str
    asked_by_me: bool
    my_answer: str
    counter_offer: CounterOfferRow | None


def open_contacts_for(attendee: Attendee, now: dt.datetime) -> dict[int, OpenContact]:
    """The open request or meeting to come with each other attendee, by their id; one query.

    Without names: pages take the public profiles from the contact policy.
    """
    return {
        other: OpenContact(
            meeting_id,
            state,
            asker == attendee.pk,
            my_answer,
            CounterOfferRow(offered_by == attendee.pk, ()) if offered_by else None,
        )
        for other, meeting_id, state, asker, my_answer, offered_by in _open_seats.fetch(attendee=attendee.pk, now=now)
    }


def _open_seats_beside(
    attendee: int, now: dt.datetime
) -> QuerySet[Seat, tuple[int, int, str, int | None, str, int | None]]:
    """The others' seats of what is open: who, the meeting, its state and asker, the attendee's answer, and
    who offers other times."""
    waiting = Q(meeting__state__in=Meeting.OPEN_STATES, meeting__expires_at__gt=now)
    to_come = Q(meeting__state=Meeting.State.ACCEPTED, meeting__period__endswith__gt=now)
    mine = Seat.objects.filter(waiting | to_come, attendee=attendee, kind=Meeting.Kind.ONE_TO_ONE)
    answer = Subquery(mine.filter(meeting=OuterRef("meeting")).values("answer"))
    offer = Subquery(CounterOffer.objects.open_at(now).filter(meeting=OuterRef("meeting")).values("made_by")[:1])
    others = Seat.objects.filter(meeting__in=mine.values("meeting")).exclude(attendee=attendee)
    return others.order_by("meeting_id").values_list(
        "attendee_id", "meeting_id", "meeting__state", "meeting__asker_id", answer, offer
    )


_open_seats = CompiledRows(_open_seats_beside, attendee=-1, now=dt.datetime.min.replace(tzinfo=dt.UTC))


def waiting_answers(attendee: Attendee, now: dt.datetime) -> int:
    """How many rows `meetings.requests_to_answer` gives; one query, and one where somebody waits."""
    if not is_allowed(attendee.event, Activity.ASK):
        return 0
    waiting = _unanswered.fetch(attendee=attendee.pk, now=now)
    seen = contactable_ids(attendee, "meeting", now, waiting) if waiting else set()
    return sum(other in seen for other in waiting)


def _unanswered_by(attendee: int, now: dt.datetime) -> QuerySet[Seat, int]:
    """The others (ids) of what waits for this attendee: requests, proposals, other times, questions."""
    offers = CounterOffer.objects.open_at(now).filter(meeting=OuterRef("pk"))
    answered = Seat.objects.filter(meeting=OuterRef("pk"), attendee=attendee).exclude(answer="")
    is_open = Q(expires_at__gt=now)
    asked = is_open & Q(state__in=Meeting.OPEN_STATES) & ~Exists(offers) & ~Exists(answered)
    not_asker = Q(asker=None) | ~Q(asker=attendee)
    asked_back = is_open & Q(state=Meeting.State.REQUESTED, asker=attendee, question__answer="")
    waiting = (asked & not_asker) | Exists(offers.exclude(made_by=attendee)) | asked_back
    meetings = Meeting.objects.one_to_one().filter(waiting, seats__attendee=attendee)
    theirs = Seat.objects.filter(meeting__in=meetings).exclude(attendee=attendee)
    return theirs.order_by().values_list("attendee_id", flat=True)


_unanswered = CompiledRows(_unanswered_by, attendee=-1, now=dt.datetime.min.replace(tzinfo=dt.UTC))
