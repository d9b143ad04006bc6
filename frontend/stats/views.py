"""The organiser's desk: the figures of the event, with pictures and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from backend.booking.selectors.waiting_list import most_wanted_for
from backend.directory.selectors.needs_help import NeedsHelpRow, help_counts_for, needs_help_rows
from backend.directory.services.files import NEEDS_HELP_FILE, export_needs_help
from backend.directory.services.nudges import nudge_people, preview_nudges
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.states import SENTENCES, Activity, is_allowed, is_closed
from backend.events.selectors import PersonNamed
from backend.events.services.long_jobs import answer_later
from backend.groups.selectors.open_roundtables import proposal_count_for
from backend.stats.engine.figures import MATRIX_STEPS, NO_THEME, PersonFigures
from backend.stats.selectors.event_stats import event_stats
from backend.stats.selectors.headlines import headlines_for, missing_bridges
from backend.stats.selectors.names import CAUSES, STEPS, names_for, people_counted
from backend.stats.selectors.overview import follow_up_figures_for
from backend.stats.selectors.printed_figures import edition_rows, editions_note, printed_groups, printed_themes
from backend.stats.selectors.report import report_content
from backend.stats.selectors.worksheets import NOTE, exact_worksheets
from backend.stats.services import export_stats_file, is_release_current, release_for
from backend.suggestions.selectors.unmet import unmet_counts_for, unmet_needs_for
from backend.suggestions.services.exports import UNMET_FILE, export_unmet_needs
from frontend.access import Request, fresh_proof, organiser
from frontend.fields import values_of
from frontend.stats import pictures, words
from frontend.stats.forms import HeatMapForm, NudgeForm

CSV = "text/csv; charset=utf-8"


@organiser
@require_safe
def desk(request: Request, attendee: Attendee) -> HttpResponse:
    """What to do today, each with its figure; an address that chose a matrix leads to the bridges."""
    event, now = attendee.event, timezone.now()
    if request.GET.keys() & HeatMapForm.base_fields.keys():
        return redirect(f"{reverse('bridges', args=[event.slug])}?{request.GET.urlencode()}#matrix")
    stats = event_stats(event=event, now=now)
    found = words.Found(
        stats=stats,
        help=help_counts_for(event, now),
        wanted=most_wanted_for(event),
        unmet=unmet_counts_for(event),
        missing=missing_bridges(stats),
        proposed=proposal_count_for(event, now),
    )
    context = {"stats": stats, "tasks": words.tasks_for(event, found), "sentence": SENTENCES[event.state]}
    return render(request, "stats/today.html", context)


@organiser
@require_safe
def bridges(request: Request, attendee: Attendee) -> HttpResponse:
    """Who meets whom, in a matrix that `step`, `by` and `theme` choose, and the network."""
    stats = event_stats(event=attendee.event, now=timezone.now())
    named, names = people_counted(attendee.event), names_for(attendee.event)
    connected = pictures.most_connected(stats)
    context = {
        "stats": stats,
        "heat": pictures.heat_map(stats, HeatMapForm(request.GET).choice(), names),
        "missing": missing_bridges(stats),
        "can_plan": not is_closed(attendee.event),
        "steps": [(key, STEPS[key]) for key in MATRIX_STEPS],
        "groupings": pictures.BY.items(),
        "names": names,
        "no_theme": NO_THEME if NO_THEME in stats.steps[0].themes else "",
        "network_summary": words.network_sentence(stats),
        "network": pictures.network_drawing(stats, named),
        "brokers": _named(stats.brokers, named),
        "connected": _named(connected, named),
    }
    return render(request, "stats/bridges.html", context)


def _named(
    people: Iterable[PersonFigures], named: Mapping[int, PersonNamed]
) -> tuple[tuple[PersonNamed, PersonFigures], ...]:
    return tuple((named[one.attendee_id], one) for one in people if one.attendee_id in named)


@organiser
@require_safe
def progress(request: Request, attendee: Attendee) -> HttpResponse:
    """How far the forum has come: headlines, funnel, days, earlier editions."""
    event = attendee.event
    stats = event_stats(event=event, now=timezone.now())
    worksheets = exact_worksheets(stats)
    tables = {worksheet.name: worksheet for worksheet in worksheets}
    funnel = pictures.funnel_bars(tables["funnel"])
    context = {
        "stats": stats,
        "headlines": headlines_for(stats, worksheets),
        "editions": edition_rows(tables["editions"], _edition_names(event)),
        "editions_note": editions_note(tables["editions"]),
        "funnel": funnel,
        "funnel_steps": list(zip(funnel, stats.funnel, strict=True)),
        "follow_ups": follow_up_figures_for(event),
        "funnel_summary": words.funnel_sentence(stats),
        "exits": [(*_words(row.step, row.cause), row.count) for row in stats.exits if row.count],
        "days": pictures.day_bars(stats.days),
        "day_steps": [(step, STEPS[step]) for step in ("requested", "accepted", "held")],
        "most_on_a_day": pictures.most_on_a_day(stats.days),
        "days_summary": words.days_sentence(stats),
    }
    return render(request, "stats/progress.html", context)


@organiser
@require_safe
def method(request: Request, attendee: Attendee) -> HttpResponse:
    """Every measure with how to read it, and the people by sector, country and language."""
    stats = event_stats(event=attendee.event, now=timezone.now())
    return render(request, "stats/method.html", {"stats": stats, "names": names_for(attendee.event)})


@organiser
@require_safe
def people_to_help(request: Request, attendee: Attendee) -> HttpResponse:
    """Those without a meeting or with an empty profile, with what hinders each, and who is waited for."""
    event = attendee.event
    stats = event_stats(event=event, now=timezone.now())
    rows = needs_help_rows(event=event, now=stats.computed_at)
    place = {one.attendee_id: one for one in stats.without_meeting}
    shown = tuple(
        (row, place.get(row.attendee_id), str(words.HINDRANCES[row.cause]), _clock(row, event)) for row in rows
    )
    context = {
        "stats": stats,
        "needs_help": shown,
        "may_nudge": is_allowed(event, Activity.ASK),
        "can_plan": not is_closed(event),
        "to_nudge": sum(row.can_be_nudged for row in rows),
        "wanted": most_wanted_for(event),
    }
    return render(request, "stats/people_to_help.html", context)


@organiser
@require_safe
def unanswered(request: Request, attendee: Attendee) -> HttpResponse:
    """The needs that nobody answers and the offers that nobody seeks, by theme."""
    return render(request, "stats/unanswered.html", {"unmet": unmet_needs_for(attendee.event)})


@organiser
@require_safe
def desk_print(request: Request, attendee: Attendee) -> HttpResponse:
    """One page to print, made of the release, and below it the release's files and pictures."""
    event, now = attendee.event, timezone.now()
    if not is_release_current(event=event, now=now):
        answer_later(request, attendee, _("The figures of today"), now=now)
        release_for(event=event, by=request.user, now=now)
        return redirect("desk_print", event.slug)
    release = release_for(event=event, by=request.user, now=now)
    tables = {worksheet.name: worksheet for worksheet in release.worksheets}
    names = names_for(event)
    themes = names.themes
    return render(
        request,
        "stats/print.html",
        {
            "release": release,
            "rule": NOTE,
            "report": report_content(release, event, names),
            "editions": edition_rows(tables["editions"], _edition_names(event)),
            "step": STEPS[release.content["step"]],
            "funnel": pictures.funnel_bars(tables["funnel"]),
            "heat": pictures.released_heat_map(release),
            "network": pictures.released_network(release),
            "groups": printed_groups(release, themes),
            "by_theme": printed_themes(release, themes),
            "themes": themes,
            "picture_kinds": (("png", _("Save as PNG")), ("svg", _("Save as SVG"))),
        },
    )


@organiser
@require_safe
def stats_file(request: Request, attendee: Attendee, name: str) -> HttpResponse:
    """One file made of the release."""
    event, now = attendee.event, timezone.now()
    answer_later(request, attendee, _("A file of the figures"), back="desk_print", now=now)
    file = export_stats_file(event=event, name=name, by=request.user, now=now)
    return _file(event, name, file.content, file.media_type)


def _file(event: Event, name: str, content: bytes, media_type: str = CSV) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-{name}"'
    return response


def _edition_names(event: Event) -> dict[str, str]:
    return {one.slug: one.name for one in (event, event.previous) if one}


@organiser
@fresh_proof(to_read=True)
@require_safe
def who_needs_help(request: Request, attendee: Attendee) -> HttpResponse:
    """Those without a meeting or with an empty profile, as CSV."""
    event = attendee.event
    answer_later(request, attendee, _("A file of who needs help"), back="people_to_help", now=timezone.now())
    file = export_needs_help(event=event, by=request.user, now=timezone.now())
    return _file(event, NEEDS_HELP_FILE, file)


@organiser
@require_safe
def unmet_needs(request: Request, attendee: Attendee) -> HttpResponse:
    """The needs nobody answers and the offers nobody seeks, as CSV."""
    event = attendee.event
    answer_later(request, attendee, _("A file of unmet needs"), back="unanswered", now=timezone.now())
    file = export_unmet_needs(event=event, by=request.user, now=timezone.now())
    return _file(event, UNMET_FILE, file)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def nudge(request: Request, attendee: Attendee) -> HttpResponse:
    """Who would get a nudge, by cause, with each mail; on POST, mail those ticked."""
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
    return render(request, "stats/nudge.html", context)


def _clock(row: NeedsHelpRow, event: Event) -> str:
    return f"{row.nudged_at.astimezone(event.zone):%H:%M}" if row.nudged_at else ""


def _words(step: str, cause: str) -> tuple[str, str]:
    return str(STEPS[step]), str(CAUSES[cause])
