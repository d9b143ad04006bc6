"""The organiser's desk: the figures of the event, with pictures and files."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from backend.directory.selectors import NeedsHelpRow, needs_help_rows
from backend.directory.services import NEEDS_HELP_FILE, export_needs_help, nudge_people, preview_nudges
from backend.events.models import Attendee, Event
from backend.stats.selectors import (
    CAUSES,
    MATRIX_STEPS,
    NO_THEME,
    STEPS,
    edition_rows,
    event_stats,
    headlines_for,
    missing_bridges,
    names_for,
    people_counted,
    printed_groups,
    printed_matrix,
    reported_step,
    worksheets_for,
)
from backend.suggestions.selectors import unmet_needs_for
from backend.suggestions.services import UNMET_FILE, export_unmet_needs
from frontend.access import Request, organiser
from frontend.fields import values_of
from frontend.stats import pictures, words
from frontend.stats.forms import HeatMapForm, NudgeForm


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
            "editions": edition_rows(stats),
            "worksheets": worksheets,
            "funnel": pictures.funnel_bars(stats, released["funnel"]),
            "funnel_summary": words.funnel_sentence(stats),
            "exits": [(*_words(row.step, row.cause), row.count) for row in stats.exits if row.count],
            "heat": pictures.heat_map(stats, released, HeatMapForm(request.GET).choice(), names),
            "missing": missing_bridges(stats, worksheets),
            "steps": [(key, STEPS[key]) for key in MATRIX_STEPS],
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
                (
                    row,
                    without_meeting.get(row.attendee_id),
                    words.HINDRANCES[row.cause],
                    _clock(row, attendee.event),
                )
                for row in needs_help
            ],
            "picture_kinds": (("png", _("Save as PNG")), ("svg", _("Save as SVG"))),
            "unmet": unmet_needs_for(attendee.event),
            "to_nudge": sum(row.can_be_nudged for row in needs_help),
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
            "editions": edition_rows(stats, worksheets["editions"]),
            "step": STEPS[step],
            "funnel": [(STEPS[str(row[0])], row[1], row[3]) for row in worksheets["funnel"].rows],
            "matrix": printed_matrix(keys, worksheets[f"matrix-{step}"]),
            "groups": printed_groups(keys, worksheets, step, themes),
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
@require_http_methods(["GET", "HEAD", "POST"])
def nudge(request: Request, attendee: Attendee) -> HttpResponse:
    """Whom a nudge would reach, by cause, with each mail; on POST, mail those ticked."""
    event, now = attendee.event, timezone.now()
    if request.method == "POST":
        chosen = values_of(NudgeForm(request.POST))["attendee"]
        count = nudge_people(event=event, attendee_ids=chosen, by=request.user, now=now)
        text = ngettext("%(count)d person gets a mail.", "%(count)d people get a mail.", count)
        messages.info(request, text % {"count": count} if count else _("Nobody was mailed."))
        return redirect("desk", event.slug)
    preview = preview_nudges(event=event, now=now)
    context = {
        "groups": [(group, words.HINDRANCES[group.cause]) for group in preview.groups],
        "left_out": [(row, words.HINDRANCES[row.cause], _clock(row, event)) for row in preview.left_out],
    }
    return render(request, "desk/nudge.html", context)


def _clock(row: NeedsHelpRow, event: Event) -> str:
    return f"{row.nudged_at.astimezone(event.zone):%H:%M}" if row.nudged_at else ""


def _words(step: str, cause: str) -> tuple[str, str]:
    return str(STEPS[step]), str(CAUSES[cause])
