"""The filters of a list of people: who fits them, and how many have each of their values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.db.models import Count, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast

from backend.booking.selectors.availability import days_with_free_time, has_free_time_on
from backend.core.api import MAX_ID
from backend.core.compiled import CompiledRows, CompiledRowsOfMany, any_of
from backend.events.models.attendees import Attendee, AttendeeQuerySet, Interest, Organisation, Sector
from backend.events.models.events import Event
from backend.safeguarding.rules import group_of_attendee

COUNTED = ("constituency", "sector", "theme", "topic", "country", "language")  # in one query
DAY = "day"
ORGANISATION = "organisation"  # of which the chosen one alone is told
NOBODY = 0  # the number of no row
FEW = 200  # people: to plan the counts of so few anew takes longer than to count


@dataclass(frozen=True, slots=True)
class Facet:
    """A value of a filter: how many people it would leave, beside the other filters in use."""

    value: str
    name: str
    count: int


def narrow(
    event: Event, ids: Collection[int], chosen: Mapping[str, str], now: dt.datetime
) -> tuple[list[int], dict[str, tuple[Facet, ...]]]:
    """Those of these people who fit all filters, in their order, and the facets of each filter.

    A constant number of queries for as many filters in use. Only ids that the contact policy let through may
    be given.
    """
    fitting = {
        name: set(
            having(Attendee.objects.filter(pk__in=any_of(list(ids))), event, name, value, now)
            .order_by()
            .values_list("pk", flat=True)
        )
        for name, value in chosen.items()
    }

    def left(beside: str = "") -> list[int]:
        sets = [those for name, those in fitting.items() if name != beside]
        return [pk for pk in ids if all(pk in those for those in sets)]

    admitted = left()
    facets: dict[str, tuple[Facet, ...]] = {}
    for names, people in (
        (tuple(name for name in COUNTED if name not in chosen), admitted),
        *(((name,), left(beside=name)) for name in COUNTED if name in chosen),
    ):
        facets |= _facets_of(names, people)
    days = days_with_free_time(left(beside=DAY), event.timezone, now)
    facets[DAY] = tuple(Facet(str(day), str(day), count) for day, count in days)
    for name, value in chosen.items():
        label = _name_of(event, name, value) if fitting[name] else ""
        found = {one.value: one for one in facets.get(name, ())}
        count = len(admitted) if name == ORGANISATION else 0
        found.setdefault(value, Facet(value, label or value, count))
        facets[name] = tuple(found[key] for key in sorted(found))
    return admitted, facets


def _facets_of(names: tuple[str, ...], ids: list[int]) -> dict[str, tuple[Facet, ...]]:
    if not names:
        return {}
    counted = _counted if len(ids) > FEW else _counted_of_few
    rows = counted(names).fetch(ids=ids)
    facets: dict[str, list[Facet]] = {name: [] for name in names}
    for name, value, label, count in rows:
        facets[name].append(Facet(value, label or value, count))
    return {name: tuple(sorted(found, key=lambda one: one.value)) for name, found in facets.items()}


def _counts_of(names: tuple[str, ...], *, ids: list[int]) -> QuerySet[Any, tuple[str, str, str, int]]:
    first, *others = (
        rows.order_by()
        .annotate(facet=Value(name, TextField()), value=Cast(value, TextField()), label=Cast(label, TextField()))
        .values_list("facet", "value", "label")
        .annotate(count=count)
        for name in names
        for rows, value, label, count in [_values_of(name, any_of(ids))]
    )
    counts: QuerySet[Any, tuple[str, str, str, int]] = first.union(*others, all=True) if others else first
    return counts


def _values_of(name: str, people: Func) -> tuple[QuerySet[Any], Any, Any, Count]:
    """Rows of these people, what each has of this filter, how it is called, and the count of people."""
    nothing = Value("", TextField())
    attendees = Attendee.objects.filter(pk__in=people)
    interests = Interest.objects.filter(attendee__in=people)
    match name:
        case "constituency":
            return attendees, group_of_attendee(), nothing, Count("pk")
        case "sector":
            of_sectors = attendees.exclude(organisation__sector=None)
            return of_sectors, F("organisation__sector__key"), F("organisation__sector__name"), Count("pk")
        case "theme":
            return interests, F("topic__theme__key"), nothing, Count("attendee", distinct=True)
        case "topic":
            return interests, F("topic__key"), nothing, Count("pk")
        case "country":
            return attendees.exclude(country=""), F("country"), nothing, Count("pk")
    return attendees, Func(F("languages"), function="unnest"), nothing, Count("pk", distinct=True)


@cache
def _counted(names: tuple[str, ...]) -> CompiledRowsOfMany[tuple[str, str, str, int]]:
    return CompiledRowsOfMany(partial(_counts_of, names), ids=[-1])


@cache
def _counted_of_few(names: tuple[str, ...]) -> CompiledRows[tuple[str, str, str, int]]:
    return CompiledRows(partial(_counts_of, names), ids=[-1])


def having(people: AttendeeQuerySet, event: Event, name: str, value: str, now: dt.datetime) -> AttendeeQuerySet:
    """Those of these attendees of the event who have this value of a filter, whoever may see them."""
    match name:
        case "constituency":
            return people.annotate(group=group_of_attendee()).filter(group=value)
        case "sector":
            return people.filter(organisation__sector__key=value)
        case "organisation":
            return people.filter(organisation=_number_in(value))
        case "country":
            return people.filter(country=value)
        case "language":
            return people.filter(languages__contains=[value])
        case "topic":
            return people.filter(pk__in=Interest.objects.filter(topic__key=value).values("attendee"))
        case "theme":
            return people.filter(pk__in=Interest.objects.filter(topic__theme__key=value).values("attendee"))
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        return people.none()
    return people.filter(has_free_time_on(day, event.zone, now)) if str(day) == value else people.none()


def narrowed(event: Event, chosen: Mapping[str, str], now: dt.datetime) -> AttendeeQuerySet:
    """The attendees of the event who have what the filters ask for, whoever may see them."""
    people = Attendee.objects.filter(event=event)
    for name, value in chosen.items():
        people = having(people, event, name, value, now)
    return people


def _number_in(value: str) -> int:
    return min(int(value), MAX_ID) if value.isdecimal() else NOBODY


def _name_of(event: Event, name: str, value: str) -> str:
    """How the chosen sector or organisation is called; empty for other filters."""
    if name == "sector":
        return Sector.objects.filter(event=event, key=value).values_list("name", flat=True).first() or ""
    if name == ORGANISATION:
        houses = Organisation.objects.filter(event=event, pk=_number_in(value))
        return houses.values_list("name", flat=True).first() or ""
    return ""
