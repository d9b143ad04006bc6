"""Which requests to one person are about the same, so that one office hour can answer them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from backend.booking.models.meetings import MAX_GUESTS
from backend.booking.selectors.meetings import MeetingRow
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.events import Theme, Topic
from backend.events.rules.states import Activity, is_allowed
from backend.groups.selectors.office_hours import requests_to_gather, those_together
from backend.suggestions.models import Run, Suggestion

FEWEST_ASKERS = 3  # fewer are no office hour yet: two can be met one by one


@dataclass(frozen=True, slots=True)
class SharedNeed:
    """Three or more requests about the same topic or theme, the first asked first.

    `requests` may all sit together, as far as the contact policy goes; the first eight are proposed, the
    others wait. `key` names the need in an address; `theme` is a theme's key.
    """

    key: str
    name: str
    theme: str
    requests: tuple[MeetingRow, ...]

    @property
    def request_ids(self) -> list[int]:
        return [row.meeting_id for row in self.requests]

    @property
    def proposed(self) -> tuple[MeetingRow, ...]:
        return self.requests[:MAX_GUESTS]


def shared_needs_for(
    attendee: Attendee, now: dt.datetime, waiting: Sequence[MeetingRow] | None = None
) -> tuple[SharedNeed, ...]:
    """What several who wait for the attendee's answer asked about, most requests first.

    The need of a request is what the two were matched for: a topic that one seeks and the other offers, in
    their declarations or in the reasons of the current Run's suggestions; else its theme. Every request is in
    one need at most. `waiting`: what `requests_to_gather` gives, where it was read already.
    """
    if not is_allowed(attendee.event, Activity.ASK):
        return ()
    waiting = requests_to_gather(attendee, now) if waiting is None else waiting
    if len(waiting) < FEWEST_ASKERS:
        return ()
    topics = {topic.key: topic for topic in Topic.objects.filter(event=attendee.event_id).select_related("theme")}
    by_topic = _topics_of(attendee, waiting)
    needs: list[SharedNeed] = []
    left = list(waiting)
    for key, name, theme, asked in (
        *((f"topic:{one.key}", one.name, one.theme.key, by_topic[one.key]) for one in topics.values()),
        *_themes(attendee, waiting, by_topic, topics),
    ):
        needs.append(SharedNeed(key, name, theme, tuple(row for row in waiting if row.other.attendee_id in asked)))
    found: list[SharedNeed] = []
    for is_theme in (False, True):
        open_needs = [need for need in needs if need.key.startswith("theme:") == is_theme]
        while open_needs:
            open_needs = [_within(need, left) for need in open_needs]
            best = max(open_needs, key=lambda need: len(need.requests))
            open_needs.remove(best)
            if len(best.requests) < FEWEST_ASKERS:
                break
            kept = SharedNeed(best.key, best.name, best.theme, those_together(attendee, best.requests))
            if len(kept.requests) >= FEWEST_ASKERS:
                found.append(kept)
                left = [row for row in left if row not in kept.requests]
    return tuple(sorted(found, key=lambda need: -len(need.requests)))


def _within(need: SharedNeed, left: Iterable[MeetingRow]) -> SharedNeed:
    ids = {row.meeting_id for row in left}
    kept = tuple(row for row in need.requests if row.meeting_id in ids)
    return SharedNeed(need.key, need.name, need.theme, kept)


def _topics_of(attendee: Attendee, waiting: Iterable[MeetingRow]) -> dict[str, set[int]]:
    """By topic key, the askers (ids) who were matched with the attendee for it."""
    ids = {row.other.attendee_id for row in waiting}
    found: dict[str, set[int]] = defaultdict(set)
    mine = dict(Interest.objects.filter(attendee=attendee.pk, offers=True).values_list("topic_id", "topic__key"))
    theirs = Interest.objects.filter(attendee__in=ids, topic__in=mine, seeks=True)
    for asker, topic in theirs.values_list("attendee_id", "topic_id"):
        found[mine[topic]].add(asker)
    rows = Suggestion.objects.filter(run__event=attendee.event_id, run__state=Run.State.CURRENT).filter(
        Q(attendee=attendee.pk, other__in=ids) | Q(other=attendee.pk, attendee__in=ids)
    )
    for row in rows:
        asker = row.other_id if row.attendee_id == attendee.pk else row.attendee_id
        for reason in row.reasons:
            if topic_key := reason["evidence"].get("topic"):
                found[topic_key].add(asker)
    return found


def _themes(
    attendee: Attendee, waiting: Iterable[MeetingRow], by_topic: Mapping[str, set[int]], topics: Mapping[str, Topic]
) -> list[tuple[str, str, str, set[int]]]:
    """By theme, the askers whose request has it, or whom one of its topics brought."""
    found: dict[str, set[int]] = defaultdict(set)
    for row in waiting:
        if row.theme:
            found[row.theme].add(row.other.attendee_id)
    for key, askers in by_topic.items():
        if key in topics:
            found[topics[key].theme.key] |= askers
    themes = Theme.objects.filter(event=attendee.event_id, key__in=found)
    return [(f"theme:{one.key}", one.name, one.key, found[one.key]) for one in themes]
