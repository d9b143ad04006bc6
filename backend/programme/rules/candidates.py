"""The attendees of a plan, its candidate pairs, and why an attendee has no meeting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.events.rules.attendees import IdPair
from backend.programme.models import Plan
from backend.programme.rules.options import PlanOptions
from backend.programme.rules.planning_data import PlanningData


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One meeting of a plan, in the database's ids."""

    pair: IdPair
    slot_id: int
    table_id: int
    value: float


def attendees_in_scope(data: PlanningData, options: PlanOptions) -> frozenset[int]:
    """The attendees a plan with these options is for."""
    if options.between:
        return frozenset(pk for pk, person in data.people.items() if person.constituency in options.between)
    if options.scope == Plan.Scope.WITHOUT_MEETING:
        return frozenset(data.people.keys() - data.fixed_meetings_of.keys())
    return frozenset(data.people)


def candidate_pairs(data: PlanningData, options: PlanOptions, scores: Mapping[IdPair, float]) -> dict[IdPair, float]:
    """The suggested pairs a plan may choose from: allowed to meet, and without an earlier meeting, agreement,
    refusal or open request."""
    attendees = attendees_in_scope(data, options)
    found = {}
    for pair, score in scores.items():
        if not data.may_meet(pair) or pair in data.settled or pair in data.requested:
            continue
        constituencies = {data.people[key].constituency for key in pair}
        if options.between and constituencies != set(options.between):
            continue
        if not attendees.isdisjoint(pair):
            found[pair] = score
    return found


def is_cross_constituency(data: PlanningData, pair: IdPair) -> bool:
    """Whether the two are of different constituencies."""
    return data.people[pair[0]].constituency != data.people[pair[1]].constituency


def reasons_without_meeting(
    data: PlanningData,
    options: PlanOptions,
    scores: Mapping[IdPair, float],
    candidates: Iterable[IdPair],
    rows: Sequence[PlanRow],
) -> dict[int, str]:
    """Why each attendee in scope has neither a planned nor a fixed meeting, as a code.

    no_times, busy, no_suggestions, no_partner, no_common_time or no_room; candidates: the pairs the plan
    could choose from.
    """
    met = {key for row in rows for key in row.pair} | data.fixed_meetings_of.keys()
    suggested = {key for pair in scores for key in pair}
    partners: dict[int, set[int]] = defaultdict(set)
    for a, b in candidates:
        partners[a].add(b)
        partners[b].add(a)
    without = attendees_in_scope(data, options) - met
    times = {key: {slot.pk for slot in data.slots_to_plan if data.is_open(key, slot)} for key in {*partners, *without}}
    to_plan = {slot.pk for slot in data.slots_to_plan}
    found = {}
    for key in sorted(without):
        if not to_plan & data.opened.get(key, frozenset()):
            found[key] = "no_times"
        elif not times[key]:
            found[key] = "busy"
        elif key not in suggested:
            found[key] = "no_suggestions"
        elif key not in partners:
            found[key] = "no_partner"
        elif not any(times[key] & times[other] for other in partners[key]):
            found[key] = "no_common_time"
        else:
            found[key] = "no_room"
    return found
