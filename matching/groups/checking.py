"""An independent check of groups: it reads the problem and the plan's rows, and shares no search's code."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, permutations
from math import sqrt

from matching.groups.rounds import RoundsPlan, RoundsProblem
from matching.groups.roundtables import MET_WORTH, RoundtablesPlan, RoundtablesProblem
from matching.groups.trios import ADDED, TriosPlan, TriosProblem


def faults_in_rounds(problem: RoundsProblem, plan: RoundsPlan) -> list[str]:
    """Constraints the plan violates and figures it misstates, one sentence each; empty when it is sound."""
    if plan.table.shape != problem.present.shape:
        return ["The plan needs a row for each round and a column for each person."]
    faults: list[str] = []
    forbidden = {frozenset(pair) for pair in problem.forbidden.tolist()}
    meetings: Counter[frozenset[int]] = Counter()
    deviations = []
    for number, row in enumerate(plan.table.tolist()):
        tables, wrong = _tables_of(problem, number, row)
        faults += wrong
        for table, people in tables.items():
            pairs = [frozenset(pair) for pair in combinations(people, 2)]
            meetings.update(pairs)
            faults += [f"Round {number}: {sorted(pair)} may not sit together." for pair in pairs if pair in forbidden]
            deviations.append(_deviation(problem, number, people))
            faults += _faults_of_size(problem, number, table, people)
    repeats = sum(meetings.values()) - len(meetings)
    mix = sum(deviations) / len(deviations) if deviations else 0.0
    if (plan.pairs_met, plan.repeats) != (len(meetings), repeats):
        faults.append(f"The rows have {len(meetings)} pairs and {repeats} repeats; the plan states others.")
    if abs(plan.mix - mix) > 1e-6:
        faults.append(f"The plan states a mix of {plan.mix}; its rows have {mix}.")
    if plan.pairs_bound < plan.pairs_met or plan.mix_bound > mix + 1e-6:
        faults.append("A bound is passed.")
    return faults


def _tables_of(problem: RoundsProblem, number: int, row: list[int]) -> tuple[dict[int, list[int]], list[str]]:
    faults = []
    tables: dict[int, list[int]] = defaultdict(list)
    for person, table in enumerate(row):
        fixed = int(problem.fixed[number, person])
        if fixed != -1 and table != fixed:
            faults.append(f"Round {number}: {person} was moved from table {fixed}.")
        if table == -1:
            continue
        if not problem.present[number, person]:
            faults.append(f"Round {number}: {person} is seated, but absent.")
        if not 0 <= table < len(problem.seats):
            faults.append(f"Round {number}: {person} sits at table {table}, which is none.")
        tables[table].append(person)
    return tables, faults


def _faults_of_size(problem: RoundsProblem, number: int, table: int, people: list[int]) -> list[str]:
    if 0 <= table < len(problem.seats) and len(people) > problem.seats[table]:
        return [f"Round {number}: table {table} has {len(people)} people for {problem.seats[table]} seats."]
    if len(people) < problem.least and table not in problem.fixed[number]:
        return [f"Round {number}: table {table} has {len(people)} people, fewer than {problem.least}."]
    return []


def _deviation(problem: RoundsProblem, number: int, people: list[int]) -> float:
    """Mean over constituencies of |share at the table - share among those present|."""
    codes = problem.constituency.tolist()
    there = [code for code, present in zip(codes, problem.present[number], strict=True) if present]
    here = [codes[person] for person in people]
    kinds = range(max(codes) + 1)
    return sum(abs(here.count(c) / len(here) - there.count(c) / len(there)) for c in kinds) / len(kinds)


def faults_in_trios(problem: TriosProblem, plan: TriosPlan) -> list[str]:
    """The same for trios."""
    faults = []
    places: Counter[int] = Counter()
    pairs: Counter[frozenset[int]] = Counter()
    total = 0.0
    for trio, stated in zip(plan.trios.tolist(), plan.values.tolist(), strict=True):
        value = trio_value(problem, tuple(trio))
        if value is None:
            faults.append(f"{trio} is no trio: not three constituencies, no need, or two who may not meet.")
        elif abs(value - stated) > 1e-6:
            faults.append(f"{trio} is worth {value}, and the plan states {stated}.")
        total += value or 0
        places.update(trio)
        pairs.update(frozenset(pair) for pair in combinations(trio, 2))
    faults += [f"{p} is in {number} trios." for p, number in places.items() if number > problem.most[p]]
    faults += [f"{sorted(pair)} are in {number} trios." for pair, number in pairs.items() if number > 1]
    if abs(total - plan.value) > 1e-6 * max(1, total):
        faults.append(f"The plan states value {plan.value}; its trios add up to {total}.")
    if plan.bound < total - 1e-6:
        faults.append("The bound is passed.")
    return faults


def trio_value(problem: TriosProblem, trio: tuple[int, ...]) -> float | None:
    """The weakest of the three scores, and ADDED where a third offers what the two of a need lack; None
    where the three are no trio."""
    if len({int(problem.constituency[p]) for p in trio}) < 3:
        return None
    weakest = min(float(problem.score[a, b]) for a, b in combinations(trio, 2))
    topics = range(problem.seeks.shape[1])
    seeks = {p: {t for t in topics if problem.seeks[p, t]} for p in trio}
    offers = {p: {t for t in topics if problem.offers[p, t]} for p in trio}
    around = [(a, b, c) for a, b, c in permutations(trio) if seeks[a] & offers[b]]
    if weakest <= 0 or not around:
        return None
    adds = any((seeks[a] | seeks[b]) & offers[c] - offers[a] - offers[b] for a, b, c in around)
    return weakest + ADDED * adds


def faults_in_roundtables(problem: RoundtablesProblem, plan: RoundtablesPlan) -> list[str]:
    """The same for roundtables."""
    faults = []
    forbidden = {frozenset(pair) for pair in problem.forbidden.tolist()}
    met = {frozenset(pair) for pair in problem.met.tolist()}
    tables: dict[int, list[int]] = defaultdict(list)
    for person, table in enumerate(plan.table.tolist()):
        if table == -1:
            continue
        tables[table].append(person)
        if problem.host[table] != person and (person in problem.host or not problem.wanted[person, table]):
            faults.append(f"{person} does not want table {table}, or hosts another.")
    total = 0.0
    for table, people in tables.items():
        kinds = Counter(int(problem.constituency[person]) for person in people)
        if not problem.least <= len(people) <= problem.most or int(problem.host[table]) not in people:
            faults.append(f"Table {table} has {len(people)} people, or is without its host.")
        if max(kinds.values()) > problem.share_most * len(people) + 1e-6:
            faults.append(f"Table {table} has too many of one constituency.")
        for pair in combinations(people, 2):
            if frozenset(pair) in forbidden:
                faults.append(f"{pair} may not sit together.")
            total += sqrt(problem.score[pair]) * (MET_WORTH if frozenset(pair) in met else 1)
    if abs(total - plan.value) > 1e-6 * max(1, total):
        faults.append(f"The plan states value {plan.value}; its tables add up to {total}.")
    if plan.bound < total - 1e-6:
        faults.append("The bound is passed.")
    return faults
