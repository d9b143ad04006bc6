"""The organisers' figures on all meetings of an event."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Avg, Count, Exists, F, OuterRef

from backend.booking.models.availability import Availability
from backend.booking.models.follow_ups import FollowUp
from backend.booking.models.meetings import Meeting, MeetingQuerySet, Seat
from backend.booking.models.notices import Delivery
from backend.booking.rules import has_meeting
from backend.events.models.events import Event
from backend.notifications.selectors.deliveries import failing_deliveries
from backend.safeguarding.rules import matchable
from backend.safeguarding.selectors.contact_rules import count_or_few


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Counts of one event. People are those whom matching may read; a meeting counts once, where both of its
    people do. Those to look into (disputed, reported by one) are counted whoever is in them.

    `proposed` by the organisers and open, `not_agreed` those of which nothing came: the rest up to `expired`
    are of people's own requests. `held_by_one` are among `held`: one side has not reported. `not_held_by_one`
    are among `accepted`: one side says it did not take place, the other nothing. `disputed` are meeting ids,
    for the organiser's eyes only. `answer_hours` is the mean from request to answer, without what organisers
    put forward. `mails_in_trouble` failed permanently, or are stuck. `follow_ups` have a day; None: a few.
    """

    people: int
    people_joined: int
    people_with_open_slots: int
    people_without_meeting: int
    waiting: int
    accepted: int
    declined: int
    withdrawn: int
    expired: int
    proposed: int
    not_agreed: int
    cancelled: int
    held: int
    held_by_one: int
    not_held: int
    not_held_by_one: int
    disputed: tuple[int, ...]
    answer_hours: float | None
    mails_waiting: int
    mails_in_trouble: int
    follow_ups: int | None
    follow_ups_kept: int | None
    office_hours: int
    office_hour_guests: int


def counted_meetings(event: Event) -> MeetingQuerySet:
    """The one-to-one meetings, requests and proposals of two people whom matching may read."""
    others = Seat.objects.filter(meeting=OuterRef("pk")).exclude(attendee__in=matchable(event))
    return Meeting.objects.filter(event=event, kind=Meeting.Kind.ONE_TO_ONE).exclude(Exists(others))


@dataclass(frozen=True, slots=True)
class FollowUpFigures:
    """Follow-ups with a day, and those said to be kept; None where it is a few.

    `kept` is None as well where few are left without it: the difference would tell of single people.
    """

    noted: int | None
    kept: int | None


def follow_up_figures_for(event: Event) -> FollowUpFigures:
    """Follow-ups of meetings of two people whom matching may read. For organisers: counts alone."""
    found = FollowUp.objects.filter(meeting__in=counted_meetings(event), due_on__isnull=False)
    noted, kept = found.count(), found.filter(kept=True).count()
    is_told = None not in (count_or_few(noted), count_or_few(kept), count_or_few(noted - kept))
    return FollowUpFigures(count_or_few(noted), kept if is_told else None)


def overview_for(event: Event, now: dt.datetime) -> Overview:
    """The figures at this moment. For organisers only."""
    people = matchable(event)
    meetings = counted_meetings(event)
    by_state = dict(meetings.values_list("state").annotate(count=Count("pk")).order_by())
    waiting = meetings.requests().filter(expires_at__gt=now).count()
    proposed = meetings.proposals().filter(expires_at__gt=now).count()
    ended_proposals = meetings.filter(state=Meeting.State.EXPIRED, asker=None).count()
    unanswered = by_state.get(Meeting.State.EXPIRED, 0) - ended_proposals
    held = Meeting.State.HELD
    seats = Seat.objects.filter(meeting__event=event)
    hours = Avg(F("answered_at") - F("asked_at"))
    follow_ups = follow_up_figures_for(event)
    gathered = Meeting.objects.office_hours().filter(event=event, state=Meeting.State.ACCEPTED)
    took: dt.timedelta | None = meetings.answered().aggregate(took=hours)["took"]
    return Overview(
        people=people.count(),
        people_joined=people.filter(agreed_at__isnull=False).count(),
        people_with_open_slots=people.filter(
            pk__in=Availability.objects.filter(event=event).values("attendee")
        ).count(),
        people_without_meeting=people.exclude(has_meeting()).count(),
        waiting=waiting,
        accepted=by_state.get(Meeting.State.ACCEPTED, 0),
        declined=by_state.get(Meeting.State.DECLINED, 0),
        withdrawn=by_state.get(Meeting.State.WITHDRAWN, 0),
        expired=unanswered + by_state.get(Meeting.State.REQUESTED, 0) - waiting,
        proposed=proposed,
        not_agreed=ended_proposals + by_state.get(Meeting.State.PROPOSED, 0) - proposed,
        cancelled=by_state.get(Meeting.State.CANCELLED, 0),
        held=by_state.get(held, 0),
        held_by_one=seats.filter(meeting__state=held, word="").count(),
        not_held=by_state.get(Meeting.State.NOT_HELD, 0),
        not_held_by_one=seats.filter(
            kind=Meeting.Kind.ONE_TO_ONE, meeting__state=Meeting.State.ACCEPTED, word=Seat.Word.NOT_HELD
        ).count(),
        disputed=tuple(meetings.filter(state=Meeting.State.DISPUTED).order_by("pk").values_list("pk", flat=True)),
        answer_hours=round(took.total_seconds() / 3600, 2) if took is not None else None,
        mails_waiting=Delivery.objects.filter(notice__event=event, state=Delivery.State.QUEUED).count(),
        mails_in_trouble=failing_deliveries(event, now).count(),
        follow_ups=follow_ups.noted,
        follow_ups_kept=follow_ups.kept,
        office_hours=gathered.count(),
        office_hour_guests=seats.filter(meeting__in=gathered, place__isnull=False).count(),
    )
