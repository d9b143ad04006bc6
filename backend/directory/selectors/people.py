"""What an attendee reads of another, and who would like to meet them; always through the contact policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.booking.selectors.availability import SlotChoice, next_common_times, with_open_time
from backend.booking.selectors.open_contacts import OpenContact, open_contacts_for
from backend.core.compiled import CompiledRows, any_of
from backend.core.errors import NotFound
from backend.core.local_names import local_name
from backend.directory.models import WishToMeet
from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from backend.events.rules.states import Activity, is_allowed
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_for
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
    texts = _texts.fetch(attendee=attendee_id) if other else []
    if other is None or not texts:
        raise NotFound(_("There is no such person at this forum, or you cannot see them."))
    saved = _notes.fetch(attendee=viewer.pk, other=attendee_id)
    absent = without_open_time(viewer=viewer, ids=[attendee_id], now=now)
    about, seeks, offers = texts[0]
    return PersonPage(
        other=other,
        about=about,
        seeks=seeks,
        offers=offers,
        shared_sessions=tuple(
            local_name(title, names) for title, names in _shared.fetch(attendee=viewer.pk, other=attendee_id)
        ),
        has_open_time=attendee_id not in absent,
        is_wished=absent.get(attendee_id, False),
        is_saved=bool(saved),
        note=saved[0] if saved else "",
    )


def _texts_of(attendee: int) -> QuerySet[Attendee, tuple[str, str, str]]:
    return Attendee.objects.filter(pk=attendee).values_list("about", "seeks", "offers")


def _notes_on(attendee: int, other: int) -> QuerySet[Feedback, str]:
    saved = Feedback.objects.filter(attendee=attendee, other=other, verdict=Feedback.Verdict.GOOD)
    return saved.values_list("note", flat=True)


def _titles_shared(attendee: int, other: int) -> QuerySet[SessionPart, tuple[str, dict[str, str]]]:
    """The titles of the attendee's sessions at which the other speaks, or lets others see them."""
    shared = SessionPart.objects.seen_by_others().filter(attendee=other, session__parts__attendee=attendee)
    return shared.order_by("session__starts_at", "session_id").values_list("session__title", "session__names")


def _wished_among(asker: int, among: list[int]) -> QuerySet[WishToMeet, int]:
    return WishToMeet.objects.filter(asker=asker, other__in=any_of(among)).values_list("other_id", flat=True)


_texts = CompiledRows(_texts_of, attendee=-1)
_notes = CompiledRows(_notes_on, attendee=-1, other=-2)
_shared = CompiledRows(_titles_shared, attendee=-1, other=-2)
_wished = CompiledRows(_wished_among, asker=-1, among=[-2])


def wished_by(attendee: Attendee, now: dt.datetime) -> tuple[PublicProfile, ...]:
    """Who told the attendee that they would like to meet, the last first, through the contact policy."""
    wishes = WishToMeet.objects.filter(other=attendee.pk).order_by("-made_at", "-pk")
    ids = list(wishes.values_list("asker", flat=True))
    profiles = public_profiles_for(viewer=attendee, ids=ids, channel="meeting", now=now)
    return tuple(profiles[pk] for pk in ids if pk in profiles)


@dataclass(frozen=True, slots=True)
class ContactOptions:
    """What is possible between a reader and the people of a list, by attendee id.

    `underway`: what is open between the two. `next_times`: the first time they have in common.
    `without_time`: who has no open time, with whether the reader wished to meet them. `saved`: people they
    saved.
    """

    underway: Mapping[int, OpenContact]
    next_times: Mapping[int, SlotChoice]
    without_time: Mapping[int, bool]
    saved: Collection[int]


def contact_options_for(
    *, viewer: Attendee, people: Iterable[PublicProfile], now: dt.datetime, saved: Collection[int] | None = None
) -> ContactOptions:
    """What is possible between the viewer and these people; `saved`, where it was read already."""
    shown = list(people)
    next_times = next_times_with(viewer, shown, now)
    others = [other.attendee_id for other in shown if other.attendee_id not in next_times]
    return ContactOptions(
        underway=open_contacts_for(viewer, now),
        next_times=next_times,
        without_time=without_open_time(viewer=viewer, ids=others, now=now),
        saved=set(_saved.fetch(attendee=viewer.pk)) if saved is None else saved,
    )


def next_times_with(viewer: Attendee, people: Iterable[PublicProfile], now: dt.datetime) -> dict[int, SlotChoice]:
    """The first time at which the viewer can ask each of these people to meet; one query."""
    if not (viewer.has_joined and is_allowed(viewer.event, Activity.ASK)):
        return {}
    return next_common_times(viewer, [one.attendee_id for one in people if one.has_joined], now)


def _saved_by(attendee: int) -> QuerySet[Feedback, int]:
    saved = Feedback.objects.filter(attendee=attendee, verdict=Feedback.Verdict.GOOD)
    return saved.values_list("other_id", flat=True)


_saved = CompiledRows(_saved_by, attendee=-1)


def without_open_time(*, viewer: Attendee, ids: Collection[int], now: dt.datetime) -> dict[int, bool]:
    """Those of these people who have no open time, each with whether the viewer wished to meet them.

    Two queries at most. Only ids that the contact policy let through may be given.
    """
    absent = set(ids) - with_open_time(ids, now)
    wished = set(_wished.fetch(asker=viewer.pk, among=list(absent))) if absent else set()
    return {pk: pk in wished for pk in absent}
