"""Who works on a topic or theme: grouped by sector, through the contact policy."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.core.texts import folded
from backend.directory.selectors.finding import CHANNEL
from backend.events.models.agenda import Session
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.events import Theme, Topic
from backend.events.selectors import shown_name
from backend.safeguarding.rules import contactable_for
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_of

SHOWN_OF_A_SECTOR = 6


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who seeks or offers something in a topic or theme, or both."""

    other: PublicProfile
    seeks: bool
    offers: bool


@dataclass(frozen=True, slots=True)
class SectorWorkers:
    """Those of one sector: who offers first, then by name, the first six; `key` is empty without a sector."""

    key: str
    name: str
    constituency: str
    people: tuple[Worker, ...]
    total: int
    seeks: int
    offers: int


@dataclass(frozen=True, slots=True)
class WorkingOn:
    """Who works on a topic, or on a theme where `topic` is empty; `sessions` are those of the theme."""

    topic: str
    theme: str
    name: str
    description: str
    theme_name: str
    sectors: tuple[SectorWorkers, ...]
    total: int
    seeks: int
    offers: int
    sessions: tuple[tuple[int, str], ...]


def working_on_for(*, viewer: Attendee, topic: str, theme: str, now: dt.datetime) -> WorkingOn:
    """Whom the viewer sees working on this topic, or on this theme; keys. A constant number of queries.

    Refuses NotFound where the event has none of this key.
    """
    chosen = Topic.objects.filter(event=viewer.event_id, key=topic).select_related("theme").first()
    of_theme = chosen.theme if chosen else Theme.objects.filter(event=viewer.event_id, key=theme).first()
    if of_theme is None or (topic and chosen is None):
        raise NotFound(_("There is no such topic or theme at this forum. Choose one of its own."))
    interests = Interest.objects.filter(topic__theme=of_theme)
    if chosen:
        interests = interests.filter(topic=chosen)
    sides: dict[int, tuple[bool, bool]] = {}
    for pk, seeks, offers in interests.values_list("attendee_id", "seeks", "offers"):
        before = sides.get(pk, (False, False))
        sides[pk] = before[0] or seeks, before[1] or offers
    visible = contactable_for(viewer, CHANNEL, now).filter(pk__in=interests.values("attendee"))
    people = sorted(
        visible.select_related("organisation__sector"),
        key=lambda one: (not sides[one.pk][1], folded(shown_name(one)), one.pk),
    )
    groups: dict[tuple[int, int], list[Attendee]] = {}
    for one in people:
        sector = one.organisation.sector if one.organisation else None
        place = (sector.position, sector.pk) if sector else (len(people) + 1_000_000, 0)
        groups.setdefault(place, []).append(one)
    shown = [one.pk for group in groups.values() for one in group[:SHOWN_OF_A_SECTOR]]
    profiles = public_profiles_of(Attendee.objects.filter(pk__in=shown))
    sessions = Session.objects.filter(theme=of_theme).order_by("starts_at", "pk")
    return WorkingOn(
        topic=chosen.key if chosen else "",
        theme=of_theme.key,
        name=chosen.local_name if chosen else of_theme.local_name,
        description=chosen.local_description if chosen else "",
        theme_name=of_theme.local_name,
        sectors=tuple(_group(groups[place], sides, profiles) for place in sorted(groups)),
        total=len(people),
        seeks=sum(sides[one.pk][0] for one in people),
        offers=sum(sides[one.pk][1] for one in people),
        sessions=tuple((session.pk, session.local_name) for session in sessions),
    )


def _group(
    people: list[Attendee], sides: dict[int, tuple[bool, bool]], profiles: dict[int, PublicProfile]
) -> SectorWorkers:
    sector = people[0].organisation.sector if people[0].organisation else None
    return SectorWorkers(
        key=sector.key if sector else "",
        name=sector.local_name if sector else "",
        constituency=people[0].constituency,
        people=tuple(Worker(profiles[one.pk], *sides[one.pk]) for one in people[:SHOWN_OF_A_SECTOR]),
        total=len(people),
        seeks=sum(sides[one.pk][0] for one in people),
        offers=sum(sides[one.pk][1] for one in people),
    )
