"""What was done at an event, newest first: when, by whom, what, and to how many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BigIntegerField, Count, Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from backend.audit import models as traces
from backend.audit.models import ADDED
from backend.core.models import Act
from backend.events.models import Attendee, Event
from backend.meetings.models import Meeting, Seat
from backend.people.models import Person
from backend.safeguarding.rules import matchable, refused_pairs
from backend.suggestions.models import Run

NAMED = 3  # of so few people a deed says who they are, of more only how many
STANDING = ("age_class", "visibility", "permission")
KEPT = {
    "slots": traces.SlotTrace,
    "tables": traces.TableTrace,
    "themes": traces.ThemeTrace,
    "rules": traces.RulesTrace,
    "publishing": traces.PublishingTrace,
}
KINDS = (
    *STANDING, "imported", *KEPT, "plan", "planned", "lists", "meetings", "nudged", Act.Kind.TOOK.value,
)  # fmt: skip
BY_ANOTHER = Q(user__isnull=True) | ~Q(user=F("person_id"))
UNLOCKED = "unlocked"
SYSTEM = 0  # whose deeds nobody ordered; ids of people begin with 1


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done at one time, to `count` rows at once.

    `person_id`: None where that person has left, SYSTEM where nobody was behind it. `what`: the kind's own
    word, such as added, adult, published or a file's name. `names`: of up to NAMED listed adults, if it was
    done to nobody else; of one planned meeting, its two, while the plan's page shows them. `plan_id`: of what
    was done to a plan or its meetings by hand.
    """

    at: dt.datetime
    person_id: int | None
    person: str
    kind: str
    what: str
    count: int
    names: tuple[str, ...] = ()
    plan_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of one trace that were written together."""

    at: dt.datetime
    user: int | None
    kind: str
    what: str
    count: int
    attendees: tuple[int, ...] = ()
    plan_id: int | None = None


def deeds_for(*, event: Event) -> tuple[Deed, ...]:
    """All that was done, in a constant number of queries; what attendees do for themselves is left out."""
    groups = sorted(
        chain(
            _standing(event),
            _kept(event),
            _plans_and_lists(event),
            _planned(event),
            _done_to_others(event),
            _acts(event),
        ),
        key=lambda one: (one.at, one.kind, one.what, one.count),
        reverse=True,
    )
    users = {one.user for one in groups if one.user}
    people = dict(Person.objects.filter(pk__in=users).values_list("pk", "name"))
    few = {pk for one in groups if len(one.attendees) <= NAMED for pk in one.attendees}
    names = dict(matchable(event).filter(pk__in=few).values_list("pk", "person__name"))
    return tuple(
        Deed(
            at=one.at,
            person_id=one.user if one.user in people else None if one.user else SYSTEM,
            person=people.get(one.user or 0, ""),
            kind=one.kind,
            what=one.what,
            count=one.count,
            names=tuple(names[pk] for pk in one.attendees) if names.keys() >= set(one.attendees) else (),
            plan_id=one.plan_id,
        )
        for one in groups
    )


def narrowed(
    deeds: Iterable[Deed], *, person_id: int | None, kind: str, day: dt.date | None, zone: dt.tzinfo
) -> list[Deed]:
    """Those of this person, kind and day in the event's zone; what is not said narrows nothing."""
    return [
        deed
        for deed in deeds
        if (person_id is None or deed.person_id == person_id)
        and (not kind or deed.kind == kind)
        and (day is None or deed.at.astimezone(zone).date() == day)
    ]


def _together(trace: type[Model], *by: str, whose: str = "pgh_obj_id", **which: Any) -> QuerySet[Any, Any]:
    """Rows of a trace in groups written together: at one time, by one person, with these words."""
    rows: QuerySet[Any, Any] = (
        trace._default_manager.filter(**which)
        .annotate(
            user=Cast(KeyTextTransform("user", "pgh_context__metadata"), BigIntegerField()),
            at=F("pgh_created_at"),
        )
        .order_by()
        .values("pgh_context_id", "at", "user", *by)
        .annotate(count=Count("pgh_id"), attendees=ArrayAgg(whose, order_by=whose))
    )
    return rows


def _groups(found: Iterable[dict[str, Any]], kind: str, what: str) -> Iterator[_Group]:
    """`what` names the column that says it."""
    return (_Group(row["at"], row["user"], kind, row[what], row["count"]) for row in found)


def _standing(event: Event) -> Iterator[_Group]:
    for field in STANDING:
        changed = _together(traces.AttendeeTrace, field, event_id=event.pk, pgh_label=field)
        if field == "visibility":  # who hides themselves does so on their own profile
            changed = changed.filter(BY_ANOTHER)
        for row in changed:
            yield _Group(row["at"], row["user"], field, row[field], row["count"], tuple(row["attendees"]))
    joined = _together(traces.AttendeeTrace, "pgh_label", event_id=event.pk, pgh_label=ADDED)
    yield from _groups(joined.filter(BY_ANOTHER), "imported", "pgh_label")


def _kept(event: Event) -> Iterator[_Group]:
    for kind, trace in KEPT.items():
        yield from _groups(_together(trace, "pgh_label", event_id=event.pk), kind, "pgh_label")


def _plans_and_lists(event: Event) -> Iterator[_Group]:
    for row in _together(traces.PlanTrace, "pgh_label", "state", "pgh_obj_id", event_id=event.pk):
        label = row["pgh_label"]
        if label in (traces.AGAIN, traces.STOPPED):
            yield _Group(row["at"], row["user"], "plan", label, row["count"], plan_id=row["pgh_obj_id"])
        else:
            yield _Group(row["at"], row["user"], "plan", row["state"], row["count"])
    current = _together(traces.RunTrace, "state", event_id=event.pk, state=Run.State.CURRENT)
    yield from _groups(current, "lists", "state")


def _planned(event: Event) -> Iterator[_Group]:
    """Planned meetings that were changed by hand; of one alone, with its two."""
    found = _together(traces.PlannedTrace, "pgh_label", "is_locked", "plan_id", event_id=event.pk)
    rows = list(found.annotate(firsts=ArrayAgg("first_id"), seconds=ArrayAgg("second_id")))
    refused = refused_pairs(event, among={pk for row in rows for pk in (*row["firsts"], *row["seconds"])})
    for row in rows:
        what = row["pgh_label"]
        if what == traces.LOCKED and not row["is_locked"]:
            what = UNLOCKED
        pair = (row["firsts"][0], row["seconds"][0])
        attendees = pair if row["count"] == 1 and pair not in refused else ()
        yield _Group(row["at"], row["user"], "planned", what, row["count"], attendees, row["plan_id"])


def _done_to_others(event: Event) -> Iterator[_Group]:
    """Meetings that somebody who has no seat in them agreed or cancelled, and nudges.

    What a safeguarding lead does to a meeting may tell of a report, and is not among them; nor is a request
    that expired because one of its two agreed to meet somebody else, which is what attendees do.
    """
    lead = Attendee.objects.filter(
        event=event, permission=Attendee.Permission.SAFEGUARDING_LEAD, person=OuterRef("user")
    )
    own = Seat.objects.filter(meeting=OuterRef("pgh_obj_id"), attendee__person=OuterRef("user"))
    meetings = _together(traces.MeetingTrace, "state", event_id=event.pk).filter(user__isnull=False)
    meetings = meetings.exclude(state=Meeting.State.EXPIRED)
    yield from _groups(meetings.exclude(Exists(own)).exclude(Exists(lead)), "meetings", "state")
    here = Attendee.objects.filter(event=event)
    nudged = _together(traces.NudgeTrace, "pgh_label", whose="attendee_id", attendee__in=here)
    for row in nudged:
        yield _Group(row["at"], row["user"], "nudged", ADDED, row["count"], tuple(row["attendees"]))


def _acts(event: Event) -> Iterator[_Group]:
    acts = Act.objects.filter(event=event).values_list("done_at", "person_id", "kind", "what")
    kinds = {Act.Kind.TOOK.value: Act.Kind.TOOK.value, Act.Kind.ORDERED.value: "lists"}
    for at, person_id, kind, what in acts:
        yield _Group(at, person_id or -1, kinds[kind], what or kind, 1)
