"""The roster: everybody at an event, for its organisers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from backend.booking.rules import has_meeting
from backend.booking.selectors.availability import has_time_to_come
from backend.core.compiled import CompiledRowsOfMany, any_of
from backend.core.errors import NotFound
from backend.core.spreadsheets import CellValue
from backend.core.texts import folded
from backend.events.models.attendees import Attendee, AttendeeQuerySet, Organisation
from backend.events.models.events import Event
from backend.events.rules.attendees import has_empty_profile, has_joined
from backend.events.selectors import name_in_lists, name_in_roster, name_to_call
from backend.people.models import Constituency
from backend.roster.services.rows import WITHHELD
from backend.safeguarding.rules import contactable_ids

ROSTER_FILTERS = {
    "sector": "organisation__sector__key",
    "constituency": "organisation__sector__constituency",
    "country": "country",
    "age_class": "age_class",
    "visibility": "visibility",
    "permission": "permission",
}
WITHOUT_MEETING, WITHOUT_JOINING, WITHOUT_TIME = "without_meeting", "without_joining", "without_time"
TICKS = (WITHOUT_MEETING, WITHOUT_JOINING, WITHOUT_TIME)
ROSTER_FIELDS = ("name", "short_name", "age_class", "joined_at", "agreed_at")  # sorted by, or searched
SEARCH, SORT = "q", "sort"
BY_NAME, BY_ORGANISATION, NEWEST, NOT_JOINED = "name", "organisation", "newest", "not_joined"
SORTS = (BY_NAME, BY_ORGANISATION, NEWEST, NOT_JOINED)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One attendee as the list of an organiser shows them; of a minor the first name only (S7)."""

    attendee_id: int
    name: str
    organisation: str
    sector: str
    constituency: str
    country: str
    age_class: str
    visibility: str
    permission: str
    has_meeting: bool
    has_joined: bool
    is_profile_empty: bool


def closed_to(reader: Attendee, now: dt.datetime) -> frozenset[int]:
    """The people of the reader's event of whom its roster tells them as little as of a minor.

    To organisers nobody; to safeguarding leads those whom the contact policy closes to them, so all whose age
    is unknown.
    """
    if reader.permission == Attendee.Permission.ORGANISER:
        return frozenset()
    others = Attendee.objects.filter(event=reader.event_id).exclude(pk=reader.pk)
    ids = frozenset(others.values_list("pk", flat=True))
    return ids - contactable_ids(reader, "page", now, ids)


def roster_ids(*, event: Event, filters: Mapping[str, str], closed: Set[int] = frozenset()) -> list[int]:
    """The attendees these filters leave, in the order of `sort`; unknown filters are ignored; one query.

    `q` finds those in whom each of its words occurs, without regard to case and accents, and a number the
    one whose id it is. Only what the roster shows is searched and sorted by: a search must not tell the rest
    of a minor's name, the address of somebody not set as an adult (S7) or under an alias (S11), nor what is
    `closed` to the reader.
    """
    words, sort = folded(filters.get(SEARCH, "")).split(), filters.get(SORT, "")
    rows = _filtered(event, filters).only(*ROSTER_FIELDS)
    if words or sort == BY_ORGANISATION:
        rows = rows.select_related("organisation", "person").knowing_aliases()
        rows = rows.only(*ROSTER_FIELDS, "organisation__name", "person__email")
    found = [row for row in rows if not words or _is_found(row, words, closed)]
    return [row.pk for row in sorted(found, key=_sort_key(sort))]


def _is_found(row: Attendee, words: list[str], closed: Set[int]) -> bool:
    shown = [_name(row, closed), row.short_name, row.organisation.name if row.organisation else ""]
    if row.age_class == Attendee.AgeClass.ADULT and not row.is_under_alias and row.pk not in closed:
        shown.append(row.person.email)
    if len(words) == 1 and words[0].isdecimal():
        return words[0] == str(row.pk)
    text = folded(" ".join(shown))
    return all(word in text for word in words)


def _sort_key(sort: str) -> Callable[[Attendee], tuple[object, ...]]:
    """What the roster is sorted by; by name within equal values."""

    def key(row: Attendee) -> tuple[object, ...]:
        first: object = 0
        if sort == BY_ORGANISATION:
            first = (row.organisation is None, folded(row.organisation.name if row.organisation else ""))
        elif sort == NEWEST:
            first = -row.joined_at.timestamp()
        elif sort == NOT_JOINED:
            first = row.has_joined
        return (first, folded(name_in_roster(row)), row.pk)

    return key


def _name(row: Attendee, closed: Set[int]) -> str:
    return name_to_call(row) if row.pk in closed else name_in_roster(row)


def roster_rows(*, event: Event, ids: Sequence[int], closed: Set[int] = frozenset()) -> tuple[RosterRow, ...]:
    """These attendees of the event, in this order; one query."""
    rows = {row.pk: row for row in _roster.fetch(event=event.pk, among=list(ids))}
    return tuple(_row(rows[pk], closed) for pk in ids if pk in rows)


def _roster_among(event: int, among: list[int]) -> AttendeeQuerySet:
    people = Attendee.objects.filter(event=event, pk__in=any_of(among)).select_related("organisation__sector")
    return people.annotate(has_meeting=has_meeting(), is_profile_empty=has_empty_profile())


_roster = CompiledRowsOfMany(_roster_among, event=-1, among=[-2])


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """All that an organiser reads of one attendee (S7).

    Of a minor and of somebody of unknown age `is_withheld` holds: address, title and own words are left out;
    of a minor the full name is, too. `is_own`: the person has saved their own profile, so that `short_name`,
    `title`, `country` and `languages` are theirs to change. Where `is_under_alias` is true the address is
    left out (S11).
    """

    attendee_id: int
    name: str
    short_name: str
    email: str
    organisation_id: int | None
    organisation: str
    organisation_people: int
    sector_key: str
    sector: str
    constituency: str
    role: str
    country: str
    languages: tuple[str, ...]
    translating_device: bool
    title: str
    about: str
    seeks: str
    offers: str
    seeks_topics: tuple[str, ...]
    offers_topics: tuple[str, ...]
    age_class: str
    visibility: str
    permission: str
    has_joined: bool
    has_open_time: bool
    is_own: bool
    is_minor: bool
    is_withheld: bool
    is_under_alias: bool


def roster_person(*, event: Event, attendee_id: int, closed: Set[int] = frozenset()) -> RosterPerson:
    """One attendee of the event for its organisers; refuses NotFound. A constant number of queries."""
    rows = Attendee.objects.of(event).with_card().knowing_aliases()
    rows = rows.annotate(has_time=has_time_to_come(Now()))
    row = rows.filter(pk=attendee_id).first()
    if row is None:
        raise NotFound(_("There is no such person at this forum. They may have been removed from the list."))
    people = Attendee.objects.filter(organisation=row.organisation_id) if row.organisation_id else None
    is_withheld = row.age_class != Attendee.AgeClass.ADULT or row.pk in closed
    own = ("title", "about", "seeks", "offers")
    shown = {name: "" if is_withheld else getattr(row, name) for name in own}
    interests = () if is_withheld else row.interests.all()
    return RosterPerson(
        attendee_id=row.pk,
        name=_name(row, closed),
        short_name=row.short_name,
        email="" if is_withheld or row.is_under_alias else row.person.email,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name if row.organisation else "",
        organisation_people=people.count() if people is not None else 0,
        sector_key=row.organisation.sector.key if row.organisation else "",
        sector=row.organisation.sector.local_name if row.organisation else "",
        constituency=row.constituency,
        role=row.role,
        country=row.country,
        languages=tuple(row.languages),
        translating_device=row.translating_device,
        **shown,
        seeks_topics=tuple(one.topic.local_name for one in interests if one.seeks),
        offers_topics=tuple(one.topic.local_name for one in interests if one.offers),
        age_class=row.age_class,
        visibility=row.visibility,
        permission=row.permission,
        has_joined=row.has_joined,
        has_open_time=row.has_time,  # type: ignore[attr-defined]
        is_own=row.edited_at is not None,
        is_minor=row.age_class == Attendee.AgeClass.MINOR,
        is_withheld=is_withheld,
        is_under_alias=row.is_under_alias,
    )


EXPORT_COLUMNS = (
    "id", "email", "name", "short_name", "organisation", "sector", "country", "languages",
    "translating_device", "age_class", "title", "role", "topics_seek", "topics_offer", "about", "seeks",
    "offers",
)  # fmt: skip


def roster_export(*, event: Event, ids: Sequence[int]) -> Iterator[tuple[CellValue, ...]]:
    """These attendees as rows under EXPORT_COLUMNS, which an import reads again.

    Of whoever is not an adult only the name to be called, the delegation and what organisers set is written;
    the rest is "withheld" (S7); so is the address of somebody under an alias (S11).
    """
    rows = Attendee.objects.of(event).filter(pk__in=ids).with_card().knowing_aliases()
    by_id = {row.pk: row for row in rows}
    return (_export_row(by_id[pk]) for pk in ids if pk in by_id)


def _export_row(row: Attendee) -> tuple[CellValue, ...]:
    is_adult = row.age_class == Attendee.AgeClass.ADULT
    topics = row.interests.all()

    def shown(text: str) -> str:
        return text if is_adult else WITHHELD

    return (
        row.pk,
        WITHHELD if row.is_under_alias else shown(row.person.email),
        shown(name_in_lists(row)),
        row.short_name if is_adult else name_in_lists(row),
        row.organisation.name if row.organisation else "",
        row.organisation.sector.name if row.organisation else "",
        row.country,
        shown("; ".join(row.languages)),
        shown("yes" if row.translating_device else "no"),
        row.age_class,
        shown(row.title),
        row.role,
        shown("; ".join(one.topic.name for one in topics if one.seeks)),
        shown("; ".join(one.topic.name for one in topics if one.offers)),
        shown(row.about),
        shown(row.seeks),
        shown(row.offers),
    )


def sector_choices(event: Event) -> list[tuple[str, str]]:
    """The event's sectors by key, with their names, in its order."""
    return list(event.sectors.values_list("key", "name"))


def organisation_names(event: Event) -> list[str]:
    """The names of the event's organisations, in order."""
    return list(Organisation.objects.filter(event=event).order_by("name").values_list("name", flat=True))


def roster_choices(event: Event) -> dict[str, list[tuple[str, str]]]:
    """The values of each filter that occur, each with its label."""
    values = Attendee.objects.of(event)
    sectors = values.exclude(organisation=None).order_by("organisation__sector__name")
    countries = values.exclude(country="").order_by("country").values_list("country", flat=True).distinct()
    return {
        "sector": list(sectors.values_list("organisation__sector__key", "organisation__sector__name").distinct()),
        "constituency": [(key, str(label)) for key, label in Constituency.choices],
        "country": [(name, name) for name in countries],
        "age_class": [(key, str(label)) for key, label in Attendee.AgeClass.choices],
        "visibility": [(key, str(label)) for key, label in Attendee.Visibility.choices],
        "permission": [(key, str(label)) for key, label in Attendee.Permission.choices],
    }


def _filtered(event: Event, filters: Mapping[str, str]) -> AttendeeQuerySet:
    chosen = {ROSTER_FILTERS[name]: value for name, value in filters.items() if value and name in ROSTER_FILTERS}
    found = Attendee.objects.of(event).filter(**chosen)
    if filters.get(WITHOUT_MEETING):
        found = found.exclude(has_meeting())
    if filters.get(WITHOUT_JOINING):
        found = found.exclude(has_joined())
    if filters.get(WITHOUT_TIME):
        found = found.filter(has_joined()).exclude(has_time_to_come(Now()))
    return found


def _row(row: Attendee, closed: Set[int]) -> RosterRow:
    return RosterRow(
        attendee_id=row.pk,
        name=_name(row, closed),
        organisation=row.organisation.name if row.organisation else "",
        sector=row.organisation.sector.local_name if row.organisation else "",
        constituency=row.constituency,
        country=row.country,
        age_class=str(Attendee.AgeClass(row.age_class).label),
        visibility=str(Attendee.Visibility(row.visibility).label),
        permission=str(Attendee.Permission(row.permission).label),
        has_joined=row.has_joined,
        has_meeting=row.has_meeting,  # type: ignore[attr-defined]
        is_profile_empty=row.is_profile_empty,  # type: ignore[attr-defined]
    )
