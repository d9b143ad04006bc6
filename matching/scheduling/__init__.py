"""Scheduling: pairs with values, open slots and tables in; a plan with a proven bound, or conflicts, out."""

from matching.scheduling.checking import faults_in
from matching.scheduling.deadline import Clock, Deadline, ShouldStop
from matching.scheduling.problem import (
    BadProblem,
    Conflict,
    Locked,
    Meeting,
    Pair,
    Plan,
    Problem,
    Status,
)
from matching.scheduling.share_constraint import solve_with_share
from matching.scheduling.solve import Progress, solve

__all__ = [
    "BadProblem",
    "Clock",
    "Conflict",
    "Deadline",
    "Locked",
    "Meeting",
    "Pair",
    "Plan",
    "Problem",
    "Progress",
    "ShouldStop",
    "Status",
    "faults_in",
    "solve",
    "solve_with_share",
]
