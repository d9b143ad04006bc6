"""Why attendees met nobody, and who was told something so lately that a nudge would contradict it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Delivery
from backend.booking.rules import MIN_NOTICE
from backend.booking.selectors.availability import with_open_time
from backend.core.compiled import CompiledRows, any_of
from backend.directory.models import TimesMail
from backend.directory.rules import Cause
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import has_empty_profile, pair_of
from backend.invitations.models import Invitation
from backend.safeguarding.rules import matchable, refused_pairs


def causes_for(event: Event, ids: Collection[int], now: dt.datetime) -> dict[int, Cause]:
    """Why each of these matchable attendees (ids) needs help; a constant number of queries.

    Requests and proposals count only between two whom the contact policy lets meet: nobody is told of others.
    """
    rows, has_time = _hindered.fetch(among=list(ids)), with_open_time(ids, now)
    has_slots = Slot.objects.filter(event=event, starts_at__gt=now + MIN_NOTICE).exists()
    unanswered, waiting = _open_meetings(event, ids, now)
    asked = set(_askers.fetch(among=list(ids)))
    causes = {}
    for pk, agreed_at, is_profile_empty in rows:
        holds = {
            Cause.NOT_JOINED: agreed_at is None,
            Cause.UNANSWERED: pk in unanswered,
            Cause.NO_TIME: has_slots and pk not in has_time,
            Cause.EMPTY_PROFILE: is_profile_empty,
            Cause.WAITING: pk in waiting,
            Cause.NONE_AGREED: pk in asked,
            Cause.ASKED_NOBODY: True,
        }
        causes[pk] = next(cause for cause in Cause if holds[cause])
    return causes


def _hindered_among(among: list[int]) -> QuerySet[Attendee, tuple[Any, ...]]:
    people = Attendee.objects.filter(pk__in=any_of(among)).annotate(is_profile_empty=has_empty_profile())
    return people.values_list("pk", "agreed_at", "is_profile_empty")


def _askers_among(among: list[int]) -> QuerySet[Meeting, Any]:
    return Meeting.objects.one_to_one().filter(asker__in=any_of(among)).values_list("asker_id", flat=True)


def _open_meetings(event: Event, ids: Collection[int], now: dt.datetime) -> tuple[set[int], set[int]]:
    """Those for whose answer a request or proposal waits, and those who wait for the answer of another."""
    seats = _open_seats.fetch(event=event.pk, among=list(ids), now=now)
    among = {person for one, other, _, _ in seats for person in (one, other)}
    joined = matchable(event).filter(pk__in=any_of(list(among)), agreed_at__isnull=False)
    people = set(joined.values_list("pk", flat=True))
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


def _open_seats_among(event: int, among: list[int], now: dt.datetime) -> QuerySet[Seat, tuple[Any, ...]]:
    """The seats of these people in what is open, and who has the other one."""
    others = Seat.objects.filter(meeting=OuterRef("meeting")).exclude(attendee=OuterRef("attendee"))
    meetings = Meeting.objects.open_at(now).filter(event=event, kind=Meeting.Kind.ONE_TO_ONE)
    seats = Seat.objects.filter(attendee__in=any_of(among), meeting__in=meetings)
    seats = seats.annotate(other=Subquery(others.values("attendee_id")[:1]))
    return seats.values_list("attendee_id", "other", "part", "answer")


FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)
_hindered = CompiledRows(_hindered_among, among=[-1])
_askers = CompiledRows(_askers_among, among=[-1])
_open_seats = CompiledRows(_open_seats_among, event=-1, among=[-2], now=FIRST)


def just_told(ids: Collection[int], since: dt.datetime) -> set[int]:
    """Those of these attendees (ids) to whom a mail went since then, or who asked somebody; one query.

    Mails that were refused or skipped reached nobody and do not count.
    """
    return set(_just_told.fetch(among=list(ids), since=since))


def _just_told_among(among: list[int], since: dt.datetime) -> QuerySet[Any, Any]:
    reached, people = ~Q(state__in=["failed", "skipped"]), any_of(among)
    notices = Delivery.objects.filter(reached, notice__attendee__in=people, notice__created_at__gt=since)
    times = TimesMail.objects.filter(reached, attendee__in=people, created_at__gt=since)
    invited = Invitation.objects.filter(reached, attendee__in=people, queued_at__gt=since)
    invited = invited.exclude(kind=Invitation.Kind.TEST)
    asked = Meeting.objects.one_to_one().filter(asker__in=people, asked_at__gt=since)
    return notices.values_list("notice__attendee_id", flat=True).union(
        times.values_list("attendee_id", flat=True),
        invited.values_list("attendee_id", flat=True),
        asked.values_list("asker_id", flat=True),
    )


_just_told = CompiledRows(_just_told_among, among=[-1], since=FIRST)
