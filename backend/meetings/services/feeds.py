"""The secret address of one's calendar: made, changed, closed, and read."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db import transaction

from backend.core.errors import NotFound
from backend.events.models import Attendee
from backend.meetings.calendar import feed_for
from backend.meetings.models import CalendarFeed
from backend.meetings.services.locking import check_own, lock_attendees
from backend.people.models import Person

_signer = signing.Signer(sep=".", salt="meetings.calendar")


@dataclass(frozen=True, slots=True)
class FeedRead:
    """A calendar as it is read now; `changed_at` is when it was first read in this form."""

    body: bytes
    etag: str
    changed_at: dt.datetime


@transaction.atomic
def make_feed(*, attendee: Attendee, by: Person, now: dt.datetime) -> CalendarFeed:
    """The attendee's open feed, made where there is none. Refuses NotYours."""
    check_own(attendee, by)
    lock_attendees([attendee.pk])
    feed, _ = CalendarFeed.objects.get_or_create(
        attendee=attendee, revoked_at=None, defaults={"made_at": now}
    )
    return feed


@transaction.atomic
def revoke_feed(*, attendee: Attendee, by: Person, now: dt.datetime) -> None:
    """Close the attendee's feed: its address leads nowhere from now on. Refuses NotYours."""
    check_own(attendee, by)
    lock_attendees([attendee.pk])
    CalendarFeed.objects.filter(attendee=attendee, revoked_at=None).update(revoked_at=now)


@transaction.atomic
def rotate_feed(*, attendee: Attendee, by: Person, now: dt.datetime) -> CalendarFeed:
    """Close the old address and make a new one, for one that got into wrong hands. Refuses NotYours."""
    revoke_feed(attendee=attendee, by=by, now=now)
    return make_feed(attendee=attendee, by=by, now=now)


def address_of(feed: CalendarFeed) -> str:
    """Where a calendar program reads the feed; whoever has it can read."""
    return f"{settings.TITIAN_ADDRESS}/calendar/{_signer.sign(feed.key.hex)}.ics"


def read_feed(*, token: str, now: dt.datetime) -> FeedRead:
    """The calendar at this secret; refuses NotFound for a wrong, closed or orphaned one.

    Keeps since when the calendar has read as it does: a block changes it as much as a booking.
    """
    feed = _feed_at(token)
    body = feed_for(feed.attendee, feed.made_at, now)
    etag = hashlib.sha256(body).hexdigest()
    if etag != feed.etag or feed.changed_at is None:
        feed.etag, feed.changed_at = etag, now
        feed.save(update_fields=["etag", "changed_at"])
    return FeedRead(body, etag, feed.changed_at)


def _feed_at(token: str) -> CalendarFeed:
    try:
        key = uuid.UUID(hex=_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        key = None
    feed = (
        CalendarFeed.objects.select_related("attendee__person", "attendee__event")
        .filter(key=key, revoked_at=None, attendee__person__is_active=True)
        .first()
        if key
        else None
    )
    if feed is None:
        raise NotFound("There is no calendar at this address (any more). Sign in to get a new one.")
    return feed
