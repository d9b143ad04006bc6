"""When an attendee counts as having a meeting, what they lack, and why they met nobody."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import Exists, OuterRef

from backend.events.models import Attendee
from backend.meetings.models import Meeting, Seat

COUNTED_STATES = (Meeting.State.ACCEPTED, Meeting.State.HELD)  # not: did not take place, disputed


def has_meeting() -> Exists:
    """Expression on rows of Attendee: they have a seat in a meeting that is agreed or was held."""
    seats = Seat.objects.filter(attendee=OuterRef("pk"), meeting__state__in=COUNTED_STATES)
    return Exists(seats)


class Gap(StrEnum):
    """What an attendee lacks: the one that hinders most comes first."""

    HIDDEN = "hidden"  # whatever else is filled in, nobody reads it
    NO_TIME = "no_time"
    NOTHING_SOUGHT = "nothing_sought"
    NOTHING_OFFERED = "nothing_offered"
    NO_LANGUAGE = "no_language"
    NONE = ""


class Cause(StrEnum):
    """Why an attendee needs help: the first that holds, in this order."""

    NOT_JOINED = "not_joined"
    UNANSWERED = "unanswered"  # a request or proposal waits for their answer
    NO_TIME = "no_time"
    EMPTY_PROFILE = "empty_profile"
    WAITING = "waiting"  # for the answer of another
    NONE_AGREED = "none_agreed"  # they asked, and nothing came of it
    ASKED_NOBODY = "asked_nobody"


def first_gap(
    attendee: Attendee, *, is_hidden: bool = False, has_time: bool, seeks_topic: bool, offers_topic: bool
) -> Gap:
    """The gap that hinders most.

    >>> someone = Attendee(seeks="Police contacts", languages=["en"])
    >>> first_gap(someone, has_time=True, seeks_topic=False, offers_topic=False).value
    'nothing_offered'
    >>> first_gap(someone, has_time=False, seeks_topic=False, offers_topic=False).value
    'no_time'
    """
    if is_hidden:
        return Gap.HIDDEN
    if not has_time:
        return Gap.NO_TIME
    if not (attendee.seeks.strip() or seeks_topic):
        return Gap.NOTHING_SOUGHT
    if not (attendee.offers.strip() or offers_topic):
        return Gap.NOTHING_OFFERED
    return Gap.NONE if attendee.languages else Gap.NO_LANGUAGE
