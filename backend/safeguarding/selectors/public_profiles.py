"""How people are shown to each other. A PublicProfile comes from the contact policy and from nowhere else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.core.compiled import CompiledRows, any_of
from backend.core.errors import NotFound
from backend.core.local_names import local_name
from backend.events.models.attendees import Attendee, AttendeeQuerySet, Interest
from backend.events.selectors import SHOWN_NAME, shown_name
from backend.people.models import Constituency, Person
from backend.safeguarding.rules import can_block_or_report, contactable_ids, contactable_rows, nameable_to


@dataclass(frozen=True, slots=True)
class TargetPerson:
    """Whom one blocks or reports; `name` is empty where they hide from whoever does."""

    person: Person
    name: str


@dataclass(frozen=True, slots=True)
class TopicInterest:
    """A topic a person seeks, offers or both."""

    key: str
    name: str
    theme: str
    seeks: bool
    offers: bool


@dataclass(frozen=True, slots=True)
class PublicProfile:
    """What a card shows of an attendee; `short_name` is empty where they did not say how to call them.

    Nobody can ask to meet who has not joined, and nobody can ask them. `shows_sessions`: they let others read
    which sessions they bookmarked. `translating_device`: they are glad to meet with one. `has_picture`:
    `selectors.pictures` gives it.
    """

    attendee_id: int
    name: str
    short_name: str
    title: str
    organisation: str
    sector: str
    constituency: str
    country: str
    languages: tuple[str, ...]
    topics: tuple[TopicInterest, ...]
    has_joined: bool
    translating_device: bool = False
    shows_sessions: bool = False
    has_picture: bool = False

    @property
    def themes(self) -> tuple[str, ...]:
        """Keys of the themes this person seeks or offers something in, in programme order."""
        return tuple(dict.fromkeys(topic.theme for topic in self.topics))


def public_profiles_of(people: AttendeeQuerySet) -> dict[int, PublicProfile]:
    """The public profiles of these attendees, by id, in their order; two queries.

    For the viewer's own and for those the contact policy let through.
    """
    return _profiles_in(list(_rows_of(people)))


def public_profiles_among(ids: list[int]) -> dict[int, PublicProfile]:
    """The public profiles of attendees (ids) whom the contact policy let through, by id; two queries."""
    return _profiles_in(_rows_among.fetch(among=ids))


def _those_among(among: list[int]) -> QuerySet[Attendee, tuple[Any, ...]]:
    return _rows_of(Attendee.objects.filter(pk__in=any_of(among)))


def public_profiles_for(
    *, viewer: Attendee, ids: Iterable[int], channel: str, now: dt.datetime
) -> dict[int, PublicProfile]:
    """Public profiles, by attendee id, of the `ids` the viewer may see through `channel`; two queries."""
    wanted = list(ids)
    return _profiles_in(contactable_rows(_rows_of, viewer, channel, now, wanted)) if wanted else {}


def _rows_of(people: AttendeeQuerySet) -> QuerySet[Attendee, tuple[Any, ...]]:
    return people.values_list(
        "pk",
        SHOWN_NAME,
        "short_name",
        "title",
        "organisation__name",
        "organisation__sector__name",
        "organisation__sector__names",
        "organisation__sector__constituency",
        "country",
        "languages",
        "translating_device",
        "agreed_at",
        "shows_sessions",
        "picture__pk",
    )


def _profiles_in(rows: Sequence[tuple[Any, ...]]) -> dict[int, PublicProfile]:
    topics = _topics_of([row[0] for row in rows])
    return {
        pk: PublicProfile(
            attendee_id=pk,
            name=name,
            short_name=short_name,
            title=title,
            organisation=organisation or "",
            sector=local_name(sector or "", sector_names or {}),
            constituency=constituency or Constituency.OTHER.value,
            country=country,
            languages=tuple(languages),
            translating_device=translating_device,
            topics=tuple(topics.get(pk, ())),
            has_joined=agreed_at is not None,
            shows_sessions=shows_sessions,
            has_picture=picture is not None,
        )
        for (
            pk,
            name,
            short_name,
            title,
            organisation,
            sector,
            sector_names,
            constituency,
            country,
            languages,
            translating_device,
            agreed_at,
            shows_sessions,
            picture,
        ) in rows
    }


def _topics_of(ids: list[int]) -> dict[int, list[TopicInterest]]:
    """What these attendees seek and offer, in programme order; no query about nobody."""
    found: dict[int, list[TopicInterest]] = {}
    for pk, key, name, names, theme, seeks, offers in _topic_rows.fetch(among=ids) if ids else ():
        found.setdefault(pk, []).append(TopicInterest(key, local_name(name, names), theme, seeks, offers))
    return found


def _topics_among(among: list[int]) -> QuerySet[Interest, tuple[Any, ...]]:
    rows = Interest.objects.filter(attendee__in=any_of(among)).order_by("topic__position", "topic_id")
    return rows.values_list(
        "attendee_id", "topic__key", "topic__name", "topic__names", "topic__theme__key", "seeks", "offers"
    )


_topic_rows = CompiledRows(_topics_among, among=[-1])
_rows_among = CompiledRows(_those_among, among=[-1])


def visible_ids_for(*, viewer: Attendee, ids: Iterable[int], channel: str, now: dt.datetime) -> set[int]:
    """Which of these attendees the viewer may see through `channel`; one query, also about nobody."""
    return contactable_ids(viewer, channel, now, list(ids))


def person_for_attendee(*, viewer: Attendee, attendee_id: int, now: dt.datetime) -> TargetPerson:
    """The account of an attendee whom the viewer may block and report; refuses NotFound otherwise."""
    if not can_block_or_report(viewer, attendee_id, now):
        raise NotFound(_("There is no such person at this forum, or you cannot see them."))
    other = Attendee.objects.select_related("person").get(pk=attendee_id)
    is_seen = bool(contactable_ids(viewer, "page", now, [attendee_id]))
    is_named = is_seen or nameable_to(viewer.person_id).filter(pk=attendee_id).exists()
    return TargetPerson(other.person, shown_name(other) if is_named else "")
