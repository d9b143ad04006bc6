"""Between the database and the planner: an event to a Problem, its Plan to rows, best-so-far on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event

from backend.core.period import overlaps
from backend.events.models import Slot
from backend.programme.forum import Forum, Pair, Standing
from backend.programme.rules.conflicts import OUT_OF_TIME, PlanConflict
from backend.programme.scope import Aims, Row, crosses_in, members_of, pairs_for, why_without
from matching.scheduling import Conflict, Locked, Plan, Problem, Progress, solve, solve_with_share
from matching.scheduling import Pair as ValuedPair

SECONDS_BETWEEN_WORDS = 0.5


@dataclass(frozen=True, slots=True)
class BestSoFar:
    """Value and proven bound of the best plan until now, and the seconds gone."""

    value: float
    bound: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the planner made of an event.

    value and bound count planned meetings only; the bound is of plans with the share asked for, or without it
    where that is missed. `without` says by attendee id why somebody has no meeting, as a code: no_times,
    busy, no_suggestions, no_partner, no_common_time, no_room; `short` has the people, by id, who alone cannot
    have the least asked for, with the most they can.
    """

    rows: tuple[Row, ...]
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
class Sheet:
    """A Problem with the attendees (some of them nobody: they hold tables) and the pairs it stands for."""

    problem: Problem
    people: tuple[int, ...]
    slots: tuple[Slot, ...]
    scores: dict[Pair, float]
    standing: frozenset[Pair]
    short: dict[int, int]


def sheet_of(forum: Forum, aims: Aims, scores: Mapping[Pair, float], kept_rows: Iterable[Row] = ()) -> Sheet:
    """The event as a Problem. Meetings that stand are locked, or make people and tables busy where they lie
    off the planned slots; `kept_rows` of a draft are locked too."""
    slots, tables = forum.slots_to_plan, forum.tables
    slot_at = {slot.pk: number for number, slot in enumerate(slots)}
    table_at = {table.pk: number for number, table in enumerate(tables)}
    kept = {row.pair: row for row in kept_rows}
    chosen = {**pairs_for(forum, aims, scores), **{row.pair: row.value for row in kept.values()}}
    held, beside = _split(forum, slot_at, table_at)
    people = sorted({key for pair in [*chosen, *(s.pair for s in held)] for key in pair})
    index = {key: number for number, key in enumerate(people)}
    others = Counter(key for meeting in beside for key in meeting.pair)
    own = Counter(key for meeting in held for key in meeting.pair)
    available = [[forum.is_open(key, slot) for slot in slots] for key in people]
    for meeting in beside:
        for key in index.keys() & set(meeting.pair):
            for number, slot in enumerate(slots):
                available[index[key]][number] &= not overlaps(meeting.slot, slot)
    locked = []
    seated: set[tuple[int, int | None]] = set(_tables_held(beside, slots, table_at))
    for meeting in held:
        at = slot_at[meeting.slot.pk]
        i, j = (index[key] for key in meeting.pair)
        available[i][at] = available[j][at] = True
        table = table_at.get(meeting.table.pk)
        if (at, table) in seated:  # one that waits, whose planned table others got meanwhile
            table = None
        seated.add((at, table))
        locked.append(Locked(i, j, at, table))
    for row in kept.values():
        i, j = (index[key] for key in row.pair)
        locked.append(Locked(i, j, slot_at[row.slot_id], table_at[row.table_id]))
    members = members_of(forum, aims)
    partners: Counter[int] = Counter(key for pair in chosen for key in pair)
    most = [max(aims.most - others[key], own[key]) for key in people]
    rows = enumerate(zip(people, available, strict=True))
    can = [min(sum(row), most[n], partners[key] + own[key]) for n, (key, row) in rows]
    wanted = [max(aims.least - others[key], 0) if key in members else 0 for key in people]
    least = [min(*both) for both in zip(wanted, can, strict=True)]
    short = {key: can[n] + others[key] for n, key in enumerate(people) if can[n] < wanted[n]}
    short |= {key: others[key] for key in members - index.keys() if others[key] < aims.least}
    for number, at in _tables_held(beside, slots, table_at):
        for _ in range(2):  # nobody: two empty chairs hold the table
            available.append([n == number for n in range(len(slots))])
            most.append(1)
            least.append(0)
        locked.append(Locked(len(available) - 2, len(available) - 1, number, at))
    zone = forum.event.zone
    stood = frozenset(meeting.pair for meeting in held)
    problem = Problem(
        people=len(available),
        slots=len(slots),
        tables=len(tables),
        pairs=tuple(ValuedPair(index[a], index[b], score) for (a, b), score in sorted(chosen.items())),
        available=tuple(tuple(row) for row in available),
        most=tuple(most),
        least=tuple(least) if any(least) else (),
        days=tuple(slot.starts_at.astimezone(zone).toordinal() for slot in slots),
        locked=tuple(locked),
    )
    return Sheet(problem, tuple(people), slots, chosen, stood, dict(sorted(short.items())))


def _split(
    forum: Forum, slot_at: Mapping[int, int], table_at: Mapping[int, int]
) -> tuple[list[Standing], list[Standing]]:
    """Standing meetings that can be locked in the problem, and agreed ones that only keep people and tables
    busy. One that waits gives way where its people or all tables are taken by others."""
    held: list[Standing] = []
    beside: list[Standing] = []
    seats: set[tuple[int, int]] = set()
    room: Counter[int] = Counter()
    for meeting in sorted(forum.standing, key=lambda m: not m.is_agreed):
        is_known = set(meeting.pair) <= forum.people.keys()
        fits = meeting.slot.pk in slot_at and (meeting.table.pk in table_at or not meeting.is_agreed)
        taken = {(key, meeting.slot.pk) for key in meeting.pair}
        if meeting.is_agreed and not (is_known and fits):
            beside.append(meeting)
        elif (
            is_known
            and fits
            and (meeting.is_agreed or (not seats & taken and room[meeting.slot.pk] < len(table_at)))
        ):
            held.append(meeting)
            seats |= taken
            room[meeting.slot.pk] += 1
    return held, beside


def _tables_held(
    beside: Iterable[Standing], slots: Sequence[Slot], table_at: Mapping[int, int]
) -> list[tuple[int, int]]:
    """(slot, table) numbers taken by meetings the planner does not see."""
    held = {
        (number, table_at[meeting.table.pk])
        for meeting in beside
        if meeting.table.pk in table_at
        for number, slot in enumerate(slots)
        if overlaps(meeting.slot, slot)
    }
    return sorted(held)


def draft(
    forum: Forum,
    aims: Aims,
    scores: Mapping[Pair, float],
    *,
    kept_rows: Sequence[Row] = (),
    seconds: float,
    seed: int,
    clock: Callable[[], float],
    tell: Callable[[BestSoFar], bool],
) -> Drafted:
    """The best plan found in `seconds`.

    `tell` is called about twice a second, in the caller's thread, and says whether to go on: if not, the best
    plan so far is taken.
    """
    sheet = sheet_of(forum, aims, scores, kept_rows)
    told: list[Progress] = []
    stop = Event()
    with ThreadPoolExecutor(max_workers=1) as pool:
        solving = pool.submit(
            _best, forum, sheet, aims.cross_share, seconds, seed, clock, told.append, stop.is_set
        )
        started = clock()
        while not wait([solving], timeout=SECONDS_BETWEEN_WORDS).done:
            last = told[-1] if told else Progress(0.0, 0.0, 0.0)
            if not tell(BestSoFar(last.value, last.bound, clock() - started)):
                stop.set()
        plan, missed = solving.result()
    rows = _rows_of(forum, sheet, plan)
    value = sum(row.value for row in rows)
    return Drafted(
        rows=rows,
        value=value,
        bound=max(plan.bound or 0.0, value),
        is_optimal=plan.status == "optimal",
        breaks=plan.breaks,
        idle=plan.idle,
        seconds=plan.seconds,
        share_missed=missed,
        conflicts=_conflicts_of(forum, sheet, plan),
        without=why_without(forum, aims, scores, sheet.scores, rows),
        short=sheet.short,
    )


def _conflicts_of(forum: Forum, sheet: Sheet, plan: Plan) -> tuple[PlanConflict, ...]:
    """Why there is no plan, in the database's ids; empty where there is one."""
    if plan.value is None and not plan.conflicts:
        return (PlanConflict(OUT_OF_TIME),)
    return tuple(_with_ids(conflict, forum, sheet) for conflict in plan.conflicts)


def _with_ids(conflict: Conflict, forum: Forum, sheet: Sheet) -> PlanConflict:
    people = sheet.people
    return PlanConflict(
        code=conflict.code,
        people=tuple(people[person] if person < len(people) else None for person in conflict.people),
        slot_id=None if conflict.slot is None else sheet.slots[conflict.slot].pk,
        table_id=None if conflict.table is None else forum.tables[conflict.table].pk,
        count=conflict.count,
        limit=conflict.limit,
    )


def _rows_of(forum: Forum, sheet: Sheet, plan: Plan) -> tuple[Row, ...]:
    """The planned meetings, without those that stood before and the empty chairs."""
    rows = []
    for meeting in plan.meetings:
        if max(meeting.i, meeting.j) >= len(sheet.people):
            continue
        a, b = sorted((sheet.people[meeting.i], sheet.people[meeting.j]))
        if (a, b) not in sheet.standing:
            table = forum.tables[meeting.table]
            rows.append(Row((a, b), sheet.slots[meeting.slot].pk, table.pk, sheet.scores[a, b]))
    return tuple(rows)


def _best(
    forum: Forum,
    sheet: Sheet,
    share: float,
    seconds: float,
    seed: int,
    clock: Callable[[], float],
    tell: Callable[[Progress], None],
    stopped: Callable[[], bool],
) -> tuple[Plan, bool]:
    """The plan, and whether the share asked for was missed."""
    problem = sheet.problem
    if not share:
        plan = solve(problem, seconds=seconds, seed=seed, clock=clock, on_progress=tell, should_stop=stopped)
        return plan, False
    crosses = [crosses_in(forum, (sheet.people[pair.i], sheet.people[pair.j])) for pair in problem.pairs]
    return solve_with_share(
        problem,
        crosses,
        share,
        seconds=seconds,
        seed=seed,
        clock=clock,
        on_progress=tell,
        should_stop=stopped,
    )
