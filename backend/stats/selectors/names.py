"""Names of steps, causes, sectors and themes; of people for organisers only, and in no file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy

from backend.core.compiled import CompiledRows
from backend.events.models.attendees import Attendee, AttendeeQuerySet
from backend.events.models.events import Event
from backend.events.selectors import PersonNamed, named_in, named_rows_of, sector_names_for, theme_names_for
from backend.stats.rules.access import countable

STEPS = {
    "suggested": gettext_lazy("Suggested"),
    "viewed": gettext_lazy("Viewed"),
    "requested": gettext_lazy("Requested"),
    "proposed": gettext_lazy("Proposed"),
    "accepted": gettext_lazy("Accepted"),
    "held": gettext_lazy("Held"),
    "useful": gettext_lazy("Useful"),
}
UNITS = {
    "suggested": gettext_lazy("pairs"),
    "viewed": gettext_lazy("pairs"),
    "requested": gettext_lazy("requests"),
    "proposed": gettext_lazy("proposals"),
    "accepted": gettext_lazy("meetings"),
    "held": gettext_lazy("meetings"),
    "useful": gettext_lazy("meetings"),
}
CAUSES = {
    "not_viewed": gettext_lazy("not viewed"),
    "not_requested": gettext_lazy("viewed, but not asked"),
    "declined": gettext_lazy("declined"),
    "withdrawn": gettext_lazy("withdrawn"),
    "office_hour": gettext_lazy("answered with an office hour"),
    "expired": gettext_lazy("not answered in time"),
    "waiting": gettext_lazy("waiting for an answer"),
    "not_agreed": gettext_lazy("did not come about"),
    "proposal_open": gettext_lazy("waiting for the two"),
    "to_come": gettext_lazy("still to come"),
    "cancelled": gettext_lazy("cancelled"),
    "not_held": gettext_lazy("not held"),
    "disputed": gettext_lazy("the two disagree whether it was held"),
    "not_useful": gettext_lazy("not found useful"),
    "not_rated": gettext_lazy("not rated"),
}


def people_counted(event: Event) -> dict[int, PersonNamed]:
    """Everybody the figures count, by attendee id; one query."""
    return named_in(_counted.fetch(event=event.pk))


def attendee_count(event: Event) -> int:
    """How many attendees the figures count, by the one definition of `countable`."""
    return sum(_count.fetch(event=event.pk))


def _countable_at(event: int) -> AttendeeQuerySet:
    return countable(Event(pk=event))


def _counted_at(event: int) -> QuerySet[Attendee, tuple[Any, ...]]:
    return named_rows_of(_countable_at(event))


def _count_at(event: int) -> QuerySet[Attendee, int]:
    people = _countable_at(event).order_by().values("event")
    return people.annotate(people=Count("pk")).values_list("people", flat=True)


_counted, _count = CompiledRows(_counted_at, event=-1), CompiledRows(_count_at, event=-1)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an event's keys: of its sectors and of its themes, in programme order."""

    sectors: dict[str, str]
    themes: dict[str, str]


def names_for(event: Event) -> Names:
    """The names of sectors and themes; two queries."""
    return Names(sector_names_for(event), theme_names_for(event))
