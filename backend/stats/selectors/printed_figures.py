"""What a page to print, a picture or a report says: the tables of a release, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

from backend.core.spreadsheets import CellValue, Worksheet
from backend.stats.engine.figures import Cell, Matrix, percent_across
from backend.stats.models import Release

LEVELS = ((0.5, "far-less"), (0.8, "less"), (1.25, "as-chance"), (2.0, "more"))
LEAST_COMPARED = 50  # meetings; a share of so few or fewer is no headline, and set beside no other
EDITION_COUNTS = ("attendees", "with_meeting", "requested", "accepted", "held", "pairs")


def level_of(observed: float, expected: float, ratio: float | None) -> str:
    """How a count compares to chance, by the ratio as printed: one of LEVELS, far-more, or no-chance.

    too-few: another ratio than by chance, of a difference below one meeting, as printed.
    """
    if ratio is None:
        return "no-chance"
    times, by_chance = float(floatformat(ratio, "1u")), float(floatformat(expected, "1u"))
    level = next((name for limit, name in LEVELS if times <= limit), "far-more")
    return "too-few" if level != "as-chance" and abs(observed - by_chance) < 1 else level


@dataclass(frozen=True, slots=True)
class PrintedGroup:
    """One group of the release: its people, those with a meeting, meetings with other groups, seats by theme.

    None where the release has no such figure."""

    key: str
    people: CellValue
    with_meeting: CellValue
    across: CellValue
    seats: tuple[CellValue, ...]


def edition_rows(editions: Worksheet, names: Mapping[str, str]) -> list[tuple[str, list[CellValue], CellValue]]:
    """This edition and the previous one: name, the counts of EDITION_COUNTS, the share of meetings across.

    Empty where there is no previous edition, which has a share only where the two can be compared.
    `names`: of the editions by slug.
    """
    is_alone = not are_comparable(editions)

    def row(place: int, slug: str) -> tuple[str, list[CellValue], CellValue]:
        counts = editions.row(slug)
        ei = counts["ei"]
        share = percent_across(ei) / 100 if isinstance(ei, int | float) else ei
        shown = None if place and is_alone else share
        return names.get(slug, slug), [counts[name] for name in EDITION_COUNTS], shown

    return [row(n, str(slug)) for n, (slug, *_rest) in enumerate(editions.rows)] if len(editions.rows) > 1 else []


def are_comparable(editions: Worksheet) -> bool:
    """Whether the shares of this and the previous edition can be set side by side: like with like."""
    counts = connected_meetings(editions)
    return len(counts) > 1 and all(count is not None and count > LEAST_COMPARED for count in counts)


def connected_meetings(editions: Worksheet) -> list[int | None]:
    """The meetings of each edition of which its share is; None where that is withheld."""
    rows = [editions.row(str(slug)) for slug, *_rest in editions.rows]
    ends = [(row["inside"], row["outside"]) for row in rows]
    return [a + b if isinstance(a, int) and isinstance(b, int) else None for a, b in ends]


def editions_note(editions: Worksheet) -> str:
    """Why the shares of the two editions are not compared; "" where they are, or there is one alone."""
    counts = connected_meetings(editions)
    if len(counts) < 2 or are_comparable(editions):
        return ""
    if None in counts:
        return _("The two shares across are not compared: one of them is withheld.")
    return _(
        "The two shares across are not compared: one would be of %(before)d meetings, the other of %(now)d, "
        "and each should be of more than %(least)d."
    ) % {"before": counts[1], "now": counts[0], "least": LEAST_COMPARED}


def printed_groups(release: Release, themes: Mapping[str, str]) -> list[PrintedGroup]:
    """One row per group of constituencies, with its seats by theme; empty where the release has none."""
    tables, step = {one.name: one for one in release.worksheets}, release.content["step"]
    groups = tables.get("constituencies")
    if groups is None:
        return []
    matrix, seats = tables.get(f"matrix-{step}"), tables.get(f"themes-{step}")
    by_theme = themes if seats is not None and len(seats.columns) == 3 else ()

    def across(name: str) -> CellValue:
        if matrix is None:
            return None
        return sum(int(row[2] or 0) for row in matrix.rows if name in row[:2] and row[0] != row[1])

    return [
        PrintedGroup(
            str(name),
            people,
            met[0] if met else None,
            across(str(name)),
            tuple(seats.row(str(name), theme).get("seats", 0) for theme in by_theme) if seats else (),
        )
        for name, people, *met in groups.rows
    ]


def printed_themes(release: Release, themes: Mapping[str, str]) -> list[tuple[str, CellValue]]:
    """The meetings about each theme, where the release has no seats by group; else empty."""
    found = next((one for one in release.worksheets if one.columns == ("theme", "meetings")), None)
    return [(name, found.row(key).get("meetings", 0)) for key, name in themes.items()] if found else []


def released_matrix(release: Release) -> Matrix | None:
    """The matrix of the release; None where it has none."""
    name = f"matrix-{release.content['step']}"
    worksheet = next((one for one in release.worksheets if one.name == name), None)
    if worksheet is None:
        return None
    rows = {(str(row[0]), str(row[1])): row[2:] for row in worksheet.rows}
    names = tuple(dict.fromkeys(one for one, _other in rows))

    def cell(one: str, other: str) -> Cell:
        count, expected, ratio = rows.get((one, other)) or rows[other, one]
        return Cell(int(count or 0), float(expected or 0), None if ratio is None else float(ratio), None)

    cells = tuple(tuple(cell(one, other) for other in names) for one in names)
    return Matrix(names, names, cells, sum(int(row[0] or 0) for row in rows.values()))
