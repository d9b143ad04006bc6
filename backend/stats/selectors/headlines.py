"""The figures in a few sentences: they tell no more than the worksheets they are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeGuard

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.core.spreadsheets import CellValue, Worksheet
from backend.people.models import Constituency
from backend.stats.engine.figures import ACCEPTED, HELD, Cell, EventStats, StepFigures, percent_across
from backend.stats.models import Release
from backend.stats.rules.suppression import MIN_COUNT
from backend.stats.selectors.printed_figures import LEAST_COMPARED, are_comparable, connected_meetings
from backend.stats.selectors.worksheets import WITHHELD, reported_step_of

MAX_P = 0.05
MORE, LESS = 1.25, 0.75  # ratios to chance
NEARLY_ALL = 0.9  # share of people
MAX_BRIDGES = 2


@dataclass(frozen=True, slots=True)
class Headline:
    """A sentence with its code and the facts it states."""

    code: str
    text: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MissingBridge:
    """Two constituencies, by key, with fewer meetings than `expected` by chance."""

    one: str
    other: str
    observed: int
    expected: float


NotablePair = tuple[Cell, float, str, str]  # of two constituencies, with the ratio to chance


def headlines_for(stats: EventStats, worksheets: Sequence[Worksheet]) -> tuple[Headline, ...]:
    """The sentences that hold for these figures, in the order of the page.

    `worksheets`: exact or released ones, from which every number is taken.

    Two groups are said to meet more or less than by chance only where chance is unlikely (p at most .05).
    """
    tables = {one.name: one for one in worksheets}
    step = stats.step(reported_step_of(stats))
    return tuple(
        headline
        for part in (_reach(stats, tables), _across(stats, tables), _bridges(step, tables), _answers(tables))
        for headline in part
    )


def released_headlines(release: Release) -> Iterator[Headline]:
    """The headlines of a release in the language being read, of its figures alone."""
    for one in release.content["headlines"]:
        code, facts = one["code"], one["facts"]
        if "pair" in facts:
            yield _of_pair(code, release.content["step"], facts)
        elif code == "answers":
            yield from _answers({sheet.name: sheet for sheet in release.worksheets})
        elif code in ("bridge", "missing"):  # an earlier version kept no keys of the two
            yield Headline(**one)
        else:
            yield _headline(code, **facts)


def _headline(code: str, **facts: Any) -> Headline:
    return Headline(code, _sentence(code, facts) % facts, facts)


def _sentence(code: str, facts: Mapping[str, Any]) -> str:
    match code:
        case "reach" if "joined" in facts:
            return ngettext(
                "%(met)d of the %(joined)d who have joined has a meeting; %(unjoined)d of %(people)d "
                "attendees have not joined yet.",
                "%(met)d of the %(joined)d who have joined have a meeting; %(unjoined)d of %(people)d "
                "attendees have not joined yet.",
                facts["met"],
            )
        case "reach":
            return ngettext(
                "%(met)d of %(people)d attendee has a meeting; %(alone)d has none.",
                "%(met)d of %(people)d attendees have a meeting; %(alone)d have none.",
                facts["people"],
            )
        case "across" | "across_since":
            return {
                (False, False): _("%(share)d %% of meetings cross constituencies."),
                (False, True): _("%(share)d %% of meetings cross constituencies; chance would give %(chance)d %%."),
                (True, False): _(
                    "%(share)d %% of %(meetings)d meetings cross constituencies, after %(before)d %% of "
                    "%(meetings_before)d at %(edition)s."
                ),
                (True, True): _(
                    "%(share)d %% of %(meetings)d meetings cross constituencies, after %(before)d %% of "
                    "%(meetings_before)d at %(edition)s; chance would give %(chance)d %%."
                ),
            }["before" in facts, "chance" in facts]
        case "answers" if "waiting" in facts:
            return _("Half of all answers came within %(time)s; %(waiting)d requests wait for one.")
    return {
        "no_meetings": _("No meeting is agreed yet."),
        "everybody": _("All %(people)d attendees have a meeting."),
        "nearly_all": _("Nearly all of %(people)d attendees have a meeting."),
        "answers": _("Half of all answers came within %(time)s."),
    }[code]


def _is_shown(value: CellValue) -> TypeGuard[float]:
    return value is not None and value != WITHHELD


def _reach(stats: EventStats, tables: dict[str, Worksheet]) -> Iterator[Headline]:
    measures = tables["network"]
    people = measures.row("people").get("value")
    alone = measures.row("people without a meeting").get("value")
    if not measures.row("meetings to come or held").get("value"):
        yield _headline("no_meetings")
    elif _is_shown(people) and _is_shown(alone):
        people, alone = int(people), int(alone)
        joined = measures.row("people who have joined").get("value")  # on the desk alone
        if _is_shown(joined) and joined < people:
            facts = {"met": people - alone, "people": people, "alone": alone, "joined": int(joined)}
            yield _headline("reach", **facts, unjoined=people - int(joined))
        elif alone:
            yield _headline("reach", met=people - alone, people=people, alone=alone)
        else:
            yield _headline("everybody", people=people)
    elif _is_shown(people) and MIN_COUNT - 1 <= round((1 - NEARLY_ALL) * people) >= stats.network.isolates:
        yield _headline("nearly_all", people=int(people))


def _across(stats: EventStats, tables: dict[str, Worksheet]) -> Iterator[Headline]:
    """The share of meetings across, of more than LEAST_COMPARED: of fewer, one meeting changes it much."""
    previous, ei = stats.previous, tables["network"].row("E-I index").get("value")
    now, *then = connected_meetings(tables["editions"])
    if not _is_shown(ei) or now is None or now <= LEAST_COMPARED:
        return
    facts: dict[str, Any] = {"share": percent_across(ei)}
    before = tables["editions"].row(previous.slug).get("ei") if previous else None
    if previous and _is_shown(before) and are_comparable(tables["editions"]):
        facts |= {"meetings": now, "before": percent_across(before), "meetings_before": then[0]}
        facts |= {"edition": previous.name}
    groups = tables.get("constituencies")
    if stats.edition.ei_chance is not None and groups and len(groups.rows) == len(stats.constituencies):
        facts["chance"] = percent_across(stats.edition.ei_chance)  # told by the numbers of people
    yield _headline("across_since" if "before" in facts else "across", **facts)


def _bridges(step: StepFigures, tables: dict[str, Worksheet]) -> Iterator[Headline]:
    """The pairs of constituencies furthest above chance, then those furthest below."""
    sheet = tables.get(f"matrix-{step.step}")
    if sheet is None:
        return
    strong, weak = _notable_pairs(step)
    for code, rows in (("bridge", strong), ("missing", weak)):
        found = (_bridge(code, step.step, one, other, sheet.row(one, other)) for _cell, _ratio, one, other in rows)
        yield from islice(filter(None, found), MAX_BRIDGES)


def missing_bridges(stats: EventStats) -> tuple[MissingBridge, ...]:
    """The pairs of constituencies furthest below chance at the step that is reported, for organisers."""
    _strong, weak = _notable_pairs(stats.step(reported_step_of(stats)))
    return tuple(MissingBridge(one, other, cell.observed, cell.expected) for cell, _, one, other in weak)


def _notable_pairs(step: StepFigures) -> tuple[list[NotablePair], list[NotablePair]]:
    """Pairs of constituencies that chance does not explain: those above it and those below, furthest first.

    Among those of which chance would give five meetings: of fewer, one more or less changes the order.
    """
    matrix = step.by_constituency
    names = matrix.rows
    significant = [
        (cell, cell.ratio or 0.0, one, names[b])
        for a, one in enumerate(names)
        for b, cell in enumerate(matrix.cells[a])
        if b > a and cell.expected >= MIN_COUNT and cell.p is not None and cell.p <= MAX_P
    ]
    strong = sorted((row for row in significant if row[1] >= MORE), key=lambda row: (-row[1], row[2:]))
    weak = sorted(
        (row for row in significant if row[1] <= LESS), key=lambda row: (row[0].observed - row[0].expected, row[2:])
    )
    return strong, weak


def _bridge(code: str, step: str, one: str, other: str, row: Mapping[str, CellValue]) -> Headline | None:
    """The sentence on one pair of constituencies by its row; None where they are not counted on their own."""
    meetings, times = row.get("meetings"), row.get("ratio")
    if not _is_shown(meetings) or not _is_shown(times):
        return None
    return _of_pair(code, step, {"pair": [one, other], "meetings": meetings, "times": f"{times:.1f}"})


def _of_pair(code: str, step: str, facts: Mapping[str, Any]) -> Headline:
    return Headline(code, bridge_text(facts, step), {**facts, **pair_names(*facts["pair"])})


def bridge_text(facts: Mapping[str, Any], step: str) -> str:
    """What the facts of a pair of constituencies say at this step, in the language being read."""
    sentences = {
        HELD: _("%(one)s and %(other)s held %(meetings)d meetings, %(times)s times what chance would give."),
        ACCEPTED: _("%(one)s and %(other)s agreed %(meetings)d meetings, %(times)s times what chance would give."),
    }
    return sentences[step] % {**facts, **pair_names(*facts["pair"])}


def pair_names(one: str, other: str) -> dict[str, str]:
    """How two constituencies are called within a sentence that begins with the first."""
    return {"one": str(Constituency(one).label), "other": str(Constituency(other).label).lower()}


def _answers(tables: dict[str, Worksheet]) -> Iterator[Headline]:
    median = tables["network"].row("median hours to an answer").get("value")
    waiting = tables["network"].row("requests waiting for an answer").get("value")
    if not _is_shown(median):
        return
    hours = float(median)
    quick = (
        _("less than an hour")
        if hours < 1
        else ngettext("%(hours)d hour", "%(hours)d hours", round(hours)) % {"hours": round(hours)}
    )
    yield _headline("answers", time=quick, **({"waiting": int(waiting)} if _is_shown(waiting) else {}))
