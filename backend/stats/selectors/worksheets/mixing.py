"""Worksheets of who meets whom, by constituency and by theme, and of the network they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backend.stats.engine.figures import HELD, SUGGESTED, EventStats, StepFigures
from backend.stats.rules.suppression import Key
from backend.stats.selectors.worksheets.draft import ALL, Count, Figure, Row, WorkbookDraft


def draft_step(draft: WorkbookDraft, step: StepFigures, constituency_of: Mapping[str, str]) -> None:
    """The tables of one step of the funnel; `constituency_of`: the constituency of each sector."""
    _matrix(draft, step)
    _themes(draft, step)
    _sectors(draft, step, constituency_of)


def pair_key(step: str, one: str, other: str) -> Key:
    return ("pair", step, *sorted((one, other)))


def _matrix(draft: WorkbookDraft, step: StepFigures) -> None:
    """Each pair of constituencies once; a line with all is every meeting with somebody of that one."""
    matrix, meetings = step.by_constituency, ("funnel", step.step)
    names = matrix.rows
    people = [("people", "constituency", name) for name in names]
    rows: list[Row] = []
    for a, one in enumerate(names):
        for b, other in enumerate(names[a:], start=a):
            cell, key = matrix.cells[a][b], pair_key(step.step, one, other)
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
        draft.add_total((pair_key(step.step, one, other) for other in names), ("with", step.step, one))
    inside = sum(matrix.cells[a][a].observed for a in range(len(names)))
    within = draft.count(inside, "inside", step.step)
    across = draft.count(matrix.total - inside, "outside", step.step)
    draft.add_total((pair_key(step.step, one, one) for one in names), within.key)
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
        draft.add_total(seats, ("with", name, one), pair_key(name, one, one))
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
            parts.setdefault(pair_key(name, constituency_of[one], constituency_of[other]), []).append(key)
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


def draft_network(draft: WorkbookDraft, stats: EventStats) -> None:
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
