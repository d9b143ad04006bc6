"""What an attendee reads of another, and who would like to meet them; always through the contact policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.directory.models import WishToMeet
from backend.events.models import Attendee, SessionPart
from backend.meetings.selectors import with_open_time
from backend.safeguarding.selectors import PublicProfile, public_profiles_for
from backend.suggestions.models import Feedback


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that one attendee may read of another; `is_wished`: they were told that one would like to meet.

    `shared_sessions` are those of the reader at which the other speaks, or lets others see them. `note` is
    the reader's own on somebody they saved.
    """

    other: PublicProfile
    about: str
    seeks: str
    offers: str
    shared_sessions: tuple[str, ...]
    has_open_time: bool
    is_wished: bool
    is_saved: bool
    note: str


def person_for(*, viewer: Attendee, attendee_id: int, now: dt.datetime) -> PersonPage:
    """The page of another attendee of the viewer's event; refuses NotFound where contact is not allowed."""
    other = public_profiles_for(viewer=viewer, ids=[attendee_id], channel="page", now=now).get(attendee_id)
    found = Attendee.objects.filter(pk=attendee_id).first() if other else None
    if other is None or found is None:
        raise NotFound(_("There is no such person at this forum, or you cannot see them."))
    shared = (
        SessionPart.objects.seen_by_others()
        .filter(attendee=found.pk, session__parts__attendee=viewer.pk)
        .order_by("session__starts_at", "session_id")
        .values_list("session__title", flat=True)
    )
    saved = Feedback.objects.filter(attendee=viewer.pk, other=found.pk, verdict=Feedback.Verdict.GOOD).first()
    absent = without_open_time(viewer=viewer, ids=[found.pk], now=now)
    return PersonPage(
        other=other,
        about=found.about,
        seeks=found.seeks,
        offers=found.offers,
        shared_sessions=tuple(shared),
        has_open_time=found.pk not in absent,
        is_wished=absent.get(found.pk, False),
        is_saved=saved is not None,
        note=saved.note if saved else "",
    )


def wished_by(attendee: Attendee, now: dt.datetime) -> tuple[PublicProfile, ...]:
    """Who told the attendee that they would like to meet, the last first, through the contact policy."""
    wishes = WishToMeet.objects.filter(other=attendee.pk).order_by("-made_at", "-pk")
    ids = list(wishes.values_list("asker", flat=True))
    profiles = public_profiles_for(viewer=attendee, ids=ids, channel="meeting", now=now)
    return tuple(profiles[pk] for pk in ids if pk in profiles)


def without_open_time(*, viewer: Attendee, ids: Collection[int], now: dt.datetime) -> dict[int, bool]:
    """Those of these people who have no open time, each with whether the viewer wished to meet them.

    Two queries. Only ids that the contact policy let through may be given.
    """
    absent = set(ids) - with_open_time(ids, now)
    wished = set(
        WishToMeet.objects.filter(asker=viewer.pk, other__in=absent).values_list("other_id", flat=True)
    )
    return {pk: pk in wished for pk in absent}
