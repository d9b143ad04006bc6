"""An independent check of groups: it reads the problem and the plan's rows, and shares no search's code."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations

from matching.groups.rounds import RoundsPlan, RoundsProblem


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
            faults += [
                f"Round {number}: {sorted(pair)} may not sit together." for pair in pairs if pair in forbidden
            ]
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
