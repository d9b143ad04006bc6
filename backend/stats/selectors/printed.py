"""What a page to print or a report says: the published tables, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.core.spreadsheets import CellValue, Worksheet
from backend.stats.engine.figures import EditionFigures, EventStats, percent_across
from backend.stats.selectors.worksheets import WITHHELD

LEVELS = ((0.5, "far-less"), (0.8, "less"), (1.25, "as-chance"), (2.0, "more"))
EDITION_COUNTS = ("attendees", "with_meeting", "requested", "accepted", "held", "pairs")


def level_of(observed: float, expected: float, ratio: float | None) -> str:
    """How a count compares to chance: one of LEVELS, far-more, or no-chance where chance gives none."""
    if ratio is None:
        return "no-chance"
    if abs(observed - expected) < 1:  # a difference below one meeting is not meaningful
        return "as-chance"
    return next((name for limit, name in LEVELS if ratio <= limit), "far-more")


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A published count and, where it is not withheld, how it compares to chance."""

    count: CellValue
    ratio: float | None
    level: str


@dataclass(frozen=True, slots=True)
class PrintedGroup:
    """One constituency as published: its people, those with a meeting, meetings across, seats by theme."""

    key: str
    people: CellValue
    with_meeting: CellValue
    across: CellValue
    seats: tuple[CellValue, ...]


def edition_rows(
    stats: EventStats, released: Worksheet | None = None
) -> list[tuple[str, list[CellValue], CellValue]]:
    """This edition and the previous one: name, the counts of EDITION_COUNTS, the share of meetings across.

    Empty where there is no previous edition. `released`: the published worksheet, to take the counts from.
    """

    def row(edition: EditionFigures) -> tuple[str, list[CellValue], CellValue]:
        counts = (
            {name: getattr(edition, name) for name in (*EDITION_COUNTS, "ei")}
            if released is None
            else released.row(edition.slug)
        )
        ei = counts["ei"]
        share = percent_across(ei) / 100 if isinstance(ei, int | float) else ei
        return edition.name, [counts[name] for name in EDITION_COUNTS], share

    return [row(edition) for edition in (stats.edition, stats.previous) if edition] if stats.previous else []


def printed_matrix(names: tuple[str, ...], worksheet: Worksheet) -> list[tuple[str, list[PrintedCell]]]:
    """The published matrix, one row per constituency; each pair is on both sides of the diagonal."""
    rows = {(str(row[0]), str(row[1])): row[2:5] for row in worksheet.rows}

    def cell(one: str, other: str) -> PrintedCell:
        count, expected, ratio = rows.get((one, other)) or rows[other, one]
        if isinstance(count, int) and isinstance(expected, float) and isinstance(ratio, float):
            return PrintedCell(count, ratio, level_of(count, expected, ratio))
        return PrintedCell(count, None, "withheld" if count == WITHHELD else "no-chance")

    return [(one, [cell(one, other) for other in names]) for one in names]


def printed_groups(
    names: tuple[str, ...], worksheets: Mapping[str, Worksheet], step: str, themes: Mapping[str, str]
) -> list[PrintedGroup]:
    """One row per constituency, with its seats in meetings about each theme at this step."""
    groups, seats = worksheets["constituencies"], worksheets[f"themes-{step}"]
    rows = [(name, groups.row(name)) for name in names]
    return [
        PrintedGroup(
            name,
            row.get("attendees"),
            row.get("with_meeting"),
            row.get("meetings_outside"),
            tuple(seats.row(name, theme).get("seats", 0) for theme in themes),
        )
        for name, row in rows
    ]
