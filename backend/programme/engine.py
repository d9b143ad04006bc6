"""Between the database and the planner: an event to a Problem, and its Plan to rows in the database's ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event

from backend.core.period import HasPeriod, overlaps
from backend.events.models.agenda import Slot
from backend.events.rules.attendees import IdPair, pair_of
from backend.programme.rules.candidates import (
    PlanRow,
    attendees_in_scope,
    candidate_pairs,
    is_cross_constituency,
    reasons_without_meeting,
)
from backend.programme.rules.conflicts import OUT_OF_TIME, PlanConflict
from backend.programme.rules.options import PlanOptions
from backend.programme.rules.planning_data import FixedMeeting, PlanningData
from matching.scheduling.problem import Conflict, Locked, Pair, Plan, Problem
from matching.scheduling.share_constraint import solve_with_share
from matching.scheduling.solve import Progress, solve

REPORT_SECONDS = 0.5  # between two calls of on_progress
FIRST_MEETING = 10.0  # what a seat of somebody without a meeting is worth beside a score, which is at most 1


@dataclass(frozen=True, slots=True)
class PlannerProgress:
    """Value and proven bound of the best plan so far, and the seconds spent."""

    value: float
    bound: float
    seconds: float


@dataclass(frozen=True, slots=True)
class PlannerResult:
    """What the planner made of an event.

    value and bound count planned meetings only; the bound is of plans with the share asked for, or without it
    where that is missed, and of a plan for people without a meeting: of plans that reach as many of them.
    without: a code by attendee id (see reasons_without_meeting); short: by id, people who alone cannot have
    the least asked for, with the most they can; conflicts: why there is no plan.
    """

    rows: tuple[PlanRow, ...]
    value: float
    bound: float
    is_optimal: bool
    breaks: int
    idle: int
    seconds: float
    share_missed: bool
    conflicts: tuple[PlanConflict, ...]
    without: dict[int, str]
    short: dict[int, int]


@dataclass(frozen=True, slots=True)
class ProblemIndex:
    """A Problem with the database's rows behind its numbers.

    attendees: ids of the problem's first people; those after them are placeholders that hold tables.
    first: whose meetings are worth more, so that as many as possible get one.
    """

    problem: Problem
    attendees: tuple[int, ...]
    slots: tuple[Slot, ...]
    scores: dict[IdPair, float]
    fixed_pairs: frozenset[IdPair]
    short: dict[int, int]
    first: frozenset[int]

    def bonus(self, pair: IdPair) -> float:
        """What a meeting of these two is worth beside its score."""
        return FIRST_MEETING * len(self.first & set(pair))


def plan_meetings(
    data: PlanningData,
    options: PlanOptions,
    scores: Mapping[IdPair, float],
    *,
    kept_rows: Sequence[PlanRow] = (),
    clock: Callable[[], float],
    on_progress: Callable[[PlannerProgress], bool],
) -> PlannerResult:
    """The best plan found in the options' seconds; `kept_rows` stay where they are.

    on_progress: called about twice a second, in the caller's thread; once it says False, the best plan so far
    is taken.
    """
    index = build_problem(data, options, scores, kept_rows)
    reports: list[Progress] = []
    stop = Event()
    with ThreadPoolExecutor(max_workers=1) as pool:
        solving = pool.submit(_solve, data, index, options, clock, reports.append, stop.is_set)
        started = clock()
        while not wait([solving], timeout=REPORT_SECONDS).done:
            last = reports[-1] if reports else Progress(0.0, 0.0, 0.0)
            if not on_progress(PlannerProgress(last.value, last.bound, clock() - started)):
                stop.set()
        plan, share_missed = solving.result()
    rows = _rows_of(data, index, plan)
    value = sum(row.value for row in rows)
    reached = sum(index.bonus(row.pair) for row in rows)
    return PlannerResult(
        rows=rows,
        value=value,
        bound=max((plan.bound or 0.0) - reached, value),
        is_optimal=plan.status == "optimal",
        breaks=plan.breaks,
        idle=plan.idle,
        seconds=plan.seconds,
        share_missed=share_missed,
        conflicts=_conflicts_of(data, index, plan),
        without=reasons_without_meeting(data, options, scores, index.scores, rows),
        short=index.short,
    )


def build_problem(
    data: PlanningData, options: PlanOptions, scores: Mapping[IdPair, float], kept_rows: Iterable[PlanRow] = ()
) -> ProblemIndex:
    """The event as a Problem.

    Fixed meetings are locked, or make people and tables busy where they lie off the planned slots;
    `kept_rows` of a draft are locked too.
    """
    slots, tables = data.slots_to_plan, data.tables
    slot_at = {slot.pk: number for number, slot in enumerate(slots)}
    table_at = {table.pk: number for number, table in enumerate(tables)}
    kept = {row.pair: row for row in kept_rows}
    candidates = {**candidate_pairs(data, options, scores), **{row.pair: row.value for row in kept.values()}}
    lockable, outside = _split_fixed(data, slot_at, table_at)
    attendees = sorted({key for pair in [*candidates, *(m.pair for m in lockable)] for key in pair})
    index = {key: number for number, key in enumerate(attendees)}
    outside_count = Counter(key for meeting in outside for key in meeting.pair)
    locked_count = Counter(key for meeting in lockable for key in meeting.pair)
    available = [[data.is_open(key, slot) for slot in slots] for key in attendees]
    for meeting in outside:
        for key in index.keys() & set(meeting.pair):
            for number, slot in enumerate(slots):
                available[index[key]][number] &= not overlaps(meeting.slot, slot)
    busy_tables = _busy_tables(data, outside, table_at)
    locked = []
    taken: set[tuple[int, int | None]] = set(busy_tables)
    for meeting in lockable:
        at = slot_at[meeting.slot.pk]
        i, j = (index[key] for key in meeting.pair)
        available[i][at] = available[j][at] = True
        table = table_at.get(meeting.table.pk)
        if (at, table) in taken:  # an open request whose planned table others got meanwhile
            table = None
        taken.add((at, table))
        locked.append(Locked(i, j, at, table))
    for row in kept.values():
        i, j = (index[key] for key in row.pair)
        locked.append(Locked(i, j, slot_at[row.slot_id], table_at[row.table_id]))
    in_scope = attendees_in_scope(data, options)
    first = in_scope if options.is_for_first_meetings else frozenset()
    kept_count = Counter(key for pair in kept for key in pair)
    partners: Counter[int] = Counter(key for pair in candidates for key in pair)
    most = [
        max(options.most_in_scope, kept_count[key])
        if key in first
        else max(options.most - outside_count[key], locked_count[key])
        for key in attendees
    ]
    possible = [
        min(sum(available[number]), most[number], partners[key] + locked_count[key])
        for number, key in enumerate(attendees)
    ]
    wanted = [max(options.least - outside_count[key], 0) if key in in_scope else 0 for key in attendees]
    least = [min(*both) for both in zip(wanted, possible, strict=True)]
    short = {
        key: possible[number] + outside_count[key]
        for number, key in enumerate(attendees)
        if possible[number] < wanted[number]
    }
    short |= {key: outside_count[key] for key in in_scope - index.keys() if outside_count[key] < options.least}
    for at, table in busy_tables:
        for _ in range(2):  # two placeholders hold the table
            available.append([number == at for number in range(len(slots))])
            most.append(1)
            least.append(0)
        locked.append(Locked(len(available) - 2, len(available) - 1, at, table))
    zone = data.event.zone
    problem = Problem(
        people=len(available),
        slots=len(slots),
        tables=len(tables),
        pairs=tuple(
            Pair(index[a], index[b], score + FIRST_MEETING * len(first & {a, b}))
            for (a, b), score in sorted(candidates.items())
        ),
        available=tuple(tuple(row) for row in available),
        most=tuple(most),
        least=tuple(least) if any(least) else (),
        days=tuple(slot.starts_at.astimezone(zone).toordinal() for slot in slots),
        locked=tuple(locked),
    )
    fixed_pairs = frozenset(meeting.pair for meeting in lockable)
    return ProblemIndex(problem, tuple(attendees), slots, candidates, fixed_pairs, dict(sorted(short.items())), first)


def _split_fixed(
    data: PlanningData, slot_at: Mapping[int, int], table_at: Mapping[int, int]
) -> tuple[list[FixedMeeting], list[FixedMeeting]]:
    """Fixed meetings that can be locked in the problem, and confirmed ones outside its slots or people.

    An open request gives way where its people or all tables are taken by others.
    """
    lockable: list[FixedMeeting] = []
    outside: list[FixedMeeting] = []
    seats: set[tuple[int, int]] = set()
    tables_used = Counter(data.slots_to_plan[number].pk for number, _table in _busy_tables(data, (), table_at))
    for meeting in sorted(data.fixed_meetings, key=lambda m: not m.is_confirmed):
        is_known = set(meeting.pair) <= data.people.keys()
        fits = meeting.slot.pk in slot_at and (meeting.table.pk in table_at or not meeting.is_confirmed)
        taken = {(key, meeting.slot.pk) for key in meeting.pair}
        is_free = not seats & taken and tables_used[meeting.slot.pk] < len(table_at)
        if meeting.is_confirmed and not (is_known and fits):
            outside.append(meeting)
        elif is_known and fits and (meeting.is_confirmed or is_free):
            lockable.append(meeting)
            seats |= taken
            tables_used[meeting.slot.pk] += 1
    return lockable, outside


def _busy_tables(
    data: PlanningData, outside: Iterable[FixedMeeting], table_at: Mapping[int, int]
) -> list[tuple[int, int]]:
    """(slot, table) numbers taken by groups, and by meetings outside the problem."""
    held: list[tuple[int, HasPeriod]] = [(meeting.table.pk, meeting.slot) for meeting in outside]
    held += [(table, period) for table, periods in data.held_tables.items() for period in periods]
    found = {
        (number, table_at[table])
        for table, period in held
        if table in table_at
        for number, slot in enumerate(data.slots_to_plan)
        if overlaps(period, slot)
    }
    return sorted(found)


def _solve(
    data: PlanningData,
    index: ProblemIndex,
    options: PlanOptions,
    clock: Callable[[], float],
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
) -> tuple[Plan, bool]:
    """The plan, and whether the share asked for was missed."""
    problem, seconds, seed = index.problem, options.seconds, options.seed
    if not options.cross_share:
        plan = solve(problem, seconds=seconds, seed=seed, clock=clock, on_progress=on_progress, should_stop=should_stop)
        return plan, False
    crosses = [
        is_cross_constituency(data, (index.attendees[pair.i], index.attendees[pair.j])) for pair in problem.pairs
    ]
    return solve_with_share(
        problem,
        crosses,
        options.cross_share,
        seconds=seconds,
        seed=seed,
        clock=clock,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def _rows_of(data: PlanningData, index: ProblemIndex, plan: Plan) -> tuple[PlanRow, ...]:
    """The planned meetings, without the fixed ones and the placeholders."""
    rows = []
    for meeting in plan.meetings:
        if max(meeting.i, meeting.j) >= len(index.attendees):
            continue
        a, b = pair_of(index.attendees[meeting.i], index.attendees[meeting.j])
        if (a, b) not in index.fixed_pairs:
            slot, table = index.slots[meeting.slot], data.tables[meeting.table]
            rows.append(PlanRow((a, b), slot.pk, table.pk, index.scores[a, b]))
    return tuple(rows)


def _conflicts_of(data: PlanningData, index: ProblemIndex, plan: Plan) -> tuple[PlanConflict, ...]:
    """Why there is no plan; empty where there is one."""
    if plan.value is None and not plan.conflicts:
        return (PlanConflict(OUT_OF_TIME),)
    return tuple(_with_ids(conflict, data, index) for conflict in plan.conflicts)


def _with_ids(conflict: Conflict, data: PlanningData, index: ProblemIndex) -> PlanConflict:
    ids = index.attendees
    return PlanConflict(
        code=conflict.code,
        people=tuple(ids[person] if person < len(ids) else None for person in conflict.people),
        slot_id=None if conflict.slot is None else index.slots[conflict.slot].pk,
        table_id=None if conflict.table is None else data.tables[conflict.table].pk,
        count=conflict.count,
        limit=conflict.limit,
    )
