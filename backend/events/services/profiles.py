"""Writes to an attendee's own profile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import NotYours, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.events import Topic
from backend.events.rules.aliases import check_tells_nothing
from backend.events.rules.attendees import LANGUAGE_LIMIT, TEXT_LIMIT, TextTooLong, clean_text
from backend.events.rules.consents import check_may_have_profile
from backend.events.rules.countries import country_name
from backend.events.rules.states import Activity, check_allowed
from backend.events.selectors import ChosenTopics, chosen_topics
from backend.events.services.changes import announce_changes
from backend.people.models import Person
from backend.people.services import BATCH

NOT_MATCHED = {"title", "country", "short_name", "shows_sessions"}  # shown on cards, not read by matching


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """What an attendee may change of their profile: never the age class, which organisers set (S1)."""

    title: str
    country: str
    short_name: str = ""
    languages: tuple[str, ...]
    translating_device: bool = False
    about: str
    seeks: str
    offers: str
    seeks_topics: frozenset[str]
    offers_topics: frozenset[str]
    listed: bool
    shows_sessions: bool = False


DRAFT_WAIT = dt.timedelta(seconds=30)


@in_transaction
def update_profile(
    *, attendee: Attendee, change: ProfileChange, by: Person, now: dt.datetime, is_draft: bool = False
) -> Attendee:
    """Save the attendee's own profile and, where matching reads what changed, mark it for matching.

    A draft, saved while it is typed, is matched half a minute later with all that follows until then.

    Refuses NotYours, NotInThisState, `consent_missing`, `unknown_topic`, TextTooLong and RealNameInText;
    nothing is saved then. Saving the same again does not mark a change.
    """
    if attendee.person_id != by.pk:
        raise NotYours(_("Only the attendee can change this profile."))
    check_allowed(attendee.event, Activity.JOIN)
    locked = Attendee.objects.select_for_update(no_key=True).get(pk=attendee.pk)
    check_may_have_profile(locked, now)
    fields: dict[str, object] = {
        "title": clean_text(change.title)[:200],
        "short_name": " ".join(clean_text(change.short_name).split())[:60],
        "country": country_name(change.country) or clean_text(change.country)[:80],
        "languages": list(dict.fromkeys(change.languages))[:LANGUAGE_LIMIT],
        "translating_device": change.translating_device,
        "shows_sessions": change.shows_sessions,
        "visibility": Attendee.Visibility.LISTED if change.listed else Attendee.Visibility.HIDDEN,
    }
    for field in ("about", "seeks", "offers"):
        fields[field] = text = clean_text(getattr(change, field))
        if len(text) > TEXT_LIMIT:
            raise TextTooLong(
                _("“%(field)s” has %(count)s characters; please keep it under %(limit)s.")
                % {"field": field, "count": f"{len(text):,}", "limit": f"{TEXT_LIMIT:,}"},
                field=field,
            )
    check_tells_nothing(locked, fields)
    changed = {field for field, value in fields.items() if getattr(locked, field) != value}
    if _replace_interests(locked, change.seeks_topics, change.offers_topics):
        changed.add("interests")
    if not changed and not is_draft and locked.changed_at > now - 2 * DRAFT_WAIT:
        announce_changes(locked.event_id)  # who presses the button does not wait for what was a draft
    if changed:
        for field, value in fields.items():
            setattr(locked, field, value)
        locked.edited_at = now
        if changed - NOT_MATCHED:
            locked.changed_at = now
            announce_changes(locked.event_id, not_before=now + DRAFT_WAIT if is_draft else None)
        locked.save(update_fields=[*fields, "changed_at", "edited_at"])
    return locked


@in_transaction
def hide_attendee(*, attendee: Attendee, by: Person, now: dt.datetime) -> None:
    """Hide the attendee from all others, whatever the state of the event; hidden already, nothing changes.

    Refuses NotYours.
    """
    if attendee.person_id != by.pk:
        raise NotYours(_("Only the attendee can change this profile."))
    listed = Attendee.objects.filter(pk=attendee.pk, visibility=Attendee.Visibility.LISTED)
    if listed.update(visibility=Attendee.Visibility.HIDDEN, changed_at=now, edited_at=now):
        announce_changes(attendee.event_id)


def _replace_interests(attendee: Attendee, seeks: Collection[str], offers: Collection[str]) -> bool:
    """Make the attendee's interests exactly these topics; gives whether anything differed."""
    topics = {topic.key: topic.pk for topic in Topic.objects.filter(event=attendee.event_id)}
    if unknown := sorted({*seeks, *offers} - topics.keys()):
        raise Refused(
            "unknown_topic",
            _("This event has no topic “%(topic)s”. Choose one of its topics.") % {"topic": unknown[0]},
            topic=unknown[0],
            status=400,
        )
    wanted = ChosenTopics(frozenset(topics[key] for key in seeks), frozenset(topics[key] for key in offers))
    stored = chosen_topics(Interest.objects.filter(attendee=attendee)).get(attendee.pk, ChosenTopics())
    if stored == wanted:
        return False
    replace_interests(event_id=attendee.event_id, chosen={attendee.pk: wanted})
    return True


def replace_interests(*, event_id: int, chosen: Mapping[int, ChosenTopics]) -> None:
    """Make the interests of these attendees, by id, exactly these topics."""
    Interest.objects.filter(attendee__in=chosen).delete()
    Interest.objects.bulk_create(
        (
            Interest(
                event_id=event_id,
                attendee_id=attendee,
                topic_id=topic,
                seeks=topic in topics.seeks,
                offers=topic in topics.offers,
            )
            for attendee, topics in chosen.items()
            for topic in sorted(topics.seeks | topics.offers)
        ),
        batch_size=BATCH,
    )
