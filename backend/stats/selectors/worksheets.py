"""The figures as worksheets to publish: aggregates only, with small counts withheld."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from backend.core.spreadsheets import CellValue, Worksheet
from backend.stats.engine.figures import (
    ACCEPTED,
    HELD,
    PROPOSED,
    REQUESTED,
    SUGGESTED,
    USEFUL,
    VIEWED,
    Breakdown,
    EventStats,
    ResponseTimes,
    StepFigures,
)
from backend.stats.rules import cells_to_withhold
from backend.stats.rules.suppression import Equation, Key

WITHHELD = "*"
NOTE = "* withheld: from 1 to 4, or it would give such a count away"

ALL = "all"


@dataclass(frozen=True, slots=True)
class Count:
    """A count of people or meetings, by the key under which it may be withheld."""

    key: Key
    value: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A value computed from counts; it is withheld with any of them."""

    value: float | None
    of: tuple[Key, ...]


Row = tuple[CellValue | Count | Figure, ...]


@dataclass(slots=True)
class WorkbookDraft:
    """Worksheets before small counts are withheld, with the equations between their counts."""

    worksheets: list[tuple[str, tuple[str, ...], list[Row]]] = field(default_factory=list)
    values: dict[Key, int] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)
    last: set[Key] = field(default_factory=set)

    def count(self, value: int | None, *key: str) -> Count:
        """A count; the same key is the same count in every worksheet."""
        if value is not None:
            self.values[key] = value
        return Count(key, value)

    def add_total(self, parts: Iterable[Key], *totals: Key, times: int = 1) -> None:
        """State that the parts add up to the sum of the totals, each taken so many times."""
        equation: dict[Key, int] = {}
        for part in parts:
            equation[part] = equation.get(part, 0) + 1
        for total in totals:
            equation[total] = equation.get(total, 0) - times
        self.equations.append(equation)

    def withhold_last(self, *counts: Count) -> None:
        """Withhold other counts before these, which the headlines quote."""
        self.last.update(count.key for count in counts)

    def add_worksheet(self, name: str, columns: str, rows: Iterable[Row]) -> None:
        """`columns`: names separated by spaces."""
        self.worksheets.append((name, tuple(columns.split()), list(rows)))

    def release(self) -> tuple[Worksheet, ...]:
        """The worksheets as anybody may read them."""
        hidden = cells_to_withhold(self.values, self.equations, last=self.last)

        def plain(cell: CellValue | Count | Figure) -> CellValue:
            if isinstance(cell, Count):
                return WITHHELD if cell.key in hidden else cell.value
            if isinstance(cell, Figure):
                if cell.value is None or hidden.isdisjoint(cell.of):
                    return None if cell.value is None else round(cell.value, 4)
                return WITHHELD
            return cell

        return tuple(
            Worksheet(name, columns, tuple(tuple(plain(cell) for cell in row) for row in rows))
            for name, columns, rows in self.worksheets
        )


def worksheets_for(stats: EventStats) -> tuple[Worksheet, ...]:
    """Every table that may be published. Counts under five are withheld, and others where a total or a sum
    in another table would give one away.

    Matrices within a theme are not published: nearly all their cells are small.
    """
    draft = WorkbookDraft()
    constituency_of = {line.key: line.constituency for line in stats.sectors}
    _funnel(draft, stats)
    for step in stats.steps:
        _step(draft, step, constituency_of)
    _constituencies(draft, stats)
    _network(draft, stats)
    _breakdowns(draft, stats)
    _days(draft, stats)
    _editions(draft, stats)
    return draft.release()


def _funnel(draft: WorkbookDraft, stats: EventStats) -> None:
    steps = {step.step: step for step in stats.funnel}
    exits = {row.cause: draft.count(row.count, "exit", row.cause) for row in stats.exits}
    counts = {name: draft.count(step.count, "funnel", name) for name, step in steps.items()}

    def add_exits(step: str, *kept: Key) -> None:
        causes = [exits[row.cause].key for row in stats.exits if row.step == step]
        draft.add_total([*causes, *kept], counts[step].key)

    asked = draft.count(steps[VIEWED].count - (exits["not_requested"].value or 0), "viewed and asked")
    draft.add_total([exits["not_requested"].key, asked.key], counts[VIEWED].key)
    add_exits(SUGGESTED, counts[VIEWED].key)
    ended = sum(row.count for row in stats.exits if row.step == PROPOSED)
    of_proposals = draft.count(steps[PROPOSED].count - ended, "agreed proposals", ALL)
    of_requests = draft.count(steps[ACCEPTED].count - (of_proposals.value or 0), "agreed", ALL)
    add_exits(REQUESTED, of_requests.key)
    add_exits(PROPOSED, of_proposals.key)
    draft.add_total([of_requests.key, of_proposals.key], counts[ACCEPTED].key)
    add_exits(ACCEPTED, counts[HELD].key)
    add_exits(HELD, counts[USEFUL].key)
    shares = {
        SUGGESTED: (),
        VIEWED: (counts[SUGGESTED].key, counts[VIEWED].key),
        REQUESTED: (asked.key, counts[VIEWED].key),
        PROPOSED: (),
        ACCEPTED: (counts[REQUESTED].key, counts[PROPOSED].key, counts[ACCEPTED].key),
        HELD: (counts[ACCEPTED].key, exits["to_come"].key, counts[HELD].key),
        USEFUL: (counts[HELD].key, exits["not_rated"].key, counts[USEFUL].key),
    }
    rows: list[Row] = []
    for name, step in steps.items():
        linked = counts[name]
        if name not in (SUGGESTED, VIEWED):
            linked = draft.count(step.from_suggestions, "linked", name)
            other = draft.count(step.count - step.from_suggestions, "unlinked", name)
            draft.add_total([linked.key, other.key], counts[name].key)
        rows.append((name, counts[name], linked, Figure(step.share, shares[name])))
    draft.add_worksheet("funnel", "step count from_suggestions share", rows)
    draft.add_worksheet(
        "exits", "after cause count", ((row.step, row.cause, exits[row.cause]) for row in stats.exits)
    )


def _days(draft: WorkbookDraft, stats: EventStats) -> None:
    dates = [(day, day.date.isoformat()) for day in stats.days]
    steps = (REQUESTED, ACCEPTED, HELD)
    rows: list[Row] = [
        (date, *(draft.count(getattr(day, step), "day", date, step) for step in steps)) for day, date in dates
    ]
    for step in steps:
        draft.add_total((("day", date, step) for _, date in dates), ("funnel", step))
    draft.add_worksheet("days", "date requested accepted held", rows)


def _editions(draft: WorkbookDraft, stats: EventStats) -> None:
    """This edition and the previous one."""
    shared = {
        "attendees": ("people", ALL, ALL),
        "requested": ("funnel", REQUESTED),
        "accepted": ("funnel", ACCEPTED),
        "held": ("funnel", HELD),
        "pairs": ("connected pairs", ALL),
        "inside": ("connected inside", ALL),
        "outside": ("connected outside", ALL),
        "with_meeting": ("met", ALL, ALL),
        "without_meeting": ("unmet", ALL, ALL),
    }
    rows: list[Row] = []
    for edition in (stats.edition, stats.previous):
        if edition is None:
            continue
        own = edition is stats.edition
        counts = [
            draft.count(getattr(edition, name), *(key if own else ("previous", name)))
            for name, key in shared.items()
        ]
        both = tuple(count.key for count in counts[5:7])
        people = tuple(("people", "constituency", one.key) for one in stats.constituencies) if own else ()
        figures = Figure(edition.ei, both), Figure(edition.ei_chance, people)
        rows.append((edition.slug, *counts, *figures))
        if not own and edition.attendees is not None:
            met = (("previous", name) for name in ("with_meeting", "without_meeting"))
            draft.add_total(met, ("previous", "attendees"))
    columns = " ".join([*shared, "ei ei_chance"])
    draft.add_worksheet("editions", f"edition {columns}", rows)


def _constituencies(draft: WorkbookDraft, stats: EventStats) -> None:
    rows: list[Row] = []
    for one in stats.constituencies:
        inside = draft.count(one.inside, "connected inside", one.key)
        outside = draft.count(one.outside, "connected outside", one.key)
        people = _people(draft, "constituency", one.key, one.attendees, one.with_meeting)
        both = (inside.key, outside.key)
        rows.append(
            (
                one.key,
                *people,
                inside,
                outside,
                Figure(one.ei, both),
                Figure(one.ei_chance, (people[0].key, ("people", ALL, ALL))),
                Figure(one.homophily, (*both, people[0].key)),
                Figure(one.partner_diversity, both),
                *_response(draft, one.response, one.key),
            )
        )
    names = [one.key for one in stats.constituencies]
    _total_people(draft, stats, "constituency", names)
    draft.add_total((("received", name) for name in names), ("funnel", REQUESTED))
    draft.add_total((("agreed", name) for name in names), ("agreed", ALL))
    draft.add_total((("waiting", name) for name in names), ("exit", "waiting"))
    draft.count(stats.response.answered, "answered", ALL)
    draft.add_total((("answered", name) for name in names), ("answered", ALL))
    columns = (
        "constituency attendees with_meeting without_meeting meetings_inside meetings_outside ei ei_chance "
        "homophily partner_diversity received answered accepted waiting median_hours slow_hours"
    )
    draft.add_worksheet("constituencies", columns, rows)


def _breakdowns(draft: WorkbookDraft, stats: EventStats) -> None:
    """By sector, country and language. Sectors add up to their constituency, countries to the whole; an
    attendee of two languages counts under both, so languages add up to no total."""
    steps = (REQUESTED, ACCEPTED, HELD)
    columns = "attendees with_meeting without_meeting seats_requested seats_accepted seats_held"

    def rows(kind: str, lines: Sequence[Breakdown]) -> Iterable[Row]:
        for line in lines:
            seats = (line.requested, line.accepted, line.held)
            people = _people(draft, kind, line.key, line.attendees, line.with_meeting)
            seats_of = (
                draft.count(n, "took", kind, line.key, step) for n, step in zip(seats, steps, strict=True)
            )
            yield (line.key or "not stated", *people, *seats_of)

    draft.add_worksheet("sectors", f"sector {columns}", rows("sector", stats.sectors))
    draft.add_worksheet("countries", f"country {columns}", rows("country", stats.countries))
    draft.add_worksheet("languages", f"language {columns}", rows("language", stats.languages))
    _total_people(draft, stats, "country", [line.key for line in stats.countries])
    for step in steps:
        draft.add_total(
            (("took", "country", line.key, step) for line in stats.countries), ("funnel", step), times=2
        )
    for one in stats.constituencies:
        sectors = [line.key for line in stats.sectors if line.constituency == one.key]
        for word in ("people", "met", "unmet"):
            draft.add_total(((word, "sector", name) for name in sectors), (word, "constituency", one.key))
        for step in steps:
            seats_of = (("took", "sector", name, step) for name in sectors)
            draft.add_total(seats_of, ("with", step, one.key), _pair_key(step, one.key, one.key))


def _response(draft: WorkbookDraft, response: ResponseTimes, name: str) -> tuple[Count | Figure, ...]:
    answered = draft.count(response.answered, "answered", name)
    return (
        draft.count(response.received, "received", name),
        answered,
        draft.count(response.accepted, "agreed", name),
        draft.count(response.waiting, "waiting", name),
        Figure(response.median_hours, (answered.key,)),
        Figure(response.slow_hours, (answered.key,)),
    )


def _people(draft: WorkbookDraft, kind: str, name: str, people: int, met: int) -> tuple[Count, Count, Count]:
    """Attendees, those with a meeting and those without: each is a count that may be small."""
    counts = (
        draft.count(people, "people", kind, name),
        draft.count(met, "met", kind, name),
        draft.count(people - met, "unmet", kind, name),
    )
    draft.add_total([counts[1].key, counts[2].key], counts[0].key)
    return counts


def _total_people(draft: WorkbookDraft, stats: EventStats, kind: str, names: Sequence[str]) -> None:
    _people(draft, ALL, ALL, stats.network.people, stats.network.people - stats.network.isolates)
    for word in ("people", "met", "unmet"):
        draft.add_total(((word, kind, name) for name in names), (word, ALL, ALL))


def _step(draft: WorkbookDraft, step: StepFigures, constituency_of: Mapping[str, str]) -> None:
    """The tables of one step of the funnel; `constituency_of`: the constituency of each sector."""
    _matrix(draft, step)
    _themes(draft, step)
    _sectors(draft, step, constituency_of)


def _pair_key(step: str, one: str, other: str) -> Key:
    return ("pair", step, *sorted((one, other)))


def _matrix(draft: WorkbookDraft, step: StepFigures) -> None:
    """Each pair of constituencies once; a line with all is every meeting with somebody of that one."""
    matrix, meetings = step.by_constituency, ("funnel", step.step)
    names = matrix.rows
    people = [("people", "constituency", name) for name in names]
    rows: list[Row] = []
    for a, one in enumerate(names):
        for b, other in enumerate(names[a:], start=a):
            cell, key = matrix.cells[a][b], _pair_key(step.step, one, other)
            chance = (meetings, people[a], people[b])
            count = draft.count(cell.observed, *key)
            figures = (
                Figure(cell.expected, chance),
                Figure(cell.ratio, (*chance, key)),
                Figure(cell.p, (key,)),
            )
            rows.append((one, other, count, *figures))
        with_one = draft.count(sum(cell.observed for cell in matrix.cells[a]), "with", step.step, one)
        rows.append((one, ALL, with_one, None, None, None))
    for one in names:
        draft.add_total((_pair_key(step.step, one, other) for other in names), ("with", step.step, one))
    inside = sum(matrix.cells[a][a].observed for a in range(len(names)))
    within = draft.count(inside, "inside", step.step)
    across = draft.count(matrix.total - inside, "outside", step.step)
    draft.add_total((_pair_key(step.step, one, one) for one in names), within.key)
    draft.add_total([within.key, across.key], meetings)
    draft.withhold_last(within, across)
    rows.append((ALL, ALL, draft.count(matrix.total, *meetings), None, None, None))
    draft.add_worksheet(f"matrix-{step.step}", "constituency with meetings expected ratio p", rows)
    measures = (
        ("inside a constituency", within),
        ("across constituencies", across),
        ("E-I index", Figure(step.ei, (within.key, across.key))),
        ("E-I index by chance", Figure(step.ei_chance, tuple(people))),
        ("p", Figure(step.ei_p, (within.key, across.key))),
    )
    draft.add_worksheet(f"mixing-{step.step}", "measure value", measures)


def _themes(draft: WorkbookDraft, step: StepFigures) -> None:
    """Seats by constituency and theme: every meeting has two."""
    matrix, name = step.by_theme, step.step
    rows: list[Row] = []
    for one, cells in zip(matrix.rows, matrix.cells, strict=True):
        for theme, cell in zip(matrix.columns, cells, strict=True):
            key, chance = (
                ("seats", name, one, theme),
                (("theme", name, theme), ("people", "constituency", one)),
            )
            figures = (
                Figure(cell.expected, chance),
                Figure(cell.ratio, (*chance, key)),
                Figure(cell.p, (key,)),
            )
            rows.append((one, theme, draft.count(cell.observed, *key), *figures))
        seats = (("seats", name, one, theme) for theme in matrix.columns)
        draft.add_total(seats, ("with", name, one), _pair_key(name, one, one))
    for theme, within in zip(step.themes, step.within_theme, strict=True):
        meetings = draft.count(within.total, "theme", name, theme)
        draft.add_total((("seats", name, one, theme) for one in matrix.rows), meetings.key, times=2)
        rows.append((ALL, theme, meetings, None, None, None))
    draft.add_total((("theme", name, theme) for theme in step.themes), ("funnel", name))
    draft.add_worksheet(f"themes-{name}", "constituency theme seats expected ratio p", rows)


def _sectors(draft: WorkbookDraft, step: StepFigures, constituency_of: Mapping[str, str]) -> None:
    """Each pair of sectors once; they add up to the pairs of their constituencies, and to its seats."""
    matrix, name = step.by_sector, step.step
    parts: dict[Key, list[Key]] = {}
    rows: list[Row] = []
    for a, one in enumerate(matrix.rows):
        for other, cell in zip(matrix.rows[a:], matrix.cells[a][a:], strict=True):
            key = _sector_key(name, one, other)
            parts.setdefault(_pair_key(name, constituency_of[one], constituency_of[other]), []).append(key)
            chance = (("funnel", name), ("people", "sector", one), ("people", "sector", other))
            figures = Figure(cell.expected, chance), Figure(cell.ratio, (*chance, key))
            rows.append((one, other, draft.count(cell.observed, *key), *figures))
        if name != SUGGESTED:
            seats = [_sector_key(name, one, other) for other in matrix.rows]
            draft.add_total([*seats, _sector_key(name, one, one)], ("took", "sector", one, name))
    for pair, keys in parts.items():
        draft.add_total(keys, pair)
    draft.add_worksheet(f"sectors-{name}", "sector with meetings expected ratio", rows)


def _sector_key(step: str, one: str, other: str) -> Key:
    return ("sectors", step, *sorted((one, other)))


def _network(draft: WorkbookDraft, stats: EventStats) -> None:
    network = stats.network
    people_all, alone = ("people", ALL, ALL), ("unmet", ALL, ALL)
    names = [one.key for one in stats.constituencies]
    people = tuple(("people", "constituency", name) for name in names)
    ends = tuple((word, name) for name in names for word in ("connected inside", "connected outside"))
    meetings = draft.count(network.meetings, "connected", ALL)
    pairs = draft.count(network.pairs, "connected pairs", ALL)
    inside = draft.count(network.inside, "connected inside", ALL)
    outside = draft.count(network.outside, "connected outside", ALL)
    draft.add_total([("exit", "to_come"), ("funnel", HELD)], meetings.key)
    draft.add_total([inside.key, outside.key], meetings.key)
    draft.withhold_last(inside, outside)
    draft.add_total((("connected inside", name) for name in names), inside.key)
    draft.add_total((("connected outside", name) for name in names), outside.key, times=2)
    both = (inside.key, outside.key)
    listed = draft.count(sum(one.listed > 0 for one in stats.people), "listed", ALL)
    unlisted = draft.count(sum(one.listed == 0 for one in stats.people), "unlisted", ALL)
    draft.add_total([listed.key, unlisted.key], people_all)
    largest = draft.count(network.largest_component, "component", ALL)
    elsewhere = draft.count(network.people - network.largest_component, "elsewhere", ALL)
    draft.add_total([largest.key, elsewhere.key], people_all)
    components = draft.count(network.components, "components", ALL)
    measures: Iterable[tuple[str, Count | Figure]] = (
        ("people", draft.count(network.people, *people_all)),
        ("people without a meeting", draft.count(network.isolates, *alone)),
        ("meetings to come or held", meetings),
        ("pairs of people", pairs),
        ("density", Figure(network.density, (pairs.key, people_all))),
        ("degree centralisation", Figure(network.degree_centralisation, (pairs.key,))),
        ("components", Figure(network.components, (components.key, largest.key, alone))),
        ("people in the largest component", largest),
        ("meetings inside a constituency", inside),
        ("meetings across constituencies", outside),
        ("E-I index", Figure(network.ei, both)),
        ("E-I index by chance", Figure(network.ei_chance, people)),
        ("p of the E-I index", Figure(network.ei_p, both)),
        ("assortativity", Figure(network.assortativity, ends)),
        ("diversity of attendees", Figure(network.diversity, people)),
        ("share of people suggested", Figure(stats.exposure.coverage, (listed.key, unlisted.key))),
        ("Gini of exposure", Figure(stats.exposure.gini, ())),
        ("median hours to an answer", Figure(stats.response.median_hours, (("answered", ALL),))),
        ("nine in ten answers within hours", Figure(stats.response.slow_hours, (("answered", ALL),))),
    )
    draft.add_worksheet("network", "measure value", measures)
