"""The directory: people found by name, organisation and topic, always through the contact policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from backend.core.compiled import any_of
from backend.core.texts import folded
from backend.directory.engine.names import Closeness, NameQuery, closeness_of, read_query
from backend.directory.models import SearchName
from backend.directory.selectors.facets import Facet, narrow
from backend.events.models.agenda import Session
from backend.events.models.attendees import Attendee, AttendeeQuerySet, Interest, Organisation
from backend.events.models.events import Topic
from backend.events.rules.topics import other_names
from backend.events.selectors import SHOWN_NAME
from backend.safeguarding.rules import contactable_rows
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_of

CHANNEL = "directory"
PAGE_SIZE = 30
BY_MEANING = "meaning"
NOBODY = 0  # the number of no row
MOST_OTHERS = 5  # organisations, topics and sessions, of each

Thing = TypeVar("Thing", Organisation, Topic, Session)


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
class Found:
    """One page of the people found, of `total`; `facets` by filter name, the values that occur.

    `quotations`: by attendee id, the sentence that was found by meaning; `topic_of`: the name of the topic by
    which somebody was found. `is_by_words`: the language model was away, and words were searched for instead.
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
    is_by_words: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.total or self.organisations or self.topics or self.sessions)


@dataclass(frozen=True, slots=True)
class Things:
    """Organisations, topics and sessions of a name, the nearest first, with the ids of all their people."""

    houses: tuple[tuple[Organisation, frozenset[int]], ...] = ()
    subjects: tuple[tuple[Topic, frozenset[int]], ...] = ()
    events: tuple[Session, ...] = ()

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
        shown = [(one, people) for one, people in self.houses if people][:MOST_OTHERS]
        return tuple(FoundThing(str(one.pk), one.name, len(people)) for one, people in shown)

    @property
    def topics(self) -> tuple[FoundThing, ...]:
        shown = self.subjects[:MOST_OTHERS]
        return tuple(FoundThing(one.key, one.name, len(people)) for one, people in shown)

    @property
    def sessions(self) -> tuple[FoundThing, ...]:
        return tuple(FoundThing(str(one.pk), one.title, 0) for one in self.events[:MOST_OTHERS])


NO_THINGS = Things()


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a search finds by names: first by their own, then by their organisation's, then by a topic's.

    `people` are ids that the contact policy let through; `topic_of`: the topic of those found by one alone.
    `is_a_name`: somebody one may see has this name, or somebody's organisation.
    """

    people: tuple[int, ...] = ()
    topic_of: Mapping[int, str] = field(default_factory=dict)
    things: Things = NO_THINGS
    is_a_name: bool = False
    is_readable: bool = True


def named_for(*, viewer: Attendee, wanted: Wanted, now: dt.datetime) -> Named:
    """Whom the viewer finds by name, the nearest first; without a search all, by name.

    The search reads keys that `services.read_names` has written. The contact policy is asked once, about
    everybody whom the keys give; nothing is read or counted of those it refuses.
    """
    query = read_query(wanted.q)
    if wanted.q.strip() and query is None:
        return Named(is_readable=False)
    keyed = None if query is None else _keyed(query, viewer.event_id)
    near = NO_THINGS if query is None or keyed is None else _things_near(query, keyed)
    among = None if keyed is None else {*keyed.attendees, *near.everybody}
    rows = contactable_rows(_names_of, viewer, CHANNEL, now, among)
    if query is None or keyed is None:
        return Named(tuple(people_near(rows, None)))
    near = near.seen_by({pk for pk, *_names in rows})
    with_key = set(keyed.attendees)
    by_name = people_near((row for row in rows if row[0] in with_key), query)
    in_order = people_near(rows, None)
    by_house = [pk for _house, people in near.houses for pk in in_order if pk in people]
    found = dict.fromkeys((*by_name, *by_house))
    is_a_name = bool(found)
    topic_of = {
        pk: topic.local_name
        for topic, people in reversed(near.subjects)
        for pk in in_order
        if pk in people and pk not in found
    }
    by_topic = [pk for _topic, people in near.subjects for pk in in_order if pk in people]
    return Named(tuple(dict.fromkeys((*found, *by_topic))), topic_of, near, is_a_name)


def found_page(
    *,
    viewer: Attendee,
    wanted: Wanted,
    named: Named,
    page: int,
    now: dt.datetime,
    meant: Sequence[tuple[int, Quotation]] = (),
    is_by_words: bool = False,
) -> Found:
    """One page of those found by name and, after them, of those whose texts mean it; narrowed by the filters.

    A constant number of queries. `meant`: as `by_meaning.people_meant` gives them.
    """
    quotations = {pk: quote for pk, quote in meant if pk not in set(named.people)}
    admitted, facets = narrow(viewer.event, [*named.people, *quotations], wanted.filters, now)
    pages = max(1, -(-len(admitted) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = admitted[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    profiles = public_profiles_of(Attendee.objects.filter(pk__in=shown))
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
        is_by_words=is_by_words,
    )


@dataclass(slots=True)
class Keyed:
    """The numbers of what has keys of a search, whoever may see it."""

    attendees: list[int] = field(default_factory=list)
    organisations: list[int] = field(default_factory=list)
    topics: list[int] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)


def _keyed(query: NameQuery, event_id: int) -> Keyed:
    """What the index gives for a search; one query.

    The planner takes it for cheap to compare two arrays, and would compare those of all rows: it is told to
    use the index of the keys, and nothing else.
    """
    found = Keyed()
    rows = SearchName.objects.filter(_with_keys(query)).values_list(
        "event_id", "attendee_id", "organisation_id", "topic_id", "session_id"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        for event, *numbers in rows:
            for number, kind in zip(
                numbers, (found.attendees, found.organisations, found.topics, found.sessions), strict=True
            ):
                if number is not None and event == event_id:
                    kind.append(number)
        cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on")
    return found


def _with_keys(query: NameQuery) -> Q:
    """Condition on rows of SearchName: their keys let a name be near to the search."""
    each_word = Q()
    for group in query.words:
        each_word &= Q(keys__overlap=list(group))
    found = each_word | Q(keys__overlap=list(query.joined))
    if query.parts:
        found |= Q(keys__contains=list(query.parts))
    if query.consonants:
        alike = Q()
        for group in query.consonants:
            alike &= Q(keys__overlap=list(group))
        found |= alike
    return found


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
    """What is of these names, whoever may see its people; five queries, whatever is found."""
    houses = _nearest(query, Organisation.objects.filter(pk__in=any_of(keyed.organisations)))
    topics = _nearest(query, Topic.objects.filter(pk__in=any_of(keyed.topics)))
    sessions = _nearest(query, Session.objects.filter(pk__in=any_of(keyed.sessions)))
    workers: dict[int, set[int]] = {}
    working = Attendee.objects.filter(organisation__in=any_of([one.pk for one in houses]))
    for pk, house in working.order_by().values_list("pk", "organisation_id"):
        workers.setdefault(house or NOBODY, set()).add(pk)
    interested: dict[int, set[int]] = {}
    interests = Interest.objects.filter(topic__in=any_of([one.pk for one in topics[:MOST_OTHERS]]))
    for pk, topic in interests.values_list("attendee_id", "topic_id"):
        interested.setdefault(topic, set()).add(pk)
    return Things(
        tuple((one, frozenset(workers.get(one.pk, ()))) for one in houses),
        tuple((one, frozenset(interested.get(one.pk, ()))) for one in topics),
        tuple(sessions),
    )


def _nearest(query: NameQuery, things: Iterable[Thing]) -> list[Thing]:
    found = []
    for one in things:
        name = str(one)
        others = other_names(one.key, name) if isinstance(one, Topic) else ()
        near = closeness_of(query, name, *others)
        if near is not None:
            found.append((near, folded(name), one.pk, one))
    return [one for *_order, one in sorted(found, key=lambda row: row[:3])]
