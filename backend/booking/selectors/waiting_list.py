"""Waiting lists: for whom I wait and how many are before me, how many wait for me, and who is wanted most."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.selectors.availability import has_open_time
from backend.core.compiled import CompiledRows
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.selectors import name_in_lists
from backend.safeguarding.rules import matchable
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_for, visible_ids_for


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """Somebody for whom the viewer waits; `before` is how many wait longer, and who they are nobody reads."""

    entry_id: int
    other: PublicProfile
    before: int
    message: str
    theme: str
    is_online: bool
    needs_step_free: bool
    since: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRow:
    """One for whom others wait, and how many. For organisers; it does not tell who waits."""

    attendee_id: int
    name: str
    organisation: str
    constituency: str
    waiting: int


def waiting_for(attendee: Attendee, now: dt.datetime) -> tuple[WaitingRow, ...]:
    """The people the attendee waits for, first come first, without those the policy hides; three queries."""
    entries = _entries.fetch(attendee=attendee.pk)
    others = {one.other_id for one in entries}
    profiles = public_profiles_for(viewer=attendee, ids=others, channel="meeting", now=now)
    return tuple(
        WaitingRow(
            entry_id=one.pk,
            other=profiles[one.other_id],
            before=one.before or 0,  # type: ignore[attr-defined]
            message=one.message,
            theme=one.theme.key if one.theme else "",
            is_online=one.is_online,
            needs_step_free=one.needs_step_free,
            since=one.created_at,
        )
        for one in entries
        if one.other_id in profiles
    )


def _entries_of(attendee: int) -> QuerySet[WaitingListEntry]:
    """With `before`: how many wait longer for the same; None where nobody does."""
    ahead = WaitingListEntry.objects.waiting().filter(
        Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__lt=OuterRef("pk")),
        other=OuterRef("other"),
    )
    number = ahead.order_by().values("other").annotate(number=Count("pk")).values("number")
    mine = WaitingListEntry.objects.waiting().filter(attendee=attendee).in_turn()
    return mine.select_related("theme").annotate(before=Subquery(number))


def _waiting_for(other: int) -> QuerySet[WaitingListEntry, int]:
    return WaitingListEntry.objects.waiting().filter(other=other).values_list("attendee", flat=True)


_entries = CompiledRows(_entries_of, attendee=-1)
_waiting = CompiledRows(_waiting_for, other=-1)


def can_wait_for(attendee: Attendee, other_id: int, now: dt.datetime) -> bool:
    """Whether both opened times to come, free or taken; that none is free in common the caller knows."""
    return has_open_time(attendee.pk, now) and has_open_time(other_id, now)


def people_waiting_for(attendee: Attendee, now: dt.datetime) -> int:
    """How many wait for a time with the attendee, without whom the contact policy parts from them."""
    ids = _waiting.fetch(other=attendee.pk)
    return len(visible_ids_for(viewer=attendee, ids=ids, channel="meeting", now=now)) if ids else 0


def most_wanted_for(event: Event) -> tuple[WantedRow, ...]:
    """For whom others wait, the most wanted first; of people whom matching may read. For organisers."""
    people = matchable(event)
    waited = Q(waited_for_by__state=WaitingListEntry.State.WAITING, waited_for_by__attendee__in=people)
    found = people.annotate(waiting=Count("waited_for_by", filter=waited)).filter(waiting__gt=0)
    return tuple(
        WantedRow(
            attendee_id=one.pk,
            name=name_in_lists(one),
            organisation=one.organisation.name if one.organisation else "",
            constituency=one.constituency,
            waiting=one.waiting,  # type: ignore[attr-defined]
        )
        for one in found.select_related("organisation__sector").order_by("-waiting", "name", "pk")
    )
