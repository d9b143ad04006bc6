"""The figures of an event as tables to hand over: aggregates only, nobody's own line."""

from __future__ import annotations

from backend.stats.figures import (
    ACCEPTED,
    HELD,
    REQUESTED,
    SUGGESTED,
    USEFUL,
    VIEWED,
    EventStats,
)
from backend.stats.sheets import ALL, Draft, Figure, Row, Sheet
from backend.stats.tables.groups import draft_breakdowns, draft_constituencies
from backend.stats.tables.mixing import draft_network, draft_step


def sheets_for(stats: EventStats) -> tuple[Sheet, ...]:
    """Every table that may leave the desk, with counts under five withheld and, where a total or a sum in
    another table would give one away, one more.

    Matrices within a theme stay on the desk: nearly all their cells are small.
    """
    draft = Draft()
    belongs = {line.key: line.constituency for line in stats.sectors}
    _funnel(draft, stats)
    for step in stats.steps:
        draft_step(draft, step, belongs)
    draft_constituencies(draft, stats)
    draft_network(draft, stats)
    draft_breakdowns(draft, stats)
    _days(draft, stats)
    _editions(draft, stats)
    return draft.release()


def _funnel(draft: Draft, stats: EventStats) -> None:
    steps = {step.step: step for step in stats.funnel}
    exits = {row.cause: draft.count(row.count, "exit", row.cause) for row in stats.exits}
    counts = {name: draft.count(step.count, "funnel", name) for name, step in steps.items()}

    def left(step: str, *others: str) -> None:
        causes = [exits[row.cause].key for row in stats.exits if row.step == step]
        draft.total([*causes, *(counts[other].key for other in others)], counts[step].key)

    asked = draft.count(steps[VIEWED].count - (exits["not_requested"].value or 0), "viewed and asked")
    draft.total([exits["not_requested"].key, asked.key], counts[VIEWED].key)
    left(SUGGESTED, VIEWED)
    left(REQUESTED, ACCEPTED)
    left(ACCEPTED, HELD)
    left(HELD, USEFUL)
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
            draft.total([linked.key, other.key], counts[name].key)
        rows.append((name, counts[name], linked, Figure(step.share, shares[name])))
    draft.sheet("funnel", "step count from_suggestions share", rows)
    draft.sheet(
        "exits", "after cause count", ((row.step, row.cause, exits[row.cause]) for row in stats.exits)
    )


def _days(draft: Draft, stats: EventStats) -> None:
    dates = [(day, day.date.isoformat()) for day in stats.days]
    steps = (REQUESTED, ACCEPTED, HELD)
    rows: list[Row] = [
        (date, *(draft.count(getattr(day, step), "day", date, step) for step in steps)) for day, date in dates
    ]
    for step in steps:
        draft.total((("day", date, step) for _, date in dates), ("funnel", step))
    draft.sheet("days", "date requested accepted held", rows)


def _editions(draft: Draft, stats: EventStats) -> None:
    """This edition beside the one before."""
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
            draft.total(met, ("previous", "attendees"))
    columns = " ".join([*shared, "ei ei_chance"])
    draft.sheet("editions", f"edition {columns}", rows)
