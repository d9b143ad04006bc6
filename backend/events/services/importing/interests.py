"""The topics of an attendee list, as interests of many attendees at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from backend.events.models import Event, Interest, Topic
from backend.people.selectors import plain_word
from backend.people.services import BATCH


@dataclass(frozen=True, slots=True)
class Said:
    """Ids of the topics somebody seeks and offers."""

    seeks: frozenset[int] = frozenset()
    offers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class TopicWords:
    """An event's topics under their keys and names."""

    ids: Mapping[str, int]

    @classmethod
    def of(cls, event: Event) -> TopicWords:
        ids = {}
        for topic in Topic.objects.filter(event=event).order_by("-position"):
            ids[plain_word(topic.name)] = ids[plain_word(topic.key)] = topic.pk
        return cls(ids)

    def topics_in(self, text: str) -> tuple[frozenset[int], tuple[str, ...]]:
        """Ids of the topics a cell names, separated by ; or | or commas, and what is no topic here."""
        found: set[int] = set()
        unknown = []
        for part in re.split(r"[;|\n]", text):
            # a topic's own name may hold a comma, so the whole part is tried first
            words = [part] if plain_word(part) in self.ids else part.split(",")
            for word in filter(str.strip, words):
                topic = self.ids.get(plain_word(word))
                if topic is None:
                    unknown.append(word.strip())
                else:
                    found.add(topic)
        return frozenset(found), tuple(unknown)


def said_by(event: Event) -> dict[int, Said]:
    """What every attendee of the event seeks and offers, by attendee id."""
    seeks: dict[int, set[int]] = {}
    offers: dict[int, set[int]] = {}
    rows = Interest.objects.filter(event=event).values_list("attendee_id", "topic_id", "seeks", "offers")
    for attendee, topic, is_sought, is_offered in rows:
        if is_sought:
            seeks.setdefault(attendee, set()).add(topic)
        if is_offered:
            offers.setdefault(attendee, set()).add(topic)
    return {
        attendee: Said(frozenset(seeks.get(attendee, ())), frozenset(offers.get(attendee, ())))
        for attendee in seeks.keys() | offers.keys()
    }


def replace_interests(*, event: Event, said: Mapping[int, Said]) -> None:
    """Make the interests of these attendees, by id, exactly what they said."""
    Interest.objects.filter(attendee__in=said).delete()
    Interest.objects.bulk_create(
        (
            Interest(
                event=event,
                attendee_id=attendee,
                topic_id=topic,
                seeks=topic in topics.seeks,
                offers=topic in topics.offers,
            )
            for attendee, topics in said.items()
            for topic in sorted(topics.seeks | topics.offers)
        ),
        batch_size=BATCH,
    )
