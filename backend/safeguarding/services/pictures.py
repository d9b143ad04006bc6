"""One's own picture: set, taken away, and deleted where its owner may have none any more."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.errors import NotYours, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.pictures import Picture
from backend.events.rules.quotas import MB, QuotaReached, pictures_of
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.locks import lock_attendees, lock_event
from backend.people.models import Person
from backend.safeguarding.engine import Squares, squares_of
from backend.safeguarding.selectors.pictures import can_have_picture, may_have_picture


def set_picture(*, attendee: Attendee, data: bytes, by: Person, now: dt.datetime) -> None:
    """Keep the picture, cut to squares, in place of the one before.

    Refuses BadPicture, `no_picture`, QuotaReached and NotYours.
    """
    _check_own(attendee, by)
    _keep(attendee, squares_of(data), now)


@in_transaction
def _keep(attendee: Attendee, squares: Squares, now: dt.datetime) -> None:
    lock_event(attendee.event_id)
    lock_attendees([attendee.pk])
    if not can_have_picture(attendee, now):
        raise Refused("no_picture", _("For your safety you appear here without a picture."))
    if not _has_room(attendee, len(squares.small) + len(squares.large)):
        raise QuotaReached(
            _("This forum has no room for another picture: its organisers can ask an administrator for more.")
        )
    values = {"small": squares.small, "large": squares.large, "made_at": now}
    Picture.objects.update_or_create(attendee=attendee, defaults=values)


def _has_room(attendee: Attendee, size: int) -> bool:
    """Whether the event has room for a picture of so many bytes, in place of the attendee's own."""
    event = attendee.event
    others = pictures_of(event, but_of=attendee.pk)
    return others["pictures"] < event.max_pictures and others["bytes"] + size <= event.max_picture_mb * MB


def remove_picture(*, attendee: Attendee, by: Person) -> None:
    """Delete the picture. Refuses NotYours."""
    _check_own(attendee, by)
    Picture.objects.filter(attendee=attendee.pk).delete()


def delete_barred_pictures(now: dt.datetime) -> int:
    """Delete the pictures of all who may have none any more; returns their number (S1, S11).

    Triggers do so at once where an entry of the person says it. What is known of an address, by another
    account too, is asked here: by the periodic job that tells leads of it, so that no service does anything
    else for somebody known (decision 11), and where two entries become one.
    """
    barred = Picture.objects.exclude(attendee__in=Attendee.objects.filter(may_have_picture(now)))
    return barred.delete()[0]


def _check_own(attendee: Attendee, by: Person) -> None:
    if attendee.person_id != by.pk:
        raise NotYours(_("Only the attendee can do this."))
    check_allowed(attendee.event, Activity.TAKE_PART)
