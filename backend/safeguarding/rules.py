"""THE contact policy. Every list, page, API, export, mail and job asks here; nothing overrides it."""

from __future__ import annotations

import datetime as dt
from typing import Literal, get_args

from django.db.models import Exists, OuterRef, Q

from backend.events.models import Attendee, AttendeeQuerySet, Event
from backend.safeguarding.models import Block

Channel = Literal["suggestion", "page", "directory", "meeting", "message", "export"]
CHANNELS: frozenset[str] = frozenset(get_args(Channel))


def is_open() -> Q:
    """Condition on attendees who may appear to others: known adults who list themselves (S1, S2).

    Unknown age counts as minor; a closed account appears nowhere.
    """
    return Q(
        age_class=Attendee.AgeClass.ADULT,
        visibility=Attendee.Visibility.LISTED,
        person__is_active=True,
    )


def contactable_for(attendee: Attendee, channel: str, now: dt.datetime) -> AttendeeQuerySet:
    """Attendees of the same event that `attendee` may see and be in touch with through `channel`.

    Deny by default: an unknown channel, a viewer who is not open (a minor, of unknown age, hidden) and
    the viewer themself give nobody. The viewer's state is read from the database, not from the object.
    `now` is the clock by which dated permissions are judged.
    """
    if channel not in CHANNELS or now.tzinfo is None or attendee.pk is None:
        return Attendee.objects.none()
    me = Attendee.objects.filter(is_open(), pk=attendee.pk, event=OuterRef("event"))
    mine, theirs = attendee.person_id, OuterRef("person")
    blocks = Block.objects.filter(Q(blocker=mine, blocked=theirs) | Q(blocker=theirs, blocked=mine))
    return (
        Attendee.objects.filter(is_open(), Exists(me), ~Exists(blocks))
        .exclude(pk=attendee.pk)
        .exclude(person=attendee.person_id)
    )


def may_contact(a: Attendee, b: Attendee, channel: str, now: dt.datetime) -> bool:
    """Whether `a` and `b` may be in touch through `channel`: the QuerySet twin asked for one person."""
    return contactable_for(a, channel, now).filter(pk=b.pk).exists()


def matchable(event: Event) -> AttendeeQuerySet:
    """The attendees whose text and ties matching may read at all."""
    return Attendee.objects.filter(is_open(), event=event)


def refused_pairs(event: Event) -> set[tuple[int, int]]:
    """Pairs of matchable attendees (lower id first) that must never be proposed to each other."""
    ids = dict(matchable(event).values_list("person_id", "id"))
    blocks = Block.objects.filter(blocker__in=ids, blocked__in=ids).values_list("blocker_id", "blocked_id")
    pairs = ((ids[blocker], ids[blocked]) for blocker, blocked in blocks)
    return {(min(pair), max(pair)) for pair in pairs}
