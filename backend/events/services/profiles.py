"""Writes to events and to one's own part in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from backend.core.errors import BusinessError, NotYours
from backend.events.models import Attendee, Interest, Topic
from backend.events.rules import LANGUAGE_LIMIT, TEXT_LIMIT, TextTooLong, clean_text
from backend.events.services.changes import announce_changes
from backend.people.models import Person

UNMATCHED = {"title", "country"}
"""What cards show and matching does not read."""


class UnknownTopic(BusinessError):
    code = "unknown_topic"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """What an attendee may say of themself. The age class is not among it: organisers set that (S1)."""

    title: str
    country: str
    languages: tuple[str, ...]
    about: str
    seeks: str
    offers: str
    seeks_topics: frozenset[str]
    offers_topics: frozenset[str]
    listed: bool


@transaction.atomic
def update_profile(*, attendee: Attendee, change: ProfileChange, by: Person, now: dt.datetime) -> Attendee:
    """Save the attendee's own profile and, where matching reads what changed, mark it to be read anew.

    Refuses NotYours, UnknownTopic and TextTooLong; nothing is saved then. Saving the same again does not
    mark a change.
    """
    if attendee.person_id != by.pk:
        raise NotYours("Only the attendee can change this profile.")
    locked = Attendee.objects.select_for_update().get(pk=attendee.pk)
    fields: dict[str, object] = {
        "title": clean_text(change.title)[:200],
        "country": clean_text(change.country)[:80],
        "languages": list(dict.fromkeys(change.languages))[:LANGUAGE_LIMIT],
        "visibility": Attendee.Visibility.LISTED if change.listed else Attendee.Visibility.HIDDEN,
    }
    for field in ("about", "seeks", "offers"):
        fields[field] = text = clean_text(getattr(change, field))
        if len(text) > TEXT_LIMIT:
            raise TextTooLong(
                f"“{field}” has {len(text):,} characters; please keep it under {TEXT_LIMIT:,}.", field=field
            )
    changed = {field for field, value in fields.items() if getattr(locked, field) != value}
    if _replace_interests(locked, change.seeks_topics, change.offers_topics):
        changed.add("interests")
    if changed:
        for field, value in fields.items():
            setattr(locked, field, value)
        locked.edited_at = now
        if changed - UNMATCHED:
            locked.changed_at = now
            announce_changes(locked.event_id)
        locked.save(update_fields=[*fields, "changed_at", "edited_at"])
    return locked


def _replace_interests(attendee: Attendee, seeks: Collection[str], offers: Collection[str]) -> bool:
    """Make the attendee's interests exactly these topics; says whether anything differed."""
    topics = {topic.key: topic.pk for topic in Topic.objects.filter(event=attendee.event_id)}
    if unknown := sorted({*seeks, *offers} - topics.keys()):
        raise UnknownTopic(f"This event has no topic “{unknown[0]}”.", topic=unknown[0])
    before = {
        topic: (is_sought, is_offered)
        for topic, is_sought, is_offered in Interest.objects.filter(attendee=attendee).values_list(
            "topic__key", "seeks", "offers"
        )
    }
    after = {key: (key in seeks, key in offers) for key in sorted({*seeks, *offers})}
    if before == after:
        return False
    Interest.objects.filter(attendee=attendee).delete()
    Interest.objects.bulk_create(
        Interest(
            event_id=attendee.event_id,
            attendee=attendee,
            topic_id=topics[key],
            seeks=is_sought,
            offers=is_offered,
        )
        for key, (is_sought, is_offered) in after.items()
    )
    return True
