"""The directory: people found by name, organisation and topic, always through the contact policy."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Value

from backend.core.compiled import CompiledRows, any_of
from backend.core.local_names import local_name
from backend.core.texts import folded
from backend.directory.engine.names import Closeness, NameQuery, closeness_of, read_query
from backend.directory.selectors.facets import Facet, narrow
from backend.events.models.attendees import Attendee, AttendeeQuerySet, Interest
from backend.events.rules.topics import other_names
from backend.events.selectors import SHOWN_NAME
from backend.safeguarding.rules import contactable_rows
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_among

CHANNEL = "directory"
PAGE_SIZE = 30
BY_MEANING = "meaning"
NOBODY = 0  # the number of no row
MOST_OTHERS = 5  # organisations, topics and sessions, of each


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to find: `q` are words of a name, or what somebody seeks or offers; this alone where `by` is
    BY_MEANING.


    The rest narrows; an empty value does not.
    `organisation` is the number of one, `topic`, `theme` and `sector` are keys, `day` is a date in the
    event's zone (2026-12-09) on which they have a free time.
    """

    q: str = ""
    by: str = ""
    constituency: str = ""
    sector: str = ""
    theme: str = ""
    topic: str = ""
    country: str = ""
    language: str = ""
    day: str = ""
    organisation: str = ""

    @property
    def filters(self) -> dict[str, str]:
        """The filters in use, by name."""
        return {name: value for name in FILTERS if (value := getattr(self, name))}


WANTED = tuple(one.name for one in fields(Wanted))
FILTERS = WANTED[2:]


@dataclass(frozen=True, slots=True)
class FoundThing:
    """An organisation, topic or session whose name was searched for; `people` are those whom one may see.

    `key` chooses it: an organisation's and a session's number, a topic's key.
    """

    key: str
    name: str
    people: int


@dataclass(frozen=True, slots=True)
class Quotation:
    """A sentence of what somebody seeks, offers or says about themselves; `field`: seeks, offers or about."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a search means, by attendee id, the nearest first, each with what of their texts says so.

    `seekers`: those who seek the same, after all others.
    """

    quotations: Mapping[int, Quotation] = field(default_factory=dict)
    seekers: frozenset[int] = frozenset()


NOBODY_MEANT = Meant()


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the people found, of `total`; `facets` by filter name, the values that occur.

    `quotations`: by attendee id, the sentence that was found by meaning; `topic_of`: the name of the topic by
    which somebody was found. `also_seeking`: the last people of the first page, who seek the same as the
    search.
    `is_by_words`: the language model was away, and words were searched for instead.
    """

    people: tuple[PublicProfile, ...] = ()
    total: int = 0
    page: int = 1
    pages: int = 1
    facets: Mapping[str, tuple[Facet, ...]] = field(default_factory=dict)
    organisations: tuple[FoundThing, ...] = ()
    topics: tuple[FoundThing, ...] = ()
    sessions: tuple[FoundThing, ...] = ()
    quotations: Mapping[int, Quotation] = field(default_factory=dict)
    topic_of: Mapping[int, str] = field(default_factory=dict)
    also_seeking: tuple[int, ...] = ()
    is_by_words: bool = False

    @property
    def foremost(self) -> tuple[PublicProfile, ...]:
        """The people of the page but those who seek the same."""
        return self.people[: len(self.people) - len(self.also_seeking)]

    @property
    def seekers(self) -> tuple[PublicProfile, ...]:
        return self.people[len(self.foremost) :]

    @property
    def is_empty(self) -> bool:
        return not (self.total or self.organisations or self.topics or self.sessions)


@dataclass(frozen=True, slots=True)
class NamedThing:
    """An organisation, topic or session: its number, the key that chooses it, and its names.

    `shown` is the one in the reader's language.
    """

    number: int
    key: str
    shown: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Things:
    """Organisations, topics and sessions of a name, the nearest first, with the ids of all their people."""

    houses: tuple[tuple[NamedThing, frozenset[int]], ...] = ()
    subjects: tuple[tuple[NamedThing, frozenset[int]], ...] = ()
    events: tuple[NamedThing, ...] = ()

    @property
    def everybody(self) -> set[int]:
        return set().union(*(people for _thing, people in (*self.houses, *self.subjects)))

    def seen_by(self, visible: Collection[int]) -> Things:
        """The same with the people who may be seen alone."""
        seen = frozenset(visible)
        return Things(
            tuple((one, people & seen) for one, people in self.houses),
            tuple((one, people & seen) for one, people in self.subjects),
            self.events,
        )

    @property
    def organisations(self) -> tuple[FoundThing, ...]:
        """Those of somebody visible."""
        return _found_things([(one, people) for one, people in self.houses if people])

    @property
    def topics(self) -> tuple[FoundThing, ...]:
        return _found_things(self.subjects)

    @property
    def sessions(self) -> tuple[FoundThing, ...]:
        return _found_things([(one, frozenset()) for one in self.events])


def _found_things(things: Sequence[tuple[NamedThing, frozenset[int]]]) -> tuple[FoundThing, ...]:
    return tuple(FoundThing(one.key, one.shown, len(people)) for one, people in things[:MOST_OTHERS])


NO_THINGS = Things()


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a search finds by names: first by their own, then by their organisation's, then by a topic's.

    `people` are ids that the contact policy let through; `topic_of`: the topic of those found by one alone.
    `is_a_name`: somebody one may see has this name, or somebody's organisation. `has_unread`: names of the
    event are new or changed, and their keys still to be written.
    """

    people: tuple[int, ...] = ()
    topic_of: Mapping[int, str] = field(default_factory=dict)
    things: Things = NO_THINGS
    is_a_name: bool = False
    is_readable: bool = True
    has_unread: bool = False


def named_for(*, viewer: Attendee, wanted: Wanted, now: dt.datetime) -> Named:
    """Whom the viewer finds by name, the nearest first; without a search all, by name.

    The search reads keys that `services.read_names` has written. The contact policy is asked once, about
    everybody whom the keys give; nothing is read or counted of those it refuses.
    """
    query = read_query(wanted.q)
    if wanted.q.strip() and query is None:
        return Named(is_readable=False)
    if query is None:
        return Named(tuple(people_near(contactable_rows(_names_of, viewer, CHANNEL, now, None), None)))
    keyed = _keyed(query, viewer.event_id)
    near = _things_near(query, keyed)
    rows = contactable_rows(_names_of, viewer, CHANNEL, now, {*keyed.attendees, *near.everybody})
    near = near.seen_by({pk for pk, *_names in rows})
    with_key = set(keyed.attendees)
    by_name = people_near((row for row in rows if row[0] in with_key), query)
    in_order = people_near(rows, None)
    by_house = [pk for _house, people in near.houses for pk in in_order if pk in people]
    found = dict.fromkeys((*by_name, *by_house))
    is_a_name = bool(found)
    topic_of = {
        pk: topic.shown
        for topic, people in reversed(near.subjects)
        for pk in in_order
        if pk in people and pk not in found
    }
    by_topic = [pk for _topic, people in near.subjects for pk in in_order if pk in people]
    people = tuple(dict.fromkeys((*found, *by_topic)))
    return Named(people, topic_of, near, is_a_name, has_unread=keyed.has_unread)


def found_page(
    *,
    viewer: Attendee,
    wanted: Wanted,
    named: Named,
    page: int,
    now: dt.datetime,
    meant: Meant = NOBODY_MEANT,
    is_by_words: bool = False,
) -> Found:
    """One page of those found by name and, after them, of those whose texts mean it; narrowed by the filters.

    A constant number of queries. `meant`: as `by_meaning.people_meant` gives them.
    """
    by_name = frozenset(named.people)
    quotations = {pk: quote for pk, quote in meant.quotations.items() if pk not in by_name}
    admitted, facets = narrow(viewer.event, [*named.people, *quotations], wanted.filters, now)
    seekers = [pk for pk in admitted if pk in meant.seekers and pk in quotations]
    others = [pk for pk in admitted if pk not in seekers]
    pages = max(1, -(-len(others) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    also_seeking = seekers if page == 1 else []
    shown = others[(page - 1) * PAGE_SIZE : page * PAGE_SIZE] + also_seeking
    profiles = public_profiles_among(shown)
    things = NO_THINGS if wanted.filters else named.things
    return Found(
        people=tuple(profiles[pk] for pk in shown if pk in profiles),
        total=len(admitted),
        page=page,
        pages=pages,
        facets=facets,
        organisations=things.organisations,
        topics=things.topics,
        sessions=things.sessions,
        quotations={pk: quotations[pk] for pk in shown if pk in quotations},
        topic_of={pk: named.topic_of[pk] for pk in shown if pk in named.topic_of},
        also_seeking=tuple(pk for pk in also_seeking if pk in profiles),
        is_by_words=is_by_words,
    )


@dataclass(slots=True)
class Keyed:
    """What has keys of a search, whoever may see it: the numbers of people, and all else with its names."""

    attendees: list[int] = field(default_factory=list)
    organisations: list[NamedThing] = field(default_factory=list)
    topics: list[NamedThing] = field(default_factory=list)
    sessions: list[NamedThing] = field(default_factory=list)
    has_unread: bool = False


# The planner takes it for cheap to compare two arrays, and would compare those of all rows: it is told to use
# the index of the keys, and nothing else. All is sent together, which is one transaction; each statement sees
# what is committed when it begins, so whether names are unread is asked before they are searched.
KEYED = """
SELECT EXISTS (SELECT 1 FROM directory_searchname WHERE event_id = %s AND keys IS NULL);
SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off;
WITH keyed AS MATERIALIZED (SELECT * FROM directory_searchname WHERE {condition})
SELECT keyed.attendee_id, house.id, house.name, topic.id, topic.key, topic.name, topic.names,
    session.id, session.title, session.names
FROM keyed
LEFT JOIN events_organisation AS house ON house.id = keyed.organisation_id
LEFT JOIN events_topic AS topic ON topic.id = keyed.topic_id
LEFT JOIN events_session AS session ON session.id = keyed.session_id
WHERE keyed.event_id = %s;
SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on
"""


def _keyed(query: NameQuery, event_id: int) -> Keyed:
    """What the index gives for a search; one query."""
    condition, keys = _with_keys(query)
    with connection.cursor() as cursor:
        cursor.execute(KEYED.format(condition=condition), [event_id, *keys, event_id])
        has_unread = cursor.fetchone()[0]
        for _statement in range(3):
            cursor.nextset()
        found = _as_keyed(cursor.fetchall())
    found.has_unread = has_unread
    return found


def _as_keyed(rows: Iterable[tuple[Any, ...]]) -> Keyed:
    found = Keyed()
    for attendee, house, house_name, topic, key, topic_name, topic_names, session, title, titles in rows:
        if attendee is not None:
            found.attendees.append(attendee)
        elif house is not None:
            found.organisations.append(NamedThing(house, str(house), house_name, (house_name,)))
        elif topic is not None:
            local = json.loads(topic_names)
            names = (topic_name, *other_names(key, topic_name), *local.values())
            found.topics.append(NamedThing(topic, key, local_name(topic_name, local), names))
        elif session is not None:
            local = json.loads(titles)
            names = (title, *local.values())
            found.sessions.append(NamedThing(session, str(session), local_name(title, local), names))
    return found


def _with_keys(query: NameQuery) -> tuple[str, list[list[str]]]:
    """Condition on rows of SearchName: their keys let a name be near to the search; and its parameters."""
    conditions = [" AND ".join(["keys && %s"] * len(groups)) for groups in query.ways]
    keys = [list(group) for groups in query.ways for group in groups]
    if query.parts:
        conditions.append("keys @> %s")
        keys.append(list(query.parts))
    return " OR ".join(f"({one})" for one in conditions), keys


def _names_of(people: AttendeeQuerySet) -> QuerySet[Attendee, tuple[int, str, str]]:
    return people.order_by().values_list("pk", SHOWN_NAME, "short_name")


def people_near(rows: Iterable[tuple[int, str, str]], query: NameQuery | None) -> list[int]:
    """Whose name is near, as ids, the nearest first, then by name; without a search all.

    `rows`: id, name and name to be called.
    """
    found: list[tuple[Closeness, str, int]] = []
    for pk, name, short_name in rows:
        near = closeness_of(query, name, short_name) if query else Closeness.SAME
        if near is not None:
            found.append((near, folded(name), pk))
    return [pk for _near, _name, pk in sorted(found)]


def _things_near(query: NameQuery, keyed: Keyed) -> Things:
    """What is of these names, whoever may see its people; one query, whatever is found."""
    houses = _nearest(query, keyed.organisations)
    topics = _nearest(query, keyed.topics, Closeness.TYPO)
    of_house: dict[int, set[int]] = {}
    of_topic: dict[int, set[int]] = {}
    numbers = [one.number for one in houses], [one.number for one in topics[:MOST_OTHERS]]
    for pk, house, topic in _belonging.fetch(houses=numbers[0], topics=numbers[1]):
        people = of_house.setdefault(house, set()) if house else of_topic.setdefault(topic, set())
        people.add(pk)
    return Things(
        tuple((one, frozenset(of_house.get(one.number, ()))) for one in houses),
        tuple((one, frozenset(of_topic.get(one.number, ()))) for one in topics),
        tuple(_nearest(query, keyed.sessions, Closeness.TYPO)),
    )


def _people_of(houses: list[int], topics: list[int]) -> QuerySet[Any, tuple[int, int, int]]:
    """Everybody of these organisations and topics: their number, and that of the one or the other."""
    none = Value(NOBODY)
    workers = Attendee.objects.filter(organisation__in=any_of(houses)).order_by()
    interests = Interest.objects.filter(topic__in=any_of(topics)).order_by()
    return (
        workers.annotate(who=F("pk"), house=F("organisation_id"), subject=none)
        .values_list("who", "house", "subject")
        .union(
            interests.annotate(who=F("attendee_id"), house=none, subject=F("topic_id")).values_list(
                "who", "house", "subject"
            ),
            all=True,
        )
    )


_belonging = CompiledRows(_people_of, houses=[-1], topics=[-2])


def _nearest(
    query: NameQuery, things: Iterable[NamedThing], farthest: Closeness = Closeness.CONSONANTS_OF_PART
) -> list[NamedThing]:
    """The things of a name, the nearest first. Only people and organisations are written by sound in another
    script: topics and sessions are translated."""
    found = []
    for one in things:
        near = closeness_of(query, *one.names)
        if near is not None and near <= farthest:
            found.append((near, folded(one.names[0]), one.number, one))
    return [one for *_order, one in sorted(found, key=lambda row: row[:3])]
