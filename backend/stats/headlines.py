"""What the figures say, in a few sentences fit to hand over: they quote nothing that is withheld."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeGuard

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.core.spreadsheets import Plain
from backend.people.models import Constituency
from backend.stats.figures import ACCEPTED, HELD, Cell, EventStats, StepFigures
from backend.stats.sheets import WITHHELD, Sheet
from backend.stats.suppression import LEAST

SURPRISING = 0.05
MORE, LESS = 1.25, 0.75
MOST_BRIDGES = 2


@dataclass(frozen=True, slots=True)
class Headline:
    """A sentence with the code of what it says and the facts it was made of."""

    code: str
    text: str
    facts: dict[str, Any]


def headlines_for(stats: EventStats, sheets: Sequence[Sheet]) -> tuple[Headline, ...]:
    """The sentences that the figures bear out, in the order of the desk; `sheets` are those released.

    A bridge is called strong or missing only where chance is unlikely to give it (p at most .05).
    """
    tables = {sheet.name: sheet for sheet in sheets}
    held = next(step.count for step in stats.funnel if step.step == HELD)
    step = stats.step(HELD if held >= LEAST else ACCEPTED)
    return tuple(
        headline
        for part in (
            _reach(stats, tables),
            _across(stats, step, tables),
            _bridges(step, tables),
            _answers(stats, tables),
        )
        for headline in part
    )


def _said(code: str, sentence: str, **facts: Any) -> Headline:
    return Headline(code, sentence % facts, facts)


def _is_shown(value: Plain) -> TypeGuard[float]:
    return value is not None and value != WITHHELD


def _reach(stats: EventStats, tables: dict[str, Sheet]) -> Iterator[Headline]:
    measures = tables["network"]
    people = measures.row("people").get("value")
    alone = measures.row("people without a meeting").get("value")
    if not stats.network.meetings:
        yield _said("no_meetings", _("No meeting is agreed yet."))
    elif _is_shown(people) and _is_shown(alone):
        people, alone = int(people), int(alone)
        if not alone:
            yield _said("everybody", _("All %(people)d people have a meeting."), people=people)
            return
        sentence = ngettext(
            "%(met)d of %(people)d person has a meeting; %(alone)d has none.",
            "%(met)d of %(people)d people have a meeting; %(alone)d have none.",
            people,
        )
        yield _said("reach", sentence, met=people - alone, people=people, alone=alone)
    elif stats.network.isolates < LEAST <= stats.network.people:
        yield _said("nearly_all", _("All but a handful of people have a meeting."))


def _across(stats: EventStats, step: StepFigures, tables: dict[str, Sheet]) -> Iterator[Headline]:
    shown = tables[f"mixing-{step.step}"].row("E-I index").get("value")
    if not _is_shown(shown) or step.ei is None or step.ei_chance is None:
        return
    share, chance = round(50 * (1 + step.ei)), round(50 * (1 + step.ei_chance))
    previous = stats.previous
    if previous and previous.ei is not None and _is_shown(tables["editions"].row(previous.slug).get("ei")):
        yield _said(
            "across_since",
            _(
                "%(share)d %% of meetings cross constituencies, after %(before)d %% at %(edition)s; "
                "chance would give %(chance)d %%."
            ),
            share=share,
            before=round(50 * (1 + previous.ei)),
            edition=previous.name,
            chance=chance,
        )
    else:
        yield _said(
            "across",
            _("%(share)d %% of meetings cross constituencies; chance would give %(chance)d %%."),
            share=share,
            chance=chance,
        )


def _bridges(step: StepFigures, tables: dict[str, Sheet]) -> Iterator[Headline]:
    """The strongest bridges, then those most missing."""
    matrix, sheet = step.by_constituency, tables[f"matrix-{step.step}"]
    names = matrix.rows
    telling = [
        (cell, cell.ratio or 0.0, one, names[b])
        for a, one in enumerate(names)
        for b, cell in enumerate(matrix.cells[a])
        if b > a and cell.p is not None and cell.p <= SURPRISING
    ]
    strong = sorted((row for row in telling if row[1] >= MORE), key=lambda row: (-row[1], row[2:]))
    weak = sorted(
        (row for row in telling if row[1] <= LESS and row[0].expected >= LEAST),
        key=lambda row: (row[0].observed - row[0].expected, row[2:]),
    )
    for code, rows in (("bridge", strong), ("missing", weak)):
        found = (
            _bridge(code, step.step, cell, one, other, sheet.row(one, other).get("meetings"))
            for cell, _ratio, one, other in rows
        )
        yield from islice(filter(None, found), MOST_BRIDGES)


def _bridge(code: str, step: str, cell: Cell, one: str, other: str, shown: Plain) -> Headline | None:
    """The sentence on one bridge, or none where its count is withheld and large."""
    names = {"one": str(Constituency(one).label), "other": str(Constituency(other).label).lower()}
    if not _is_shown(shown):
        if code == "bridge" or cell.observed >= LEAST:
            return None
        return _said(
            "hardly",
            _("%(one)s and %(other)s hardly met: chance would give %(expected)d meetings."),
            **names,
            expected=round(cell.expected),
        )
    sentences = {
        HELD: _("%(one)s and %(other)s held %(meetings)d meetings, %(times)s times what chance would give."),
        ACCEPTED: _(
            "%(one)s and %(other)s agreed %(meetings)d meetings, %(times)s times what chance would give."
        ),
    }
    return _said(code, sentences[step], **names, meetings=cell.observed, times=f"{cell.ratio or 0:.1f}")


def _answers(stats: EventStats, tables: dict[str, Sheet]) -> Iterator[Headline]:
    median = tables["network"].row("median hours to an answer").get("value")
    waiting = tables["exits"].row("requested", "waiting").get("count")
    if not _is_shown(median):
        return
    hours = stats.response.median_hours or 0
    quick = (
        _("less than an hour") if hours < 1 else ngettext("%d hour", "%d hours", round(hours)) % round(hours)
    )
    if _is_shown(waiting):
        sentence = _("Half of all answers came within %(time)s; %(waiting)d requests wait for one.")
        yield _said("answers", sentence, time=quick, waiting=int(waiting))
    else:
        yield _said("answers", _("Half of all answers came within %(time)s."), time=quick)
