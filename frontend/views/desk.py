"""The organiser's desk: what became of the forum, in figures and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from backend.directory.nudging import nudge_people, standing_apart
from backend.events.models import Attendee, Theme
from backend.stats.figures import HELD, MATRICES, NO_THEME, EventStats, Matrix
from backend.stats.headlines import headlines_for
from backend.stats.naming import people_named
from backend.stats.selectors import event_stats
from backend.stats.tables import sheets_for
from frontend import desk_pictures, desk_words
from frontend.access import Request, organiser


@organiser
@require_safe
def desk(request: Request, attendee: Attendee) -> HttpResponse:
    """Every figure of the forum as it stands; `step` and `theme` choose the matrix."""
    stats = event_stats(event=attendee.event, now=timezone.now())
    sheets = sheets_for(stats)
    named = people_named(event=attendee.event)
    themes = dict(Theme.objects.filter(event=attendee.event).values_list("key", "name"))
    return render(
        request,
        "desk/page.html",
        {
            "stats": stats,
            "headlines": headlines_for(stats, sheets),
            "sheets": sheets,
            "funnel": desk_pictures.funnel_bars(stats),
            "funnel_says": desk_words.funnel_sentence(stats),
            "exits": [(*_words(row.step, row.cause), row.count) for row in stats.exits if row.count],
            **_matrix_of(stats, request.GET, themes),
            "days": desk_pictures.day_bars(stats.days),
            "days_say": desk_words.days_sentence(stats),
            "network_says": desk_words.network_sentence(stats),
            "network": desk_pictures.network_drawing(stats, named),
            "apart": standing_apart(attendee.event).count(),
            "brokers": [(named[one.attendee_id], one) for one in stats.brokers if one.attendee_id in named],
            "alone": [
                (named[one.attendee_id], one) for one in stats.without_meeting if one.attendee_id in named
            ],
        },
    )


@organiser
@require_safe
def desk_print(request: Request, attendee: Attendee) -> HttpResponse:
    """One page to hand over: the sentences and the tables that may leave the desk."""
    stats = event_stats(event=attendee.event, now=timezone.now())
    sheets = {sheet.name: sheet for sheet in sheets_for(stats)}
    step = desk_words.step_to_print(stats)
    return render(
        request,
        "desk/print.html",
        {
            "stats": stats,
            "headlines": headlines_for(stats, tuple(sheets.values())),
            "step": desk_words.STEPS[step],
            "funnel": [(desk_words.STEPS[str(row[0])], row[1], row[3]) for row in sheets["funnel"].rows],
            "matrix": desk_words.matrix_to_print(
                stats.step(step).by_constituency.rows, sheets[f"matrix-{step}"]
            ),
            "groups": sheets["constituencies"],
        },
    )


@organiser
@require_POST
def nudge(request: Request, attendee: Attendee) -> HttpResponse:
    """Mail those who stand apart; nobody twice a day."""
    count = nudge_people(event=attendee.event, by=request.user, now=timezone.now())
    if count:
        text = ngettext("%(count)d person gets a mail.", "%(count)d people get a mail.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("Nobody new to mail today: one mail a day is the most."))
    return redirect("desk", attendee.event.slug)


def _words(step: str, cause: str) -> tuple[str, str]:
    return str(desk_words.STEPS[step]), str(desk_words.CAUSES[cause])


def _matrix_of(stats: EventStats, asked: QueryDict, themes: Mapping[str, str]) -> dict[str, Any]:
    """The matrix of the step and theme asked for; what is not known counts as not asked."""
    name = asked.get("step", "")
    if name not in MATRICES:
        name = HELD if stats.step(HELD).by_constituency.total else "accepted"
    step, theme = stats.step(name), asked.get("theme", "")
    matrix: Matrix = step.by_constituency
    if theme in step.themes:
        matrix = step.within_theme[step.themes.index(theme)]
    return {
        "step": name,
        "steps": [(key, desk_words.STEPS[key]) for key in MATRICES],
        "theme": theme,
        "themes": [(key, themes[key]) for key in step.themes if key in themes],
        "no_theme": NO_THEME if NO_THEME in step.themes else "",
        "matrix": matrix,
        "heat": desk_pictures.heat_map(matrix),
        "matrix_says": desk_words.matrix_sentence(matrix),
    }
