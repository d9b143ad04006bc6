"""The organiser's desk: the figures of the event, with pictures and files."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from backend.directory.selectors import NeedsHelpRow, needs_help_rows
from backend.directory.services import NEEDS_HELP_FILE, export_needs_help, nudge_people
from backend.events.models import Attendee, Event
from backend.stats.selectors import (
    MATRIX_STEPS,
    NO_THEME,
    event_stats,
    headlines_for,
    names_for,
    people_counted,
    reported_step,
    worksheets_for,
)
from backend.suggestions.selectors import unmet_needs_for
from backend.suggestions.services import UNMET_FILE, export_unmet_needs
from frontend.access import Request, organiser
from frontend.stats import pictures, words
from frontend.stats.forms import HeatMapForm


@organiser
@require_safe
def desk(request: Request, attendee: Attendee) -> HttpResponse:
    """Every figure of the event now; `step`, `by` and `theme` choose the matrix."""
    stats = event_stats(event=attendee.event, now=timezone.now())
    worksheets = worksheets_for(stats)
    released = {worksheet.name: worksheet for worksheet in worksheets}
    named = people_counted(attendee.event)
    needs_help = needs_help_rows(event=attendee.event, now=stats.computed_at)
    without_meeting = {one.attendee_id: one for one in stats.without_meeting}
    names = names_for(attendee.event)
    return render(
        request,
        "desk/page.html",
        {
            "stats": stats,
            "headlines": headlines_for(stats, worksheets),
            "editions": pictures.edition_rows(stats),
            "worksheets": worksheets,
            "funnel": pictures.funnel_bars(stats, released["funnel"]),
            "funnel_summary": words.funnel_sentence(stats),
            "exits": [(*_words(row.step, row.cause), row.count) for row in stats.exits if row.count],
            "heat": pictures.heat_map(stats, released, HeatMapForm(request.GET).choice(), names),
            "steps": [(key, words.STEPS[key]) for key in MATRIX_STEPS],
            "groupings": pictures.BY.items(),
            "names": names,
            "no_theme": NO_THEME if NO_THEME in stats.steps[0].themes else "",
            "days": pictures.day_bars(stats.days, released["days"]),
            "days_summary": words.days_sentence(stats),
            "network_summary": words.network_sentence(stats),
            "network": pictures.network_drawing(stats, released, named),
            "brokers": [(named[one.attendee_id], one) for one in stats.brokers if one.attendee_id in named],
            "connected": [
                (named[one.attendee_id], one)
                for one in pictures.most_connected(stats)
                if one.attendee_id in named
            ],
            "needs_help": [
                (row, without_meeting.get(row.attendee_id), _clock(row, attendee.event)) for row in needs_help
            ],
            "unmet": unmet_needs_for(attendee.event),
            "to_nudge": sum(row.nudged_at is None for row in needs_help),
        },
    )


@organiser
@require_safe
def desk_print(request: Request, attendee: Attendee) -> HttpResponse:
    """One page to print: the headlines and published tables."""
    stats = event_stats(event=attendee.event, now=timezone.now())
    worksheets = {worksheet.name: worksheet for worksheet in worksheets_for(stats)}
    step = reported_step(worksheets["funnel"])
    keys, themes = stats.step(step).by_constituency.rows, names_for(attendee.event).themes
    return render(
        request,
        "desk/print.html",
        {
            "stats": stats,
            "headlines": headlines_for(stats, tuple(worksheets.values())),
            "editions": pictures.edition_rows(stats, worksheets["editions"]),
            "step": words.STEPS[step],
            "funnel": [(words.STEPS[str(row[0])], row[1], row[3]) for row in worksheets["funnel"].rows],
            "matrix": pictures.printed_matrix(keys, worksheets[f"matrix-{step}"]),
            "groups": pictures.printed_groups(keys, worksheets, step, themes),
            "themes": themes,
        },
    )


@organiser
@require_safe
def who_needs_help(request: Request, attendee: Attendee) -> HttpResponse:
    """Those without a meeting or with an empty profile, as CSV."""
    event = attendee.event
    file = export_needs_help(event=event, by=request.user, now=timezone.now())
    response = HttpResponse(file, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-{NEEDS_HELP_FILE}"'
    return response


@organiser
@require_safe
def unmet_needs(request: Request, attendee: Attendee) -> HttpResponse:
    """The needs nobody answers and the offers nobody seeks, as CSV."""
    event = attendee.event
    file = export_unmet_needs(event=event, by=request.user, now=timezone.now())
    response = HttpResponse(file, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-{UNMET_FILE}"'
    return response


@organiser
@require_POST
def nudge(request: Request, attendee: Attendee) -> HttpResponse:
    """Mail those who need help; nobody twice a day."""
    count = nudge_people(event=attendee.event, by=request.user, now=timezone.now())
    if count:
        text = ngettext("%(count)d person gets a mail.", "%(count)d people get a mail.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("Nobody new to mail today: one mail a day is the most."))
    return redirect("desk", attendee.event.slug)


def _clock(row: NeedsHelpRow, event: Event) -> str:
    return f"{row.nudged_at.astimezone(event.zone):%H:%M}" if row.nudged_at else ""


def _words(step: str, cause: str) -> tuple[str, str]:
    return str(words.STEPS[step]), str(words.CAUSES[cause])
