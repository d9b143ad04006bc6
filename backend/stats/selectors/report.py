"""The report as PDF, one page or five: the summary and tables of a release, laid out by data/report.typ.

All of it is worded here, in the reader's language, and goes to the layout as data: no name is read as markup.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template.defaultfilters import floatformat
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backend.core.spreadsheets import CellValue, Worksheet
from backend.core.zones import zone_words
from backend.events.models.events import Event
from backend.events.rules.countries import country_in
from backend.people.models import Constituency
from backend.stats.engine.figures import HELD, Matrix, percent_across
from backend.stats.models import Release
from backend.stats.selectors.names import CAUSES, STEPS, UNITS, Names
from backend.stats.selectors.printed_figures import (
    edition_rows,
    editions_note,
    level_of,
    printed_groups,
    printed_themes,
    released_matrix,
)
from backend.stats.selectors.summary import summary_for
from backend.stats.selectors.worksheets import NOTE, OTHER, WITHHELD

if TYPE_CHECKING:
    import typst

DATA = Path(__file__).resolve().parent.parent / "data"
PAGES = {"report-one-page.pdf": 1, "report-five-pages.pdf": 5}
MAX_NAME = 90  # characters of a name; a longer one ends in …
MAX_WORD = 18  # letters after which a word may break
LONG_WORD = re.compile(rf"[^\s\u200b]{{{MAX_WORD}}}(?=[^\s\u200b])")
NO_VALUE = "–"
MAX_COUNTRIES = 12


def report_for(release: Release, event: Event, names: Names, pages: int) -> bytes:
    """The report of a release in the active language; `pages`: 1 or 5."""
    import typst  # large, and for this alone

    content = report_content(release, event, names) | {"pages": pages}
    # One compiler a call: no two threads can use one at once.
    layout = typst.Compiler(str(DATA / "report.typ"), root=str(DATA), font_paths=_fonts())
    inputs = {"report": json.dumps(content)}
    made_at = release.made_at.replace(microsecond=0)
    pdf = layout.compile(sys_inputs=inputs, format="pdf", timestamp=made_at)
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """Our own fonts and no other, so that a report looks the same everywhere."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(DATA / "fonts")])


def report_content(release: Release, event: Event, names: Names) -> dict[str, Any]:
    """What the report says, as texts and shares of one, by the part it stands in."""
    tables = {one.name: one for one in release.worksheets}
    matrix, labels = released_matrix(release), {key: str(label) for key, label in Constituency.choices}
    editions = {one.slug: one.local_name for one in (event, event.previous) if one}
    return {
        "lang": (get_language() or "en").partition("-")[0],
        "event": _name(event.local_name),
        "title": _("Meetings between constituencies"),
        "when": _days(event),
        "venue": _name(event.venue),
        "summary": [[str(head), _name(text, most=900)] for head, text in summary_for(release)],
        "figures": _figures(tables),
        "funnel": _funnel(tables["funnel"]),
        "exits": {
            "title": _("Where people drop out"),
            "columns": [_("After"), _("What became of it"), _("Count")],
            "rows": [
                [str(STEPS[str(row[0])]), str(CAUSES.get(str(row[1]), _("other"))), _cell(row[2])]
                for row in _rows(tables, "exits")
                if row[2]
            ],
        },
        "matrix": _matrix(matrix, release.content["step"], labels),
        "network": _network(matrix, _rows(tables, "constituencies"), labels),
        "measures": _measures(tables, release),
        "groups": _groups(release, labels, names),
        "themes": _themes(release, labels, names),
        "countries": _countries(tables.get("countries")),
        "editions": _editions(tables, editions),
        "method": {
            "title": _("How this was counted"),
            "text": _(
                "Attendees are listed adults; a meeting counts when both of its people are. Chance is what "
                "the same number of meetings would give if they were dealt out among all attendees. Two "
                "groups are said to meet more or less than by chance where it would give five meetings or "
                "more, and where of 499 such random deals at most one in twenty is as far from it. "
                "Nobody is named."
            ),
            "withheld": str(NOTE),
        },
        "nothing": _("Nothing to show yet."),
        "as_of": _("As of %(time)s (%(zone)s)") % _time(release.made_at, event),
    }


def _figures(tables: Mapping[str, Worksheet]) -> list[list[str]]:
    """The same five as on the printed page."""
    network = tables["network"]

    def value(label: str) -> str:
        return _cell(network.row(label).get("value"))

    return [
        [value("people"), _("Attendees")],
        [value("people without a meeting"), _("without a meeting")],
        [_cell(tables["funnel"].row("requested").get("count")), _("Requests")],
        [value("meetings to come or held"), _("Meetings to come or held")],
        [value("meetings across constituencies"), _("of them across constituencies")],
    ]


def _funnel(funnel: Worksheet) -> dict[str, Any]:
    counts = [row[1] for row in funnel.rows if isinstance(row[1], int)]
    most = max(counts, default=0) or 1
    return {
        "title": _("From suggestion to a useful meeting"),
        "legend": _(
            "Pairs of people up to viewed; requests, proposals and meetings from then on. "
            "Shares are of the step before."
        ),
        "rows": [
            {
                "step": str(STEPS[str(step)]),
                "unit": str(UNITS[str(step)]),
                "count": _cell(count),
                "share": _percent(share, absent=""),
                "bar": count / most if isinstance(count, int) else 0,
            }
            for step, count, share in funnel.rows
        ],
    }


def _rows(tables: Mapping[str, Worksheet], name: str) -> tuple[tuple[CellValue, ...], ...]:
    return tables[name].rows if name in tables else ()


def _matrix(matrix: Matrix | None, step: str, labels: Mapping[str, str]) -> dict[str, Any]:
    cells = matrix.cells if matrix else ()
    return {
        "title": _("Who met whom") if step == HELD else _("Who agreed to meet whom"),
        "legend": _("Meetings, and how many times what chance would give."),
        "too_few": "" if matrix and matrix.total else _("Too few meetings to show without giving single ones away."),
        "levels": [
            ["far-less", _("at most half of chance")],
            ["less", _("less")],
            ["as-chance", _("as by chance")],
            ["too-few", _("too few to say")],
            ["more", _("more")],
            ["far-more", _("more than twice chance")],
        ],
        "names": [[key, labels[key]] for key in (matrix.rows if matrix else ())],
        "rows": [
            [
                {
                    "count": _cell(cell.observed),
                    "ratio": "" if cell.ratio is None else f"{floatformat(cell.ratio, '1u')}×",
                    "level": level_of(cell.observed, cell.expected, cell.ratio),
                }
                for cell in row
            ]
            for row in cells
        ],
    }


def _network(
    matrix: Matrix | None, groups: Sequence[tuple[CellValue, ...]], labels: Mapping[str, str]
) -> dict[str, Any]:
    """Circles of constituencies, bands of the meetings between two: `size`, `width` are of the largest."""
    most_people = max((int(row[1] or 0) for row in groups), default=0) or 1
    bands = [
        (a, b, cell.observed)
        for a, row in enumerate(matrix.cells if matrix else ())
        for b, cell in enumerate(row)
        if b >= a and cell.observed
    ]
    most = max((count for *_ends, count in bands), default=0) or 1
    return {
        "title": _("The network of meetings"),
        "legend": _(
            "Circles are constituencies, larger with more people. The wider a band, the more meetings; a "
            "ring is of meetings inside."
        ),
        "groups": [
            {
                "key": str(row[0]),
                "name": labels[str(row[0])],
                "people": _cell(row[1]),
                "size": (int(row[1] or 0) / most_people) ** 0.5,
            }
            for row in groups
        ],
        "bands": [{"from": one, "to": other, "width": count / most} for one, other, count in bands],
    }


def _measures(tables: Mapping[str, Worksheet], release: Release) -> list[list[str]]:
    """Figures of the network: what, how much, and how to read it."""
    facts: dict[str, Any] = {}
    for headline in release.content["headlines"]:
        facts |= headline["facts"]
    chance = _("chance would give %(share)s") % {"share": f"{facts['chance']}\u202f%"} if "chance" in facts else ""
    network = tables["network"]

    def value(label: str) -> CellValue:
        return network.row(label).get("value")

    def across(label: str) -> str:
        ei = value(label)
        return f"{percent_across(ei)}\u202f%" if isinstance(ei, int | float) else _cell(ei)

    hours = value("median hours to an answer")
    return [
        [_("Meetings to come or held"), _cell(value("meetings to come or held")), _("between two people each")],
        [_("Pairs of people"), _cell(value("pairs of people")), _("who meet at least once")],
        [_("Share across constituencies"), across("E-I index"), chance or _("of all meetings to come or held")],
        [_("Attendees without a meeting"), _cell(value("people without a meeting")), _("of all who are counted")],
        [
            _("Hours to an answer"),
            f"{hours:.0f}" if isinstance(hours, int | float) else _cell(hours),
            _("half of all answers came as fast"),
        ],
    ]


def _groups(release: Release, labels: Mapping[str, str], names: Names) -> dict[str, Any]:
    rows = [
        (labels[one.key], one.people, one.with_meeting, one.across) for one in printed_groups(release, names.themes)
    ]
    columns = ["", _("Attendees"), _("with a meeting"), _("Meetings with others")]
    kept = [place for place in range(4) if any(row[place] is not None for row in rows)]
    return {
        "title": _("Each constituency"),
        "columns": [columns[place] for place in kept],
        "rows": [[_cell(row[place]) for place in kept] for row in rows],
    }


def _themes(release: Release, labels: Mapping[str, str], names: Names) -> dict[str, Any]:
    title, by_theme = _("What the meetings are about"), printed_themes(release, names.themes)
    if by_theme:
        rows = [[_name(name), _cell(count)] for name, count in by_theme]
        return {"title": title, "legend": "", "columns": ["", _("Meetings")], "rows": rows}
    return {
        "title": title,
        "legend": _("Seats in meetings about each theme; each meeting has two."),
        "columns": ["", *(_name(name) for name in names.themes.values())],
        "rows": [
            [labels[one.key], *(_cell(count) for count in one.seats)]
            for one in printed_groups(release, names.themes)
            if one.seats
        ],
    }


def _countries(worksheet: Worksheet | None) -> dict[str, Any]:
    """The countries of most people, as they are published."""
    titles = {
        "attendees": _("Attendees"),
        "with_meeting": _("with a meeting"),
        "without_meeting": _("without a meeting"),
        "seats_accepted": _("Seats accepted"),
        "seats_held": _("Seats held"),
    }
    labels = {OTHER: _("Other"), "not stated": _("not stated")}
    rows, language = worksheet.rows if worksheet else (), get_language() or "en"
    return {
        "title": _("By country"),
        "columns": ["", *(titles[name] for name in worksheet.columns[1:])] if worksheet else [],
        "rows": [
            [labels.get(str(name)) or _name(country_in(str(name), language)), *map(_cell, counts)]
            for name, *counts in rows[:MAX_COUNTRIES]
        ],
    }


def _editions(tables: Mapping[str, Worksheet], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "title": _("Compared with the previous edition"),
        "columns": [
            _("Edition"), _("Attendees"), _("with a meeting"), _("Requested"), _("Accepted"), _("Held"),
            _("Pairs"), _("Share across"),
        ],
        "rows": [
            [_name(name), *(_cell(count) for count in counts), _percent(share)]
            for name, counts, share in edition_rows(tables["editions"], names)
        ],
        "note": editions_note(tables["editions"]),
    }  # fmt: skip


def _cell(value: CellValue) -> str:
    return NO_VALUE if value is None else str(value)


def _percent(share: CellValue, absent: str = NO_VALUE) -> str:
    if isinstance(share, int | float):
        return f"{round(100 * share)}\u202f%"
    return WITHHELD if share == WITHHELD else absent


def _days(event: Event) -> str:
    first, last = event.starts_on, event.ends_on
    if first == last:
        return date_format(first, "j F Y")
    is_one_month = (first.year, first.month) == (last.year, last.month)
    first_words = date_format(first, "j" if is_one_month else "j F Y")
    return _("%(first)s to %(last)s") % {"first": first_words, "last": date_format(last, "j F Y")}


def _time(moment: dt.datetime, event: Event) -> dict[str, str]:
    local = localtime(moment, event.zone)
    return {"time": date_format(local, "j M Y, H:i"), "zone": zone_words(event.timezone, local)}


def _name(text: str, most: int = MAX_NAME) -> str:
    """The text on one line, cut to `most` characters, without those that cannot be drawn or turn others."""
    line = " ".join("".join(_drawable(text)).split())
    line = line if len(line) <= most else line[: most - 1].rstrip() + "…"
    return LONG_WORD.sub(lambda found: found[0] + "\u200b", line)


def _drawable(text: str) -> Iterable[str]:
    """Letters as they are; control characters as a space; those that only format, but joiners, not at all."""
    for letter in text:
        kind = unicodedata.category(letter)
        if kind in ("Cc", "Zl", "Zp"):
            yield " "
        elif kind not in ("Cf", "Cs", "Co", "Cn") or letter in "\u200b\u200c\u200d":
            yield letter
