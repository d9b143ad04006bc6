"""What an attendee's part in the event lacks, and why they have no meeting."""

from __future__ import annotations

from enum import StrEnum

from backend.events.models.attendees import Attendee


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
