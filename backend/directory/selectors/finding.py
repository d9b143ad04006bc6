"""The directory: whom an attendee finds by name and by filters, always through the contact policy."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import TypeVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection, transaction
from django.db.models import Q

from backend.core.api import MAX_ID
from backend.core.compiled import any_of
from backend.core.texts import folded
from backend.directory import engine
from backend.directory.models import SearchName
from backend.events.models import (
    Attendee,
    AttendeeQuerySet,
    Interest,
    Organisation,
    Session,
    Topic,
)
from backend.events.selectors import SHOWN_NAME
from backend.meetings.selectors import days_with_time
from backend.people.models import Constituency
from backend.safeguarding.rules import contactable_for, group_of_attendee
from backend.safeguarding.selectors import PublicProfile, public_profiles_of, visible_ids_for

CHANNEL = "directory"
PAGE_SIZE = 30
BY_MEANING = "meaning"
NOBODY = 0  # the number of no row
MOST_OTHERS = 5  # organisations, topics and sessions, of each

Thing = TypeVar("Thing", Organisation, Topic, Session)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to find: `q` are words of a name, or where `by` is BY_MEANING what somebody seeks or offers.

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
class Facet:
    """A value of a filter: how many people it would leave, beside the other filters in use."""

    value: str
    name: str
    count: int


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

    `quotations`: by attendee id, the sentence that a search by meaning found. `is_by_words`: the language
    model was away, and words were searched for instead.
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
    is_by_words: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.total or self.organisations or self.topics or self.sessions)


def found_for(*, viewer: Attendee, wanted: Wanted, page: int, now: dt.datetime) -> Found:
    """Whom the viewer finds, in a constant number of queries: by name the nearest first, else by name.

    The search reads keys that `services.read_names` has written. The contact policy is asked once, about
    everybody whom the keys give; nothing is read or counted of whom it refuses.
    """
    query = engine.read_query(wanted.q)
    if wanted.q.strip() and query is None:
        return Found()
    chosen = wanted.filters
    near: Things = NO_THINGS
    if query is None:
        people = people_near(contactable_for(viewer, CHANNEL, now), None)
    else:
        keyed = _keyed(query, viewer.event_id)
        if not chosen:
            near = _things_near(query, keyed)
        ids = {*keyed.attendees, *near.everybody}
        visible = visible_ids_for(viewer=viewer, ids=ids, channel=CHANNEL, now=now)
        near = near.seen_by(visible)
        named = Attendee.objects.filter(pk__in=any_of([pk for pk in keyed.attendees if pk in visible]))
        people = people_near(named, query)
    values = values_of(viewer, people, now)
    admitted = [pk for pk in people if pk in values and fits(values[pk], chosen)]
    pages = max(1, -(-len(admitted) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = admitted[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    profiles = public_profiles_of(Attendee.objects.filter(pk__in=shown))
    return Found(
        people=tuple(profiles[pk] for pk in shown if pk in profiles),
        total=len(admitted),
        page=page,
        pages=pages,
        facets=facets_of(values.values(), chosen),
        organisations=near.organisations,
        topics=near.topics,
        sessions=near.sessions,
    )


@dataclass(slots=True)
class Keyed:
    """The numbers of what has keys of a search, whoever may see it."""

    attendees: list[int] = field(default_factory=list)
    organisations: list[int] = field(default_factory=list)
    topics: list[int] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)


def _keyed(query: engine.NameQuery, event_id: int) -> Keyed:
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


def _with_keys(query: engine.NameQuery) -> Q:
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


def people_near(people: AttendeeQuerySet, query: engine.NameQuery | None) -> list[int]:
    """Whose name is near, as ids, the nearest first, then by name; without a search all; one query."""
    found: list[tuple[engine.Closeness, str, int]] = []
    for pk, name, short_name in people.values_list("pk", SHOWN_NAME, "short_name"):
        near = engine.closeness_of(query, name, short_name) if query else engine.Closeness.SAME
        if near is not None:
            found.append((near, folded(name), pk))
    return [pk for _near, _name, pk in sorted(found)]


@dataclass(slots=True)
class FilterValues:
    """What one person has of each filter, and how it is called where that is no matter of words."""

    of: dict[str, Collection[str]]
    sector_name: str = ""
    organisation_name: str = ""


def values_of(viewer: Attendee, ids: Collection[int], now: dt.datetime) -> dict[int, FilterValues]:
    """By attendee id, the values of each filter; three queries."""
    wanted = any_of(list(ids))
    interests = Interest.objects.filter(attendee__in=wanted).order_by().values_list("attendee_id")
    chosen = {
        pk: (topics, set(themes))
        for pk, topics, themes in interests.annotate(
            topics=ArrayAgg("topic__key"), themes=ArrayAgg("topic__theme__key")
        )
    }
    days = days_with_time(ids, viewer.event.zone, now)
    people = Attendee.objects.filter(pk__in=wanted).values_list(
        "pk",
        "country",
        "languages",
        "organisation_id",
        "organisation__name",
        "organisation__sector__key",
        "organisation__sector__name",
        "organisation__sector__constituency",
    )
    found = {}
    for pk, country, languages, house, house_name, sector, sector_name, constituency in people:
        topics, themes = chosen.get(pk, ((), ()))
        found[pk] = FilterValues(
            {
                "constituency": (constituency or Constituency.OTHER.value,),
                "sector": (sector,) if sector else (),
                "theme": themes,
                "topic": topics,
                "country": (country,) if country else (),
                "language": set(languages),
                "day": {str(day) for day in days.get(pk, ())},
                "organisation": (str(house),) if house else (),
            },
            sector_name or "",
            house_name or "",
        )
    return found


def narrowed(event_id: int, wanted: Wanted) -> AttendeeQuerySet:
    """The attendees of the event who have what the filters ask for, but for the day, whoever may see them."""
    people = Attendee.objects.filter(event=event_id)
    if wanted.constituency:
        people = people.annotate(group=group_of_attendee()).filter(group=wanted.constituency)
    if wanted.sector:
        people = people.filter(organisation__sector__key=wanted.sector)
    if wanted.organisation:
        number = int(wanted.organisation) if wanted.organisation.isdecimal() else NOBODY
        people = people.filter(organisation=min(number, MAX_ID))
    if wanted.country:
        people = people.filter(country=wanted.country)
    if wanted.language:
        people = people.filter(languages__contains=[wanted.language])
    if wanted.topic:
        people = people.filter(pk__in=Interest.objects.filter(topic__key=wanted.topic).values("attendee"))
    if wanted.theme:
        of_theme = Interest.objects.filter(topic__theme__key=wanted.theme)
        people = people.filter(pk__in=of_theme.values("attendee"))
    return people


def fits(values: FilterValues, chosen: Mapping[str, str]) -> bool:
    return all(value in values.of[name] for name, value in chosen.items())


def facets_of(people: Collection[FilterValues], chosen: Mapping[str, str]) -> dict[str, tuple[Facet, ...]]:
    """The values of each filter among those whom the other filters leave; of organisations the chosen one."""
    sectors = {value: one.sector_name for one in people for value in one.of["sector"]}
    houses = {value: one.organisation_name for one in people for value in one.of["organisation"]}
    found = {}
    for name in FILTERS:
        others = {other: value for other, value in chosen.items() if other != name}
        left = [one for one in people if fits(one, others)] if others else people
        counts = Counter(chain.from_iterable(one.of[name] for one in left))
        if name in chosen:
            counts.setdefault(chosen[name], 0)
        if name == "organisation":
            counts = Counter({value: count for value, count in counts.items() if value == chosen.get(name)})
        names = {"sector": sectors, "organisation": houses}.get(name, {})
        found[name] = tuple(
            Facet(value, names.get(value, value), count) for value, count in sorted(counts.items())
        )
    return found


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


def _things_near(query: engine.NameQuery, keyed: Keyed) -> Things:
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


def _nearest(query: engine.NameQuery, things: Iterable[Thing]) -> list[Thing]:
    found = []
    for one in things:
        name = str(one)
        near = engine.closeness_of(query, name)
        if near is not None:
            found.append((near, folded(name), one.pk, one))
    return [one for *_order, one in sorted(found, key=lambda row: row[:3])]
