"""Calendar feeds: the secret address of an attendee's calendar, made, rotated, revoked and read."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from backend.agenda.models import CalendarFeed
from backend.agenda.selectors.calendar import feed_for
from backend.core.errors import NotFound
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import check_own
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_attendees
from backend.people.models import Person
from backend.people.rules import in_language_of

_signer = signing.Signer(sep=".", salt="agenda.calendar")


@dataclass(frozen=True, slots=True)
class FeedRead:
    """A calendar as read now; `changed_at` is when it was first read with this content."""

    body: bytes
    etag: str
    changed_at: dt.datetime


@in_transaction
def make_feed(*, attendee: Attendee, by: Person, now: dt.datetime) -> CalendarFeed:
    """The attendee's open feed, made where there is none. Refuses NotYours and NotInThisState."""
    check_own(attendee, by, Activity.TAKE_PART)
    lock_attendees([attendee.pk])
    feed, _is_new = CalendarFeed.objects.get_or_create(attendee=attendee, revoked_at=None, defaults={"made_at": now})
    return feed


@in_transaction
def revoke_feed(*, attendee: Attendee, by: Person, now: dt.datetime) -> None:
    """Close the attendee's feed: its address gives 404 from now on. Refuses NotYours."""
    check_own(attendee, by)
    lock_attendees([attendee.pk])
    CalendarFeed.objects.filter(attendee=attendee, revoked_at=None).update(revoked_at=now)


@in_transaction
def rotate_feed(*, attendee: Attendee, by: Person, now: dt.datetime) -> CalendarFeed:
    """Revoke the old address and make a new one. Refuses NotYours."""
    revoke_feed(attendee=attendee, by=by, now=now)
    return make_feed(attendee=attendee, by=by, now=now)


def feed_address(feed: CalendarFeed) -> str:
    """The secret address at which calendar programs read the feed."""
    return f"{settings.TITIAN_ADDRESS}/calendar/{_signer.sign(feed.key.hex)}.ics"


def subscription_address(address: str) -> str:
    """The address of a feed as a link that opens a calendar program instead of the browser.

    >>> subscription_address("https://example.org/calendar/x.ics")
    'webcal://example.org/calendar/x.ics'
    """
    return f"webcal://{address.partition('://')[2]}" if address else ""


def read_feed(*, token: str, now: dt.datetime) -> FeedRead:
    """The calendar at this secret; refuses NotFound for a wrong, revoked or orphaned one.

    Stores the hash of what was read and since when: a block changes the calendar as much as a booking.
    """
    feed = _feed_at(token)
    with in_language_of(feed.attendee.person, feed.attendee.event):
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
        raise NotFound(_("There is no calendar at this address (any more). Sign in to get a new one."))
    return feed
