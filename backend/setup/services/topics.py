"""Themes and topics of an event: added, renamed, ordered, merged and removed by organisers."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.local_names import kept_names
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.events import Event, Theme, Topic
from backend.events.rules.attendees import check_organiser, clean_text
from backend.events.rules.states import Activity
from backend.events.services.changes import announce_changes
from backend.events.services.locks import lock_event
from backend.events.services.ordering import free_key, next_position, swap
from backend.people.models import Person

TOPIC_NAME_LENGTH = 120
DESCRIPTION_LENGTH = 300
MAX_THEMES = 30
MAX_TOPICS = 200


class BadTopic(BusinessError):
    code = "bad_topic"
    status = 400


@in_transaction
def add_theme(*, event: Event, name: str, by: Person) -> Theme:
    """Add a theme at the end; refuses OrganisersOnly and BadTopic (name, too many)."""
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    name = _checked_name(name)
    if event.themes.count() >= MAX_THEMES:
        raise BadTopic(_("A forum has at most %(limit)s themes. Merge or remove some first.") % {"limit": MAX_THEMES})
    key = free_key(name, "theme", set(event.themes.values_list("key", flat=True)))
    return Theme.objects.create(event=event, key=key, name=name, position=next_position(event.themes.all()))


@in_transaction
def rename_theme(*, event: Event, theme_id: int, name: str, by: Person) -> Theme:
    """Rename a theme; refuses OrganisersOnly, NotFound and BadTopic."""
    check_organiser(by, event, Activity.EDIT)
    theme = _theme_of(event, theme_id)
    name = _checked_name(name)
    theme.name, theme.names = name, kept_names(theme.name, name, theme.names)
    theme.save(update_fields=["name", "names"])
    return theme


@in_transaction
def move_theme(*, event: Event, theme_id: int, up: bool, by: Person) -> None:
    """Move a theme up or down by one; the first stays first. Refuses OrganisersOnly and NotFound."""
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    swap(_theme_of(event, theme_id), list(event.themes.order_by("position", "pk")), up=up)


@in_transaction
def remove_theme(*, event: Event, theme_id: int, by: Person) -> None:
    """Remove a theme without topics; its sessions lose it.

    Refuses OrganisersOnly, NotFound and `topic_in_use`.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    theme = _theme_of(event, theme_id)
    if theme.topics.exists():
        raise Refused(
            "topic_in_use",
            _("“%(theme)s” has topics: move them to another theme, or remove them first.") % {"theme": theme.name},
        )
    theme.delete()


@in_transaction
def add_topic(*, event: Event, theme_id: int, name: str, description: str = "", by: Person) -> Topic:
    """Add a topic at the end of its theme; refuses OrganisersOnly, NotFound and BadTopic."""
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    theme = _theme_of(event, theme_id)
    name, description = _checked_name(name), _checked_description(description)
    _check_unused_name(event, name)
    if event.topics.count() >= MAX_TOPICS:
        raise BadTopic(_("A forum has at most %(limit)s topics. Merge or remove some first.") % {"limit": MAX_TOPICS})
    key = free_key(name, "topic", set(event.topics.values_list("key", flat=True)))
    position = next_position(event.topics.all())
    return Topic.objects.create(
        event=event, theme=theme, key=key, name=name, description=description, position=position
    )


@in_transaction
def change_topic(
    *, event: Event, topic_id: int, theme_id: int, name: str, description: str, by: Person, now: dt.datetime
) -> Topic:
    """Rename, describe or move a topic to another theme; what people chose stays.

    Refuses OrganisersOnly, NotFound and BadTopic.
    """
    check_organiser(by, event, Activity.EDIT)
    topic = _topic_of(event, topic_id)
    name = _checked_name(name)
    _check_unused_name(event, name, but=topic.pk)
    description = _checked_description(description)
    topic.names = kept_names(topic.name, name, topic.names)
    topic.descriptions = kept_names(topic.description, description, topic.descriptions)
    topic.theme, topic.name, topic.description = _theme_of(event, theme_id), name, description
    topic.save(update_fields=["theme", "name", "names", "description", "descriptions"])
    _mark_changed(event, Q(interests__topic=topic), now)
    return topic


@in_transaction
def move_topic(*, event: Event, topic_id: int, up: bool, by: Person) -> None:
    """Move a topic up or down within its theme by one. Refuses OrganisersOnly and NotFound."""
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    topic = _topic_of(event, topic_id)
    swap(topic, list(event.topics.filter(theme=topic.theme_id).order_by("position", "pk")), up=up)


@in_transaction
def merge_topics(*, event: Event, topic_id: int, into_id: int, by: Person, now: dt.datetime) -> int:
    """Move what people chose under one topic to another, and remove the first; the number of people moved.

    Who chose both seeks and offers what they did under either. Refuses OrganisersOnly, NotFound and BadTopic.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    topic, into = _topic_of(event, topic_id), _topic_of(event, into_id)
    if topic == into:
        raise BadTopic(_("Choose another topic to merge “%(topic)s” into.") % {"topic": topic.name})
    affected = sorted(Interest.objects.filter(topic=topic).values_list("attendee_id", flat=True))
    rows = Attendee.objects.select_for_update(no_key=True).filter(pk__in=affected).order_by("pk")
    list(rows.values_list("pk"))
    chosen = {one.attendee_id: one for one in Interest.objects.filter(topic=into, attendee__in=affected)}
    for interest in Interest.objects.filter(topic=topic):
        other = chosen.get(interest.attendee_id)
        if other is None:
            interest.topic = into
            interest.save(update_fields=["topic"])
        else:
            other.seeks, other.offers = other.seeks or interest.seeks, other.offers or interest.offers
            other.save(update_fields=["seeks", "offers"])
    topic.delete()
    _mark_changed(event, Q(pk__in=affected), now)
    return len(affected)


@in_transaction
def remove_topic(*, event: Event, topic_id: int, by: Person) -> None:
    """Remove a topic that nobody chose. Refuses OrganisersOnly, NotFound and `topic_in_use`."""
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    topic = _topic_of(event, topic_id)
    if topic.interests.exists():
        raise Refused(
            "topic_in_use",
            _("People chose “%(topic)s”: merge it into another topic, so that their choice is kept.")
            % {"topic": topic.name},
        )
    topic.delete()


def _theme_of(event: Event, theme_id: int) -> Theme:
    found = Theme.objects.filter(event=event, pk=theme_id).first()
    if found is None:
        raise NotFound(_("There is no such theme at this forum. Load the page again."))
    return found


def _topic_of(event: Event, topic_id: int) -> Topic:
    found = Topic.objects.filter(event=event, pk=topic_id).first()
    if found is None:
        raise NotFound(_("There is no such topic at this forum. Load the page again."))
    return found


def _checked_name(text: str) -> str:
    name = one_line(clean_text(text))
    if not 0 < len(name) <= TOPIC_NAME_LENGTH:
        raise BadTopic(
            _("A theme or topic needs a name of at most %(limit)s characters.") % {"limit": TOPIC_NAME_LENGTH}
        )
    return name


def _checked_description(text: str) -> str:
    description = one_line(clean_text(text))
    if len(description) > DESCRIPTION_LENGTH:
        raise BadTopic(_("A description has at most %(limit)s characters.") % {"limit": DESCRIPTION_LENGTH})
    return description


def _check_unused_name(event: Event, name: str, *, but: int = 0) -> None:
    if event.topics.filter(name__iexact=name).exclude(pk=but).exists():
        raise BadTopic(
            _("There is a topic “%(topic)s” already. Use that one, or choose another name.") % {"topic": name}
        )


def _mark_changed(event: Event, which: Q, now: dt.datetime) -> None:
    """Have the lists of these people computed anew: matching reads topics."""
    if Attendee.objects.filter(which, event=event).update(changed_at=now):
        announce_changes(event.pk)
