"""Every count that the published tables are made of, as fine as it can be, and how these add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.stats.engine.figures import (
    ACCEPTED,
    HELD,
    PROPOSED,
    REQUESTED,
    SUGGESTED,
    USEFUL,
    VIEWED,
    EditionFigures,
    EventStats,
)
from backend.stats.rules.suppression import Counts, Equation, Key

ALL = "all"
# Kinds of counts that a forum only adds to: today's is no less than yesterday's.
CUMULATIVE = frozenset({"funnel", "pair", "seats", "theme", "took", "people", "met"})
EDITION_COUNTS = {
    "attendees": ("people", ALL, ALL),
    "with_meeting": ("met", ALL, ALL),
    "without_meeting": ("unmet", ALL, ALL),
    "requested": ("funnel", REQUESTED),
    "accepted": ("funnel", ACCEPTED),
    "held": ("funnel", HELD),
    "pairs": ("connected pairs", ALL),
    "inside": ("connected inside", ALL),
    "outside": ("connected outside", ALL),
}


def pair_key(step: str, one: str, other: str) -> Key:
    """The key of the meetings of two constituencies at a step, in either order."""
    return ("pair", step, *sorted((one, other)))


class _Drawn:
    """Counts while they are collected."""

    def __init__(self) -> None:
        self.values: dict[Key, int] = {}
        self.equations: list[Equation] = []

    def add(self, value: int, *key: str) -> Key:
        self.values[key] = value
        return key

    def total(self, parts: Iterable[Key], *totals: Key, times: int = 1) -> None:
        """The parts add up to the sum of the totals, each taken so many times."""
        equation: dict[Key, int] = {}
        for part in parts:
            equation[part] = equation.get(part, 0) + 1
        for total in totals:
            equation[total] = equation.get(total, 0) - times
        self.equations.append(equation)


def counts_of(stats: EventStats, step: str) -> Counts:
    """The counts of an event; by constituency, theme, sector and country at `step` (ACCEPTED or HELD)."""
    drawn = _Drawn()
    _add_funnel(drawn, stats)
    _add_people(drawn, stats)
    _add_network(drawn, stats)
    _add_step(drawn, stats, step)
    return Counts(drawn.values, drawn.equations)


def counts_of_edition(edition: EditionFigures) -> Counts:
    """The counts of an edition of which only recorded ties are known."""
    drawn = _Drawn()
    for name in EDITION_COUNTS:
        if (value := getattr(edition, name)) is not None:
            drawn.add(value, "previous", name)
    drawn.total([("previous", "inside"), ("previous", "outside")], ("previous", HELD))
    return Counts(drawn.values, drawn.equations)


def _add_funnel(drawn: _Drawn, stats: EventStats) -> None:
    counts = {step.step: drawn.add(step.count, "funnel", step.step) for step in stats.funnel}
    exits = {row.cause: drawn.add(row.count, "exit", row.cause) for row in stats.exits}
    value = drawn.values

    def add_exits(step: str, *kept: Key) -> None:
        drawn.total([*(exits[row.cause] for row in stats.exits if row.step == step), *kept], counts[step])

    def rest(step: str, cause: str, *key: str) -> Key:
        """What is left of a step without one of its exits; the share of the next step tells it."""
        left = drawn.add(value[counts[step]] - value[exits[cause]], *key)
        drawn.total([left, exits[cause]], counts[step])
        return left

    rest(VIEWED, "not_requested", "viewed and asked")
    rest(ACCEPTED, "to_come", "due")
    rest(HELD, "not_rated", "rated")
    open_or_ended = sum(row.count for row in stats.exits if row.step == PROPOSED)
    of_proposals = drawn.add(value[counts[PROPOSED]] - open_or_ended, "agreed", PROPOSED)
    of_requests = drawn.add(value[counts[ACCEPTED]] - value[of_proposals], "agreed", REQUESTED)
    drawn.add(stats.response.answered, "answered", ALL)
    add_exits(SUGGESTED, counts[VIEWED])
    add_exits(REQUESTED, of_requests)
    add_exits(PROPOSED, of_proposals)
    drawn.total([of_requests, of_proposals], counts[ACCEPTED])
    add_exits(ACCEPTED, counts[HELD])
    add_exits(HELD, counts[USEFUL])


def _add_people(drawn: _Drawn, stats: EventStats) -> None:
    """Sectors add up to their constituency, these and the countries to the whole.

    Languages add up to nothing: who speaks two counts under both.
    """

    def add(kind: str, name: str, people: int, met: int) -> None:
        keys = [
            drawn.add(count, word, kind, name)
            for word, count in (("people", people), ("met", met), ("unmet", people - met))
        ]
        drawn.total(keys[1:], keys[0])

    def total(kind: str, names: Sequence[str], of: tuple[str, str] = (ALL, ALL)) -> None:
        for word in ("people", "met", "unmet"):
            drawn.total(((word, kind, name) for name in names), (word, *of))

    network = stats.network
    add(ALL, ALL, network.people, network.people - network.isolates)
    for one in stats.constituencies:
        add("constituency", one.key, one.attendees, one.with_meeting)
    total("constituency", [one.key for one in stats.constituencies])
    for kind, lines in (("sector", stats.sectors), ("country", stats.countries)):
        for line in lines:
            add(kind, line.key, line.attendees, line.with_meeting)
    total("country", [line.key for line in stats.countries])
    for one in stats.constituencies:
        names = [line.key for line in stats.sectors if line.constituency == one.key]
        total("sector", names, ("constituency", one.key))
    for line in stats.languages:
        drawn.add(line.attendees, "people", "language", line.key)


def _add_network(drawn: _Drawn, stats: EventStats) -> None:
    network = stats.network
    meetings = drawn.add(network.meetings, "connected", ALL)
    drawn.add(network.pairs, "connected pairs", ALL)
    inside = drawn.add(network.inside, "connected inside", ALL)
    outside = drawn.add(network.outside, "connected outside", ALL)
    drawn.total([inside, outside], meetings)
    drawn.total([("exit", "to_come"), ("funnel", HELD)], meetings)


def _add_step(drawn: _Drawn, stats: EventStats, step: str) -> None:
    """Each pair of constituencies once; seats by theme, sector and country: every meeting has two."""
    figures = stats.step(step)
    names, cells = figures.by_constituency.rows, figures.by_constituency.cells
    meetings, value = ("funnel", step), drawn.values
    pairs = [
        (one == other, drawn.add(cells[a][b].observed, *pair_key(step, one, other)))
        for a, one in enumerate(names)
        for b, other in enumerate(names[a:], start=a)
    ]
    drawn.total((key for _, key in pairs), meetings)
    # The network leaves out accepted meetings that were not held, and has those to come beside the held ones.
    for is_inside, word in ((True, "inside"), (False, "outside")):
        keys = [key for inside, key in pairs if inside == is_inside]
        connected = (f"connected {word}", ALL)
        apart = value[connected] - sum(value[key] for key in keys)
        left = drawn.add(abs(apart), f"apart {word}", step)
        drawn.total([*keys, left], connected) if step == HELD else drawn.total([connected, left], *keys)
    seats_of = {one: [pair_key(step, one, other) for other in names] + [pair_key(step, one, one)] for one in names}
    for one, row in zip(figures.by_theme.rows, figures.by_theme.cells, strict=True):
        seats = [
            drawn.add(cell.observed, "seats", step, one, theme) for theme, cell in zip(figures.themes, row, strict=True)
        ]
        drawn.total(seats, *seats_of[one])
    for theme, within in zip(figures.themes, figures.within_theme, strict=True):
        of_theme = drawn.add(within.total, "theme", step, theme)
        drawn.total((("seats", step, one, theme) for one in names), of_theme, times=2)
    drawn.total((("theme", step, theme) for theme in figures.themes), meetings)
    for kind, lines in (("sector", stats.sectors), ("country", stats.countries)):
        for line in lines:
            drawn.add(getattr(line, step), "took", kind, line.key, step)
    drawn.total((("took", "country", line.key, step) for line in stats.countries), meetings, times=2)
    for one in names:
        own = (line.key for line in stats.sectors if line.constituency == one)
        drawn.total((("took", "sector", name, step) for name in own), *seats_of[one])
