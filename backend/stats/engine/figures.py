"""The figures of an event as frozen dataclasses; pages, files, pictures and the API all print these."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

SUGGESTED, VIEWED, REQUESTED, PROPOSED, ACCEPTED, HELD, USEFUL = (
    "suggested", "viewed", "requested", "proposed", "accepted", "held", "useful",
)  # fmt: skip
FUNNEL = (SUGGESTED, VIEWED, REQUESTED, PROPOSED, ACCEPTED, HELD, USEFUL)
MATRIX_STEPS = (SUGGESTED, REQUESTED, ACCEPTED, HELD)
NO_THEME = "none"


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """How many came this far: pairs of people when suggested or viewed, meetings from then on. What
    organisers proposed or arranged is counted beside what people requested of each other; accepted come from
    both.

    `from_suggestions`: those whose two people had been suggested to each other. `share`: of the step before
    (of requested and proposed together; none of those proposed), without meetings still to come or not rated;
    None where the step before is empty.
    """

    step: str
    count: int
    from_suggestions: int
    share: float | None


@dataclass(frozen=True, slots=True)
class DropOut:
    """How many dropped out after `step`, and why.

    Causes: not_viewed; not_requested; declined, withdrawn, office_hour, expired, waiting;
    not_agreed, proposal_open; cancelled, not_held, disputed,
    to_come; not_useful, not_rated.
    """

    step: str
    cause: str
    count: int


@dataclass(frozen=True, slots=True)
class Cell:
    """`expected` under random mixing; `ratio` observed to expected; `p` two-sided, by permutation, or None
    where none was computed (between sectors, which are too many for a p-value each to mean anything)."""

    observed: int
    expected: float
    ratio: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts by two keys. Where rows and columns are the same it is symmetric: each meeting is counted
    once, also on the diagonal, so the upper triangle adds up to `total`. With themes as columns a cell
    counts seats: every meeting has two."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class StepFigures:
    """Who is at one step of the funnel with whom. `within_theme`: one matrix for each of `themes`."""

    step: str
    by_constituency: Matrix
    by_sector: Matrix
    by_theme: Matrix
    themes: tuple[str, ...]
    within_theme: tuple[Matrix, ...]
    ei: float | None
    ei_chance: float | None
    ei_p: float | None


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """The connections: accepted meetings still to come, and held ones; two people are one pair.

    `inside`: meetings of two people of one constituency; `outside`: of two.
    """

    people: int
    meetings: int
    pairs: int
    inside: int
    outside: int
    density: float
    degree_centralisation: float
    components: int
    largest_component: int
    isolates: int
    ei: float | None
    ei_chance: float | None
    ei_p: float | None
    assortativity: float | None
    diversity: float | None


@dataclass(frozen=True, slots=True)
class ConstituencyFigures:
    """One constituency in that network, and how its members answer. Indices are None without meetings.

    `inside`: meetings among its members; `outside`: of its members with others. `partner_diversity`: Blau's
    index of the constituencies its members met.
    """

    key: str
    attendees: int
    with_meeting: int
    inside: int
    outside: int
    ei: float | None
    ei_chance: float | None
    homophily: float | None
    partner_diversity: float | None
    response: ResponseTimes


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """How people's own requests were answered: hours from asking to the answer."""

    received: int
    answered: int
    accepted: int
    waiting: int
    median_hours: float | None
    slow_hours: float | None  # nine in ten answers came faster


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """One counted attendee in the network. `pairs` and the roles: see matching.network.roles."""

    attendee_id: int
    constituency: str
    sector: str
    country: str
    partners: int
    meetings: int
    listed: int
    ei: float | None
    betweenness: float
    coordinator: int
    consultant: int
    gatekeeper: int
    representative: int
    liaison: int
    bridged: int


@dataclass(frozen=True, slots=True)
class Connection:
    """Two attendees, lower id first, with the number of meetings between them."""

    first: int
    second: int
    meetings: int


@dataclass(frozen=True, slots=True)
class WithoutMeeting:
    """Somebody without a meeting, with what an organiser needs to help."""

    attendee_id: int
    constituency: str
    has_joined: bool
    is_profile_empty: bool
    listed: int
    asked: int
    received: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often people are suggested. `coverage`: share of people on a list; `gini`: 0 is even."""

    coverage: float | None
    gini: float | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One sector, country or language: its attendees, and their seats in meetings requested and so on.

    An attendee counts under each language stated; "" are those who state none."""

    key: str
    constituency: str
    attendees: int
    with_meeting: int
    requested: int
    accepted: int
    held: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day in the event's zone: requests made, acceptances given, and meetings whose day it was."""

    date: dt.date
    requested: int
    accepted: int
    held: int


def percent_across(ei: float) -> int:
    """The share of meetings across constituencies, of an E-I index as published; in percent.

    >>> percent_across(0.5)
    75
    """
    return round(50 * (1 + round(ei, 4)))


@dataclass(frozen=True, slots=True)
class EditionFigures:
    """What is compared between editions. `attendees` and `requested` are None where only ties are known."""

    slug: str
    name: str
    attendees: int | None
    requested: int | None
    accepted: int | None
    held: int
    pairs: int
    inside: int
    outside: int
    without_meeting: int | None
    ei: float | None
    ei_chance: float | None

    @property
    def with_meeting(self) -> int | None:
        if self.attendees is None or self.without_meeting is None:
            return None
        return self.attendees - self.without_meeting


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Small groups, which are in no other figure; a group of k has k(k-1)/2 ties of 1/(k-1).

    `people`: at one table at least; `weight`: of all ties, `outside` of those between two constituencies.
    `bridges`: pairs of people of two constituencies that meet as two; `bridges_with`: so or in a group.
    `ei_with`: the E-I index of meetings of two, and of groups by their weights.
    """

    groups: int
    people: int
    weight: float
    outside: float
    bridges: int
    bridges_with: int
    ei_with: float | None


@dataclass(frozen=True, slots=True)
class EventStats:
    """Every figure of one event at one time; `brokers`: who connects most pairs of two constituencies.

    `joined`: of its attendees, those who have.
    """

    computed_at: dt.datetime
    joined: int
    edition: EditionFigures
    previous: EditionFigures | None
    constituencies: tuple[ConstituencyFigures, ...]
    funnel: tuple[FunnelStep, ...]
    exits: tuple[DropOut, ...]
    steps: tuple[StepFigures, ...]
    network: NetworkFigures
    groups: GroupFigures
    exposure: Exposure
    response: ResponseTimes
    sectors: tuple[Breakdown, ...]
    countries: tuple[Breakdown, ...]
    languages: tuple[Breakdown, ...]
    days: tuple[Day, ...]
    people: tuple[PersonFigures, ...]
    ties: tuple[Connection, ...]
    brokers: tuple[PersonFigures, ...]
    without_meeting: tuple[WithoutMeeting, ...]

    def step(self, name: str) -> StepFigures:
        """The matrices of a step of MATRIX_STEPS."""
        return next(step for step in self.steps if step.step == name)
