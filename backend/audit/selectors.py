"""Audit entries of an event, newest first: when, who, what, and to how many rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BigIntegerField, Case, Count, Exists, F, Min, Model, OuterRef, Q, QuerySet, TextField, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from backend.audit import models as traces
from backend.audit.models import ADDED
from backend.booking.models.meetings import Meeting, Seat
from backend.core.models import Act
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.selectors import name_and_delegation, names_of_people, shown_name
from backend.safeguarding.rules import matchable, refused_pairs
from backend.suggestions.models import Run

MAX_NAMED = 3  # an entry names up to so many people, and counts more
ATTENDEE_FIELDS = ("age_class", "visibility", "permission")
SET_UP_TRACES = {
    "slots": traces.SlotTrace,
    "tables": traces.TableTrace,
    "themes": traces.ThemeTrace,
    "topics": traces.TopicTrace,
    "sectors": traces.SectorTrace,
    "sessions": traces.SessionTrace,
    "closures": traces.ClosureTrace,
    "rules": traces.RulesTrace,
    "publishing": traces.PublishingTrace,
}
KINDS = (
    *ATTENDEE_FIELDS, "imported", "started", "opened", "state", *SET_UP_TRACES, "plan", "planned", "lists",
    "meetings", "nudged", Act.Kind.TIMES_OPENED.value, Act.Kind.INVITED.value, Act.Kind.DOWNLOADED.value,
    Act.Kind.MERGED.value, Act.Kind.SYNCED.value, Act.Kind.WEBHOOK.value, Act.Kind.QUOTA_SET.value, "contact", "acted",
)  # fmt: skip
OWN_NOUNS = (
    Act.Kind.DOWNLOADED, Act.Kind.OPENED, Act.Kind.STARTED, Act.Kind.STATE_CHANGED, Act.Kind.INVITED,
    Act.Kind.TIMES_OPENED, Act.Kind.MERGED, Act.Kind.SYNCED, Act.Kind.WEBHOOK,
    Act.Kind.QUOTA_SET,
)  # fmt: skip
CONTACT_ACTS = (Act.Kind.PARTED, Act.Kind.REJOINED)
BY_JOBS = (Act.Kind.STATE_CHANGED, Act.Kind.SYNCED, Act.Kind.WEBHOOK)  # where nobody is named
ROLE_ACTS = (Act.Kind.ROLE_PROPOSED, Act.Kind.ROLE_REFUSED)
BY_SOMEBODY_ELSE = Q(user__isnull=True) | ~Q(user=F("person_id"))
UNLOCKED = "unlocked"
SYSTEM = 0  # the person_id of entries without a person; ids of people begin with 1


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing done at one time, to `count` rows at once.

    `person_id`: None where that person has left, SYSTEM where a job or command did it. `what`: a value of
    the kind, such as added, adult, published or a file's name. `names`: of up to MAX_NAMED people, where all
    are listed adults; of everybody set as an adult; of one planned meeting its two, while the plan's page
    shows them. `plan_id`: the plan that was changed by hand.
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
class _TraceGroup:
    """Rows of one trace written together."""

    at: dt.datetime
    user: int | None
    kind: str
    what: str
    count: int
    attendees: tuple[int, ...] = ()
    plan_id: int | None = None


def audit_entries_for(*, event: Event) -> tuple[AuditEntry, ...]:
    """All entries, in a constant number of queries; what attendees do for themselves is left out."""
    groups = sorted(
        chain(
            _attendee_changes(event),
            _set_up_changes(event),
            _plans_and_lists(event),
            _planned_meeting_changes(event),
            _changes_to_others(event),
            _acts(event),
        ),
        key=lambda one: (one.at, one.kind, one.what, one.count),
        reverse=True,
    )
    users = {one.user for one in groups if one.user}
    people = names_of_people(users, event)
    few = {pk for one in groups if len(one.attendees) <= MAX_NAMED for pk in one.attendees}
    names = {one.pk: shown_name(one) for one in matchable(event).filter(pk__in=few).only("name")}
    names |= _names_of_adults(event, {pk for one in groups if _makes_adults(one) for pk in one.attendees})
    return tuple(
        AuditEntry(
            at=one.at,
            person_id=one.user if one.user in people else None if one.user else SYSTEM,
            person=people.get(one.user or 0, ""),
            kind=one.kind,
            what=one.what,
            count=one.count,
            names=_names_in(one, names),
            plan_id=one.plan_id,
        )
        for one in groups
    )


def _makes_adults(group: _TraceGroup) -> bool:
    return (group.kind, group.what) == ("age_class", Attendee.AgeClass.ADULT)


def _names_of_adults(event: Event, ids: Collection[int]) -> dict[int, str]:
    """Everybody ever set as an adult by name; if no adult now, the first name and the delegation (S7)."""
    rows = Attendee.objects.filter(event=event, pk__in=ids).select_related("organisation")
    return {row.pk: name_and_delegation(row) for row in rows}


def _names_in(group: _TraceGroup, names: Mapping[int, str]) -> tuple[str, ...]:
    """All names or none; of those set as adults every name there still is."""
    if _makes_adults(group):
        return tuple(names[pk] for pk in group.attendees if pk in names)
    few = len(group.attendees) <= MAX_NAMED and names.keys() >= set(group.attendees)
    return tuple(names[pk] for pk in group.attendees) if few else ()


def filter_entries(
    entries: Iterable[AuditEntry], *, person_id: int | None, kind: str, day: dt.date | None, zone: dt.tzinfo
) -> list[AuditEntry]:
    """The entries of this person, kind and day in the event's zone; None and "" leave all."""
    return [
        entry
        for entry in entries
        if (person_id is None or entry.person_id == person_id)
        and (not kind or entry.kind == kind)
        and (day is None or entry.at.astimezone(zone).date() == day)
    ]


def _grouped(trace: type[Model], *by: str, whose: str = "pgh_obj_id", **which: Any) -> QuerySet[Any, Any]:
    """Rows of a trace, grouped by request or command (without one, by time), person, and the values `by`.

    One request may write in several transactions: a long list is imported in batches.
    """
    return _grouped_rows(trace._default_manager.filter(**which), *by, whose=whose)


def _grouped_rows(traced: QuerySet[Any], *by: str, whose: str = "pgh_obj_id") -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = (
        traced.annotate(
            user=Cast(KeyTextTransform("user", "pgh_context__metadata"), BigIntegerField()),
            alone=Case(When(pgh_context__isnull=True, then=F("pgh_created_at"))),
        )
        .order_by()
        .values("pgh_context_id", "alone", "user", *by)
        .annotate(at=Min("pgh_created_at"), count=Count("pgh_id"), attendees=ArrayAgg(whose, order_by=whose))
    )
    return rows


def _groups(found: Iterable[dict[str, Any]], kind: str, what: str) -> Iterator[_TraceGroup]:
    """`what` names the column that holds the entry's value."""
    return (_TraceGroup(row["at"], row["user"], kind, row[what], row["count"]) for row in found)


def _attendee_changes(event: Event) -> Iterator[_TraceGroup]:
    for field in ATTENDEE_FIELDS:
        changed = _grouped(traces.AttendeeTrace, field, event_id=event.pk, pgh_label=field)
        if field == "visibility":  # who hides themselves does so on their own profile
            changed = changed.filter(BY_SOMEBODY_ELSE)
        for row in changed:
            yield _TraceGroup(row["at"], row["user"], field, row[field], row["count"], tuple(row["attendees"]))
    joined = _grouped(traces.AttendeeTrace, "pgh_label", event_id=event.pk, pgh_label=ADDED)
    yield from _groups(joined.filter(BY_SOMEBODY_ELSE), "imported", "pgh_label")


def _set_up_changes(event: Event) -> Iterator[_TraceGroup]:
    for kind, trace in SET_UP_TRACES.items():
        yield from _groups(_grouped(trace, "pgh_label", event_id=event.pk), kind, "pgh_label")


def _plans_and_lists(event: Event) -> Iterator[_TraceGroup]:
    for row in _grouped(traces.PlanTrace, "pgh_label", "state", "pgh_obj_id", event_id=event.pk):
        label = row["pgh_label"]
        if label in (traces.AGAIN, traces.STOPPED):
            yield _TraceGroup(row["at"], row["user"], "plan", label, row["count"], plan_id=row["pgh_obj_id"])
        else:
            yield _TraceGroup(row["at"], row["user"], "plan", row["state"], row["count"])
    current = _grouped(traces.RunTrace, "state", event_id=event.pk, state=Run.State.CURRENT)
    yield from _groups(current, "lists", "state")


def _planned_meeting_changes(event: Event) -> Iterator[_TraceGroup]:
    """Planned meetings changed by hand; of a single one, with its two people."""
    found = _grouped(traces.PlannedTrace, "pgh_label", "is_locked", "plan_id", event_id=event.pk)
    rows = list(found.annotate(firsts=ArrayAgg("first_id"), seconds=ArrayAgg("second_id")))
    refused = refused_pairs(event, among={pk for row in rows for pk in (*row["firsts"], *row["seconds"])})
    for row in rows:
        what = row["pgh_label"]
        if what == traces.LOCKED and not row["is_locked"]:
            what = UNLOCKED
        pair = (row["firsts"][0], row["seconds"][0])
        attendees = pair if row["count"] == 1 and pair not in refused else ()
        yield _TraceGroup(row["at"], row["user"], "planned", what, row["count"], attendees, row["plan_id"])


def _changes_to_others(event: Event) -> Iterator[_TraceGroup]:
    """Meetings put forward, agreed, moved or cancelled by somebody without a seat in them, and nudges.

    What an assistant answered or ended for an attendee names that attendee.
    A lead's change to a meeting is left out, as it may reveal a report; so is a request that expired because
    one of its two agreed to another meeting.
    """
    lead = Attendee.objects.filter(
        event=event, permission=Attendee.Permission.SAFEGUARDING_LEAD, person=OuterRef("user")
    )
    own = Seat.objects.filter(meeting=OuterRef("pgh_obj_id"), attendee__person=OuterRef("user"))
    what = Case(When(pgh_label="state", then=F("state")), default=F("pgh_label"), output_field=TextField())
    acting_for = Cast(KeyTextTransform("acting_for", "pgh_context__metadata"), BigIntegerField())
    changed = traces.MeetingTrace._default_manager.annotate(what=what, acting_for=acting_for)
    meetings = _grouped_rows(changed.filter(event=event.pk), "what", "acting_for")
    meetings = meetings.filter(user__isnull=False).exclude(what=Meeting.State.EXPIRED)
    for row in meetings.exclude(Exists(own)).exclude(Exists(lead)):
        kind, attendees = ("acted", (row["acting_for"],)) if row["acting_for"] else ("meetings", ())
        yield _TraceGroup(row["at"], row["user"], kind, row["what"], row["count"], attendees)
    here = Attendee.objects.filter(event=event)
    nudged = _grouped(traces.NudgeTrace, "pgh_label", whose="attendee_id", attendee__in=here)
    for row in nudged:
        yield _TraceGroup(row["at"], row["user"], "nudged", ADDED, row["count"], tuple(row["attendees"]))


def _acts(event: Event) -> Iterator[_TraceGroup]:
    acts = Act.objects.filter(event=event).values_list("done_at", "person_id", "kind", "what")
    for at, person_id, kind, what in acts:
        if kind in ROLE_ACTS:
            yield _TraceGroup(at, person_id or -1, "permission", f"{kind}:{what}", 1)
        elif kind in CONTACT_ACTS:
            yield _TraceGroup(at, person_id or -1, "contact", f"{kind}:{what}", 1)
        else:
            no_person = SYSTEM if kind in BY_JOBS else -1
            noun = kind if kind in OWN_NOUNS else "lists"
            yield _TraceGroup(at, person_id or no_person, noun, what or kind, 1)
