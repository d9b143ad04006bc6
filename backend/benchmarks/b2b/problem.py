"""The business-to-business meeting scheduling problem of the published benchmark (Bofill et al., 2022)."""

from __future__ import annotations

from dataclasses import dataclass

from matching.scheduling.problem import BadProblem


@dataclass(frozen=True, slots=True)
class RequestedMeeting:
    """A meeting that must take place in one of its `allowed` slots (bit t is slot t)."""

    i: int
    j: int
    allowed: int


@dataclass(frozen=True, slots=True)
class B2BProblem:
    """Meetings that must all take place, with as few breaks as possible.

    before: (a, b) says meeting a is strictly earlier than meeting b; fairness: no two people's breaks differ
    by more.
    """

    people: int
    slots: int
    tables: int
    meetings: tuple[RequestedMeeting, ...]
    before: tuple[tuple[int, int], ...] = ()
    fairness: int = 2

    def __post_init__(self) -> None:
        for number, meeting in enumerate(self.meetings, 1):
            if meeting.i == meeting.j or not {meeting.i, meeting.j} <= set(range(self.people)):
                raise BadProblem(f"Meeting {number} needs two different people of {self.people}.")
