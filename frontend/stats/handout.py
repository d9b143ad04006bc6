"""The page to hand over: what of the figures may leave the desk, on one sheet of paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.core.spreadsheets import CellValue, Worksheet
from backend.stats.selectors import WITHHELD, Edition, EventStats
from frontend.stats.matrix import level_of

EDITION = ("attendees", "with_meeting", "requested", "accepted", "held", "pairs")


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A count as released and, where it is shown, how it stands to chance."""

    count: CellValue
    ratio: float | None
    level: str


@dataclass(frozen=True, slots=True)
class PrintedGroup:
    """One constituency as released: its people, those with a meeting, meetings across, seats by theme."""

    key: str
    people: CellValue
    with_meeting: CellValue
    across: CellValue
    seats: tuple[CellValue, ...]


def editions_beside(
    stats: EventStats, released: Worksheet | None = None
) -> list[tuple[str, list[CellValue], CellValue]]:
    """This edition and the one before: name, the counts of EDITION, the share of meetings across; nothing
    where none was before. With the table released: what of it may leave the desk."""

    def line(edition: Edition) -> tuple[str, list[CellValue], CellValue]:
        known = {name: getattr(edition, name) for name in (*EDITION, "ei")}
        said = known if released is None else released.row(edition.slug)
        ei = said["ei"]
        share = (1 + ei) / 2 if isinstance(ei, int | float) else ei
        return edition.name, [said[name] for name in EDITION], share

    return [line(edition) for edition in (stats.edition, stats.previous) if edition] if stats.previous else []


def matrix_to_print(names: tuple[str, ...], sheet: Worksheet) -> list[tuple[str, list[PrintedCell]]]:
    """The matrix as released, one line per constituency; each pair stands on both sides of the diagonal."""
    rows = {(str(row[0]), str(row[1])): row[2:5] for row in sheet.rows}

    def cell(one: str, other: str) -> PrintedCell:
        count, expected, ratio = rows.get((one, other)) or rows[other, one]
        if isinstance(count, int) and isinstance(expected, float) and isinstance(ratio, float):
            return PrintedCell(count, ratio, level_of(count, expected, ratio))
        return PrintedCell(count, None, "withheld" if count == WITHHELD else "no-chance")

    return [(one, [cell(one, other) for other in names]) for one in names]


def groups_to_print(
    names: tuple[str, ...], sheets: Mapping[str, Worksheet], step: str, themes: Mapping[str, str]
) -> list[PrintedGroup]:
    """Each constituency's line, with seats at this step in the event's themes."""
    groups, seats = sheets["constituencies"], sheets[f"themes-{step}"]
    lines = [(name, groups.row(name)) for name in names]
    return [
        PrintedGroup(
            name,
            line.get("attendees"),
            line.get("with_meeting"),
            line.get("meetings_outside"),
            tuple(seats.row(name, theme).get("seats", 0) for theme in themes),
        )
        for name, line in lines
    ]
