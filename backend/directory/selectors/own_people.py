"""Whom an attendee saved, read about, or meets in a session, through the contact policy."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from backend.core.compiled import CompiledRows
from backend.core.texts import folded
from backend.directory.models import ProfileVisit
from backend.directory.selectors.finding import CHANNEL, PAGE_SIZE
from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from backend.events.selectors import shown_name
from backend.safeguarding.rules import contactable_for
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_for, public_profiles_of
from backend.suggestions.models import Feedback


@dataclass(frozen=True, slots=True)
class SavedPerson:
    """Somebody the reader saved, and what they noted for themself alone."""

    other: PublicProfile
    note: str


@dataclass(frozen=True, slots=True)
class SessionCompanion:
    """Somebody who is at sessions of the reader's, earliest first."""

    other: PublicProfile
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionCompanions:
    """One page of the people in the reader's sessions, of `total`; `sessions`: how many the reader has."""

    people: tuple[SessionCompanion, ...]
    total: int
    page: int
    pages: int
    sessions: int


def saved_for(*, viewer: Attendee, now: dt.datetime) -> tuple[SavedPerson, ...]:
    """The people the viewer saved and may still see, the last saved first; three queries."""
    notes = dict(_saved.fetch(attendee=viewer.pk))
    profiles = public_profiles_for(viewer=viewer, ids=notes, channel="page", now=now)
    return tuple(SavedPerson(profiles[pk], note) for pk, note in notes.items() if pk in profiles)


def _saved_by(attendee: int) -> QuerySet[Feedback, tuple[int, str]]:
    saved = Feedback.objects.filter(attendee=attendee, verdict=Feedback.Verdict.GOOD)
    return saved.order_by("-created_at", "-id").values_list("other_id", "note")


_saved = CompiledRows(_saved_by, attendee=-1)


def recently_seen_for(*, viewer: Attendee, now: dt.datetime) -> tuple[PublicProfile, ...]:
    """The people whose pages the viewer read last and may still see, the latest first; three queries."""
    visits = ProfileVisit.objects.filter(attendee=viewer.pk).order_by("-seen_at", "-pk")
    ids = list(visits.values_list("other_id", flat=True))
    profiles = public_profiles_for(viewer=viewer, ids=ids, channel="page", now=now)
    return tuple(profiles[pk] for pk in ids if pk in profiles)


def session_companions_for(*, viewer: Attendee, page: int, now: dt.datetime) -> SessionCompanions:
    """Who is at sessions of the viewer's: speakers, and those who let their sessions be seen.

    Who shares the most sessions comes first, then by name. Five queries.
    """
    mine = list(SessionPart.objects.filter(attendee=viewer.pk).values_list("session_id", flat=True))
    visible = contactable_for(viewer, CHANNEL, now)
    parts = SessionPart.objects.seen_by_others().filter(session__in=mine, attendee__in=visible.order_by().values("pk"))
    titles: dict[int, list[str]] = {}
    rows = parts.order_by("session__starts_at", "session_id").select_related("session")
    for part in rows:
        titles.setdefault(part.attendee_id, []).append(part.session.local_name)
    people = visible.filter(pk__in=titles)
    ordered = sorted(people, key=lambda one: (-len(titles[one.pk]), folded(shown_name(one)), one.pk))
    pages = max(1, -(-len(ordered) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = ordered[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    profiles = public_profiles_of(Attendee.objects.filter(pk__in=[one.pk for one in shown]))
    return SessionCompanions(
        people=tuple(SessionCompanion(profiles[one.pk], tuple(titles[one.pk])) for one in shown if one.pk in profiles),
        total=len(ordered),
        page=page,
        pages=pages,
        sessions=len(mine),
    )
