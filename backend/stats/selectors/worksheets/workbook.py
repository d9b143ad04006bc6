"""The figures of an event as worksheets to publish: aggregates only, no row about one person."""

from __future__ import annotations

from backend.core.spreadsheets import Worksheet
from backend.stats.engine.figures import (
    ACCEPTED,
    HELD,
    REQUESTED,
    SUGGESTED,
    USEFUL,
    VIEWED,
    EventStats,
)
from backend.stats.selectors.worksheets.draft import ALL, Figure, Row, WorkbookDraft
from backend.stats.selectors.worksheets.groups import draft_breakdowns, draft_constituencies
from backend.stats.selectors.worksheets.mixing import draft_network, draft_step


def worksheets_for(stats: EventStats) -> tuple[Worksheet, ...]:
    """Every table that may be published. Counts under five are withheld, and others where a total or a sum
    in another table would give one away.

    Matrices within a theme are not published: nearly all their cells are small.
    """
    draft = WorkbookDraft()
    constituency_of = {line.key: line.constituency for line in stats.sectors}
    _funnel(draft, stats)
    for step in stats.steps:
        draft_step(draft, step, constituency_of)
    draft_constituencies(draft, stats)
    draft_network(draft, stats)
    draft_breakdowns(draft, stats)
    _days(draft, stats)
    _editions(draft, stats)
    return draft.release()


def _funnel(draft: WorkbookDraft, stats: EventStats) -> None:
    steps = {step.step: step for step in stats.funnel}
    exits = {row.cause: draft.count(row.count, "exit", row.cause) for row in stats.exits}
    counts = {name: draft.count(step.count, "funnel", name) for name, step in steps.items()}

    def add_exits(step: str, *others: str) -> None:
        causes = [exits[row.cause].key for row in stats.exits if row.step == step]
        draft.add_total([*causes, *(counts[other].key for other in others)], counts[step].key)

    asked = draft.count(steps[VIEWED].count - (exits["not_requested"].value or 0), "viewed and asked")
    draft.add_total([exits["not_requested"].key, asked.key], counts[VIEWED].key)
    add_exits(SUGGESTED, VIEWED)
    add_exits(REQUESTED, ACCEPTED)
    add_exits(ACCEPTED, HELD)
    add_exits(HELD, USEFUL)
    shares = {
        SUGGESTED: (),
        VIEWED: (counts[SUGGESTED].key, counts[VIEWED].key),
        REQUESTED: (asked.key, counts[VIEWED].key),
        ACCEPTED: (counts[REQUESTED].key, counts[ACCEPTED].key),
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
