"""An independent check of schedules: it reads the problem and the plan's rows alone."""

from __future__ import annotations

from backend.benchmarks.b2b.problem import B2BProblem
from matching.scheduling.checking import breaks_of, clashes_in, slots_of
from matching.scheduling.problem import Plan


def b2b_faults_in(problem: B2BProblem, plan: Plan) -> list[str]:
    """Constraints the plan violates and figures it misstates, one sentence each; empty when it is sound."""
    if plan.status in ("infeasible", "unknown"):
        return ["A plan without value has no meetings."] if plan.meetings else []
    faults = clashes_in(plan.meetings, people=problem.people, slots=problem.slots, tables=problem.tables)
    if len(plan.meetings) != len(problem.meetings):
        wanted, planned = len(problem.meetings), len(plan.meetings)
        return [*faults, f"{wanted} meetings were requested, {planned} are planned."]
    for number, (asked, row) in enumerate(zip(problem.meetings, plan.meetings, strict=True)):
        if (asked.i, asked.j) != (row.i, row.j):
            faults.append(f"Meeting {number} is between the wrong people.")
        if not asked.allowed >> row.slot & 1:
            faults.append(f"Meeting {number} stands in slot {row.slot}, which is not allowed.")
    for a, b in problem.before:
        if plan.meetings[a].slot >= plan.meetings[b].slot:
            faults.append(f"Meeting {a} is not before meeting {b}.")
    per_person = [breaks_of(slots) for slots in slots_of(plan.meetings, problem.people)]
    if per_person and max(per_person) - min(per_person) > problem.fairness:
        faults.append(f"Breaks differ by {max(per_person) - min(per_person)}.")
    if not plan.value == plan.breaks == sum(per_person):
        faults.append(f"The plan states {plan.value} breaks; its rows have {sum(per_person)}.")
    if plan.bound is None or (plan.value is not None and plan.bound > plan.value):
        faults.append(f"The lower bound {plan.bound} is above the value {plan.value}.")
    elif plan.status == "optimal" and plan.bound != plan.value:
        faults.append("The plan is called optimal, but its bound is lower.")
    return faults
