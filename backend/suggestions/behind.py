"""What stands behind somebody's list, for organisers: its places as stored, every number of one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.core.errors import NotFound
from backend.events.models import Event
from backend.events.selectors import PersonNamed, people_named
from backend.safeguarding.rules import matchable, refused_pairs
from backend.suggestions import engine
from backend.suggestions.models import ListReading, Run, Suggestion
from backend.suggestions.selectors import ReasonRow, visible_reasons


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a list as the Run holds it, counted anew: a gap would tell that somebody is kept apart."""

    other: PersonNamed
    rank: int
    score: float
    exploratory: bool
    reasons: tuple[ReasonRow, ...]


@dataclass(frozen=True, slots=True)
class ListBehind:
    """Somebody's list as it stands, and when it was computed; no place where nobody fits."""

    owner: PersonNamed
    computed_at: dt.datetime
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class FeatureNumbers:
    """One feature of a pair in both directions: its value, and what it adds in logits."""

    feature: str
    forth: float
    forth_adds: float
    back: float
    back_adds: float


@dataclass(frozen=True, slots=True)
class PairBehind:
    """One place of a list with every number of the pair, by the yardstick of the Run.

    `forth` is the chance that the owner says yes to the other, `back` the other way; `score` their
    harmonic mean.
    """

    owner: PersonNamed
    place: Place
    features: tuple[FeatureNumbers, ...]
    forth: float
    back: float
    score: float


def owners_of_lists(event: Event) -> tuple[PersonNamed, ...]:
    """Everybody who may have a list at the event, by name."""
    return tuple(people_named(matchable(event).order_by("person__name", "pk")).values())


def list_behind(*, event: Event, attendee_id: int) -> ListBehind:
    """Whom the current Run suggests to this attendee, and why.

    Whoever the contact policy keeps from them is left out, as on their own page. Refuses NotFound for
    somebody without a list.
    """
    read = (
        ListReading.objects.filter(run__event=event, run__state=Run.State.CURRENT, attendee=attendee_id)
        .values_list("run_id", "computed_at")
        .first()
    )
    refused = refused_pairs(event)
    unseen = {a if b == attendee_id else b for a, b in refused if attendee_id in (a, b)}
    named = people_named(matchable(event).exclude(pk__in=unseen))
    if read is None or attendee_id not in named:
        raise NotFound("This attendee has no list: lists are made for listed adults when all are computed.")
    run_id, computed_at = read
    rows = Suggestion.objects.filter(run=run_id, attendee=attendee_id, other__in=list(named))
    places = (
        Place(
            other=named[row.other_id],
            rank=rank,
            score=row.score,
            exploratory=row.exploratory,
            reasons=tuple(visible_reasons(row.reasons, row.other_id, named, refused)),
        )
        for rank, row in enumerate(rows.order_by("rank"), start=1)
    )
    return ListBehind(named[attendee_id], computed_at, tuple(places))


def pair_behind(*, event: Event, attendee_id: int, other_id: int) -> PairBehind:
    """Every feature of somebody on this attendee's list, in both directions.

    Refuses NotFound for a pair that is on no list, NotYetRead while a changed text waits for the worker,
    and OlderRun where the lists were made by another version or model.
    """
    found = list_behind(event=event, attendee_id=attendee_id)
    place = next((place for place in found.places if place.other.attendee_id == other_id), None)
    if place is None:
        raise NotFound(f"{found.owner.name} has nobody of that number on the list.")
    run = Run.objects.get(event=event, state=Run.State.CURRENT)
    numbers = engine.numbers_of(engine.read_forum(event), run, attendee_id, other_id)
    return PairBehind(
        owner=found.owner,
        place=place,
        features=tuple(FeatureNumbers(*row) for row in numbers.rows()),
        forth=numbers.p_ab,
        back=numbers.p_ba,
        score=numbers.score,
    )
