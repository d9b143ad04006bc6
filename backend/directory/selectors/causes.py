"""Why attendees met nobody, and who was told something so lately that a nudge would contradict it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import OuterRef, Q, Subquery

from backend.directory.models import TimesMail
from backend.directory.rules import Cause
from backend.events.models import Attendee, Event, Slot
from backend.events.rules import has_empty_profile, pair_of
from backend.invitations.models import Invitation
from backend.meetings.models import Delivery, Meeting, Seat
from backend.meetings.rules import MIN_NOTICE
from backend.meetings.selectors import has_time_to_come
from backend.safeguarding.rules import matchable, refused_pairs


def causes_for(event: Event, ids: Collection[int], now: dt.datetime) -> dict[int, Cause]:
    """Why each of these matchable attendees (ids) needs help; a constant number of queries.

    Requests and proposals count only between two whom the contact policy lets meet: nobody is told of others.
    """
    rows = (
        Attendee.objects.filter(pk__in=ids)
        .annotate(is_profile_empty=has_empty_profile(), has_time=has_time_to_come(now))
        .only("agreed_at")
    )
    has_slots = Slot.objects.filter(event=event, starts_at__gt=now + MIN_NOTICE).exists()
    unanswered, waiting = _open_meetings(event, ids, now)
    asked = set(Meeting.objects.one_to_one().filter(asker__in=ids).values_list("asker_id", flat=True))
    causes = {}
    for row in rows:
        holds = {
            Cause.NOT_JOINED: not row.has_joined,
            Cause.UNANSWERED: row.pk in unanswered,
            Cause.NO_TIME: has_slots and not row.has_time,  # type: ignore[attr-defined]
            Cause.EMPTY_PROFILE: row.is_profile_empty,  # type: ignore[attr-defined]
            Cause.WAITING: row.pk in waiting,
            Cause.NONE_AGREED: row.pk in asked,
            Cause.ASKED_NOBODY: True,
        }
        causes[row.pk] = next(cause for cause in Cause if holds[cause])
    return causes


def _open_meetings(event: Event, ids: Collection[int], now: dt.datetime) -> tuple[set[int], set[int]]:
    """Those for whose answer a request or proposal waits, and those who wait for the answer of another."""
    others = Seat.objects.filter(meeting=OuterRef("meeting")).exclude(attendee=OuterRef("attendee"))
    seats = list(
        Seat.objects.filter(
            attendee__in=ids,
            meeting__in=Meeting.objects.open_at(now).filter(event=event, kind=Meeting.Kind.ONE_TO_ONE),
        )
        .annotate(other=Subquery(others.values("attendee_id")[:1]))
        .values_list("attendee_id", "other", "part", "answer")
    )
    among = {person for one, other, _, _ in seats for person in (one, other)}
    people = set(matchable(event).filter(pk__in=among, agreed_at__isnull=False).values_list("pk", flat=True))
    refused = refused_pairs(event, among=people)
    unanswered: set[int] = set()
    waiting: set[int] = set()
    for one, other, part, answer in seats:
        if people >= {one, other} and pair_of(one, other) not in refused:
            if part == Seat.Part.ASKER or answer == Seat.Answer.YES:
                waiting.add(one)
            elif not answer:
                unanswered.add(one)
    return unanswered, waiting


def just_told(ids: Collection[int], since: dt.datetime) -> set[int]:
    """Those of these attendees (ids) to whom a mail went since then, or who asked somebody; four queries.

    Mails that were refused or skipped reached nobody and do not count.
    """
    reached = ~Q(state__in=["failed", "skipped"])
    return {
        *Delivery.objects.filter(reached, notice__attendee__in=ids, notice__created_at__gt=since).values_list(
            "notice__attendee_id", flat=True
        ),
        *TimesMail.objects.filter(reached, attendee__in=ids, created_at__gt=since).values_list(
            "attendee_id", flat=True
        ),
        *Invitation.objects.filter(reached, attendee__in=ids, queued_at__gt=since)
        .exclude(kind=Invitation.Kind.TEST)
        .values_list("attendee_id", flat=True),
        *Meeting.objects.one_to_one()
        .filter(asker__in=ids, asked_at__gt=since)
        .values_list("asker_id", flat=True),
    }
