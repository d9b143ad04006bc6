"""How people are shown to each other. A PublicProfile comes from the contact policy and from nowhere else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.events.models import Attendee
from backend.events.selectors import shown_name
from backend.people.models import Person
from backend.safeguarding.rules import contactable_for, knows_of, nameable_to


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
    which sessions they bookmarked.
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
    shows_sessions: bool = False

    @property
    def themes(self) -> tuple[str, ...]:
        """Keys of the themes this person seeks or offers something in, in programme order."""
        return tuple(dict.fromkeys(topic.theme for topic in self.topics))


def public_profile_of(attendee: Attendee) -> PublicProfile:
    """The public profile of an attendee loaded with `with_card`, without further queries.

    For the viewer's own; other people's come from `public_profiles_for`.
    """
    organisation = attendee.organisation
    interests = sorted(attendee.interests.all(), key=lambda row: row.topic.position)
    return PublicProfile(
        attendee_id=attendee.pk,
        name=shown_name(attendee),
        short_name=attendee.short_name,
        title=attendee.title,
        organisation=organisation.name if organisation else "",
        sector=organisation.sector.name if organisation else "",
        constituency=attendee.constituency,
        country=attendee.country,
        languages=tuple(attendee.languages),
        topics=tuple(
            TopicInterest(row.topic.key, row.topic.name, row.topic.theme.key, row.seeks, row.offers)
            for row in interests
        ),
        has_joined=attendee.has_joined,
        shows_sessions=attendee.shows_sessions,
    )


def public_profiles_for(
    *, viewer: Attendee, ids: Iterable[int], channel: str, now: dt.datetime
) -> dict[int, PublicProfile]:
    """Public profiles, by attendee id, of the `ids` the viewer may see through `channel`; two queries."""
    if not (wanted := list(ids)):
        return {}
    rows = contactable_for(viewer, channel, now, wanted).with_card()
    return {row.pk: public_profile_of(row) for row in rows}


def visible_ids_for(*, viewer: Attendee, ids: Iterable[int], channel: str, now: dt.datetime) -> set[int]:
    """Which of these attendees the viewer may see through `channel`; one query, also about nobody."""
    return set(contactable_for(viewer, channel, now, list(ids)).values_list("pk", flat=True))


def person_for_attendee(*, viewer: Attendee, attendee_id: int, now: dt.datetime) -> TargetPerson:
    """The account of an attendee whom the viewer may block and report; refuses NotFound otherwise."""
    if not knows_of(viewer, attendee_id, now):
        raise NotFound(_("There is no such person at this forum, or you cannot see them."))
    other = Attendee.objects.select_related("person").get(pk=attendee_id)
    is_seen = contactable_for(viewer, "page", now, [attendee_id]).exists()
    is_named = is_seen or nameable_to(viewer.person_id).filter(pk=attendee_id).exists()
    return TargetPerson(other.person, shown_name(other) if is_named else "")
