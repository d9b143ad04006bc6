"""Whom a plan is for, which pairs it may choose from at what worth, and why somebody is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.events.models import Event
from backend.programme.forum import Forum, Pair, pair_of
from backend.programme.models import Plan
from backend.suggestions.models import Feedback, Run, Suggestion


@dataclass(frozen=True, slots=True)
class Aims:
    """What an organiser asks of a plan; `between` are two constituencies, or none for no such limit.

    least and most are meetings per person, those that stand included; cross_share is the least share of the
    planned meetings between two constituencies.
    """

    least: int = 0
    most: int = 5
    cross_share: float = 0.0
    between: tuple[str, str] | None = None
    only_without_meeting: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One meeting of a plan, in the database's ids."""

    pair: Pair
    slot_id: int
    table_id: int
    value: float


def aims_of(plan: Plan) -> Aims:
    """What the plan's organiser asked for."""
    is_between = plan.scope == Plan.Scope.BETWEEN
    return Aims(
        least=plan.least,
        most=plan.most,
        cross_share=plan.cross_share,
        between=(plan.first_constituency, plan.second_constituency) if is_between else None,
        only_without_meeting=plan.scope == Plan.Scope.WITHOUT_MEETING,
    )


def scores_for(event: Event) -> dict[Pair, float]:
    """The mutual scores, 0 to 1, of all pairs in the lists of the event's current Run.

    Without pairs of whom one called the other not relevant. Says nothing of who may meet.
    """
    rows = Suggestion.objects.filter(run__event=event, run__state=Run.State.CURRENT, score__gt=0)
    found: dict[Pair, float] = {}
    for a, b, score in rows.values_list("attendee_id", "other_id", "score"):
        pair = pair_of(a, b)
        found[pair] = max(score, found.get(pair, 0.0))
    for a, b in Feedback.objects.not_relevant_at(event):
        found.pop(pair_of(a, b), None)
    return found


def members_of(forum: Forum, aims: Aims) -> frozenset[int]:
    """The attendees a plan of these aims is for."""
    if aims.between:
        return frozenset(pk for pk, who in forum.people.items() if who.constituency in aims.between)
    if aims.only_without_meeting:
        return frozenset(forum.people.keys() - forum.meetings_of.keys())
    return frozenset(forum.people)


def pairs_for(forum: Forum, aims: Aims, scores: Mapping[Pair, float]) -> dict[Pair, float]:
    """The suggested pairs a plan of these aims may choose from: those the contact policy lets meet, and who
    have not met, agreed, said no, or asked."""
    members = members_of(forum, aims)
    kept = {}
    for pair, score in scores.items():
        if not forum.may_meet(pair) or pair in forum.settled or pair in forum.asked:
            continue
        ends = {forum.people[key].constituency for key in pair}
        if (aims.between and ends != set(aims.between)) or members.isdisjoint(pair):
            continue
        kept[pair] = score
    return kept


def crosses_in(forum: Forum, pair: Pair) -> bool:
    """Whether the two are of different constituencies."""
    return forum.people[pair[0]].constituency != forum.people[pair[1]].constituency


def why_without(
    forum: Forum, aims: Aims, scores: Mapping[Pair, float], chosen: Iterable[Pair], rows: Sequence[Row]
) -> dict[int, str]:
    """Why each member has no meeting in the plan or beside it; `chosen`: the pairs it could choose from."""
    met = {key for row in rows for key in row.pair} | forum.meetings_of.keys()
    suggested = {key for pair in scores for key in pair}
    partners: dict[int, set[int]] = defaultdict(set)
    for a, b in chosen:
        partners[a].add(b)
        partners[b].add(a)
    alone = members_of(forum, aims) - met
    times = {
        key: {slot.pk for slot in forum.slots_to_plan if forum.is_open(key, slot)}
        for key in {*partners, *alone}
    }
    coming = {slot.pk for slot in forum.slots_to_plan}
    found = {}
    for key in sorted(alone):
        if not coming & forum.opened.get(key, frozenset()):
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
