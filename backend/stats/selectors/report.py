"""The report as PDF, one page or five: the headlines and published tables, laid out by data/report.typ.

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

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backend.core.spreadsheets import CellValue, Worksheet
from backend.core.zones import zone_words
from backend.events.models import Event
from backend.people.models import Constituency
from backend.stats.engine.figures import HELD, EventStats, percent_across
from backend.stats.selectors.headlines import headlines_for, reported_step
from backend.stats.selectors.names import CAUSES, STEPS, UNITS, Names
from backend.stats.selectors.printed import edition_rows, printed_groups, printed_matrix
from backend.stats.selectors.worksheets import WITHHELD

if TYPE_CHECKING:
    import typst

DATA = Path(__file__).resolve().parent.parent / "data"
PAGES = {"report-one-page.pdf": 1, "report-five-pages.pdf": 5}
MAX_NAME = 90  # characters of a name; a longer one ends in …
MAX_WORD = 18  # letters after which a word may break
LONG_WORD = re.compile(rf"[^\s\u200b]{{{MAX_WORD}}}(?=[^\s\u200b])")
NO_VALUE = "–"
MAX_COUNTRIES = 12


def report_for(
    stats: EventStats, worksheets: Sequence[Worksheet], event: Event, names: Names, pages: int
) -> bytes:
    """The report in the active language; `pages`: 1 or 5. From released `worksheets` alone."""
    import typst  # large, and for this alone

    content = report_content(stats, worksheets, event, names) | {"pages": pages}
    # One compiler a call: no two threads can use one at once.
    layout = typst.Compiler(str(DATA / "report.typ"), root=str(DATA), font_paths=_fonts())
    inputs = {"report": json.dumps(content)}
    made_at = stats.computed_at.replace(microsecond=0)
    pdf = layout.compile(sys_inputs=inputs, format="pdf", timestamp=made_at)
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """Our own fonts and no other, so that a report looks the same everywhere."""
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(DATA / "fonts")]
    )


def report_content(
    stats: EventStats, worksheets: Sequence[Worksheet], event: Event, names: Names
) -> dict[str, Any]:
    """What the report says, as texts and shares of one, by the part it stands in."""
    tables = {one.name: one for one in worksheets}
    step = reported_step(tables["funnel"])
    keys = stats.step(step).by_constituency.rows
    labels = {key: str(Constituency(key).label) for key in keys}
    return {
        "lang": (get_language() or "en").partition("-")[0],
        "event": _name(event.name),
        "title": _("Meetings between constituencies"),
        "when": _days(event),
        "venue": _name(event.venue),
        "headlines": [_name(one.text, most=400) for one in headlines_for(stats, worksheets)],
        "figures": _figures(tables),
        "funnel": _funnel(tables["funnel"]),
        "exits": {
            "title": _("Where people drop out"),
            "columns": [_("After"), _("What became of it"), _("Count")],
            "rows": [
                [str(STEPS[str(row[0])]), str(CAUSES[str(row[1])]), _cell(row[2])]
                for row in tables["exits"].rows
                if row[2]
            ],
        },
        "matrix": _matrix(tables[f"matrix-{step}"], step, labels),
        "network": _network(tables, step, labels),
        "measures": _measures(tables),
        "groups": _groups(tables, step, labels, names),
        "themes": _themes(tables, step, labels, names),
        "countries": _countries(tables["countries"]),
        "editions": _editions(stats, tables),
        "method": {
            "title": _("How this was counted"),
            "text": _(
                "Counted are listed adults; a meeting counts when both of its people do. Chance is what the "
                "same number of meetings would give if they were dealt out among all attendees. Two groups "
                "are said to meet more or less than by chance where it would give five meetings or more, and "
                "where of 499 such random deals at most one in twenty is as far from it. Nobody is named."
            ),
            "withheld": _("* withheld: from 1 to 4, or it would give such a count away."),
        },
        "nothing": _("Nothing to show yet."),
        "as_of": _("As of %(time)s (%(zone)s)") % _time(stats.computed_at, event),
    }


def _figures(tables: Mapping[str, Worksheet]) -> list[list[str]]:
    """The same five as on the desk."""
    network = tables["network"]

    def value(label: str) -> str:
        return _cell(network.row(label).get("value"))

    return [
        [value("people"), _("People")],
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
            for step, count, _linked, share in funnel.rows
        ],
    }


def _matrix(worksheet: Worksheet, step: str, labels: Mapping[str, str]) -> dict[str, Any]:
    rows = [cells for _one, cells in printed_matrix(tuple(labels), worksheet)]
    has_counts = any(cell.count not in (0, WITHHELD) for cells in rows for cell in cells)
    return {
        "title": _("Who met whom") if step == HELD else _("Who agreed to meet whom"),
        "legend": _("Meetings, and how many times what chance would give."),
        "too_few": "" if has_counts else _("Too few meetings to show without giving single ones away."),
        "levels": [
            ["far-less", _("at most half of chance")],
            ["less", _("less")],
            ["as-chance", _("as by chance")],
            ["more", _("more")],
            ["far-more", _("more than twice chance")],
        ],
        "names": [[key, label] for key, label in labels.items()],
        "rows": [
            [
                {
                    "count": _cell(cell.count),
                    "ratio": "" if cell.ratio is None else f"{cell.ratio:.1f}×",
                    "level": cell.level,
                }
                for cell in cells
            ]
            for cells in rows
        ],
    }


def _network(tables: Mapping[str, Worksheet], step: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Circles of constituencies and bands of the meetings between two: `size` and `width` are of the largest.

    No size where the number of people is withheld, and no band where that of meetings is.
    """
    people = {key: tables["constituencies"].row(key).get("attendees") for key in labels}
    most_people = max((count for count in people.values() if isinstance(count, int)), default=0) or 1
    place = {key: n for n, key in enumerate(labels)}
    bands = [
        (place[one], place[other], row["meetings"])
        for one in labels
        for other in labels
        if (row := tables[f"matrix-{step}"].row(one, other)) and isinstance(row["meetings"], int)
    ]
    most = max((count for *_ends, count in bands), default=0) or 1
    return {
        "title": _("The network of meetings"),
        "legend": _(
            "Circles are constituencies, larger with more people. The wider a band, the more meetings; a "
            "ring is of meetings inside. What is withheld is not drawn."
        ),
        "groups": [
            {
                "key": key,
                "name": label,
                "people": _cell(people[key]),
                "size": (int(people[key] or 0) / most_people) ** 0.5 if isinstance(people[key], int) else 0,
            }
            for key, label in labels.items()
        ],
        "bands": [{"from": one, "to": other, "width": count / most} for one, other, count in bands if count],
    }


def _measures(tables: Mapping[str, Worksheet]) -> list[list[str]]:
    """Figures of the network: what, how much, and how to read it."""
    network = tables["network"]

    def value(label: str) -> CellValue:
        return network.row(label).get("value")

    def across(label: str) -> str:
        ei = value(label)
        return f"{percent_across(ei)}\u202f%" if isinstance(ei, int | float) else _cell(ei)

    hours = value("median hours to an answer")
    return [
        [
            _("Meetings to come or held"),
            _cell(value("meetings to come or held")),
            _("between two people each"),
        ],
        [_("Pairs of people"), _cell(value("pairs of people")), _("who meet at least once")],
        [
            _("Share across constituencies"),
            across("E-I index"),
            _("chance would give %(share)s") % {"share": across("E-I index by chance")},
        ],
        [
            _("People linked in one network"),
            _cell(value("people in the largest component")),
            _("each reaches each other by a chain of meetings"),
        ],
        [
            _("People without a meeting"),
            _cell(value("people without a meeting")),
            _("of all who are counted"),
        ],
        [
            _("Hours to an answer"),
            f"{hours:.0f}" if isinstance(hours, int | float) else _cell(hours),
            _("half of all answers came as fast"),
        ],
        [
            _("People suggested to others"),
            _percent(value("share of people suggested")),
            _("stand on somebody’s list"),
        ],
    ]


def _groups(
    tables: Mapping[str, Worksheet], step: str, labels: Mapping[str, str], names: Names
) -> dict[str, Any]:
    rows = printed_groups(tuple(labels), tables, step, names.themes)
    return {
        "title": _("Each constituency"),
        "columns": ["", _("People"), _("with a meeting"), _("Meetings across")],
        "rows": [
            [labels[one.key], *(_cell(count) for count in (one.people, one.with_meeting, one.across))]
            for one in rows
        ],
    }


def _themes(
    tables: Mapping[str, Worksheet], step: str, labels: Mapping[str, str], names: Names
) -> dict[str, Any]:
    rows = printed_groups(tuple(labels), tables, step, names.themes)
    return {
        "title": _("What the meetings are about"),
        "legend": _("Seats in meetings about each theme; each meeting has two."),
        "columns": ["", *(_name(name) for name in names.themes.values())],
        "rows": [[labels[one.key], *(_cell(count) for count in one.seats)] for one in rows],
    }


def _countries(worksheet: Worksheet) -> dict[str, Any]:
    """The countries of most people, by what is published."""
    rows = [worksheet.row(str(row[0])) for row in worksheet.rows]
    shown = [(row, row["attendees"]) for row in rows if isinstance(row["attendees"], int)]
    shown.sort(key=lambda pair: (-pair[1], str(pair[0]["country"])))
    return {
        "title": _("By country"),
        "columns": ["", _("People"), _("with a meeting"), _("Seats accepted"), _("Seats held")],
        "rows": [
            [
                _name(str(row["country"])),
                *(_cell(row[name]) for name in ("attendees", "with_meeting", "seats_accepted", "seats_held")),
            ]
            for row, _people in shown[:MAX_COUNTRIES]
        ],
    }


def _editions(stats: EventStats, tables: Mapping[str, Worksheet]) -> dict[str, Any]:
    return {
        "title": _("Compared with the previous edition"),
        "columns": [
            _("Edition"), _("People"), _("with a meeting"), _("Requested"), _("Accepted"), _("Held"),
            _("Pairs"), _("Share across"),
        ],
        "rows": [
            [_name(name), *(_cell(count) for count in counts), _percent(share)]
            for name, counts, share in edition_rows(stats, tables["editions"])
        ],
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
