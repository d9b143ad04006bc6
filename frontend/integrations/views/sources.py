"""For organisers: other servers with their people or programme, read again and again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.events.services.long_jobs import answer_later
from backend.integrations.models import Source
from backend.integrations.selectors import sources_for
from backend.integrations.services.programmes import ProgrammeReport
from backend.integrations.services.runs import NOTHING_DECIDED
from backend.integrations.services.sources import (
    add_source,
    change_source,
    choose_columns,
    delete_source,
    reading_words,
    source_of,
)
from backend.integrations.services.syncing import SyncReport, sync_source
from frontend.access import Request, catch_refusal, organiser
from frontend.fields import values_of
from frontend.integrations.forms import ReadForm, SourceForm
from frontend.integrations.words import COLUMNS, counts_text, preview_text


@organiser
@require_safe
def sources(request: Request, attendee: Attendee) -> HttpResponse:
    """Where people register or a programme is kept, and what the last reading of each came to."""
    return render(request, "integrations/sources.html", {"rows": sources_for(attendee.event)})


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request, attendee: Attendee) -> HttpResponse:
    """A source; it is read as a preview first."""
    form = SourceForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            source = add_source(event=attendee.event, data=form.data_of(), by=request.user, now=timezone.now())
            messages.success(request, _("The source is kept. See what it would do."))
            return redirect("source", attendee.event.slug, source.pk)
    status = 422 if form.is_bound else 200
    return render(request, "integrations/add.html", {"form": form}, status=status)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def source_page(request: Request, attendee: Attendee, source_id: int) -> HttpResponse:
    """A source: what became of its last reading, and its settings."""
    source = source_of(attendee.event, source_id)
    form = SourceForm(request.POST if request.method == "POST" else None, source)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            change_source(
                event=attendee.event, source_id=source_id, data=form.data_of(), by=request.user, now=timezone.now()
            )
            messages.success(request, _("Saved."))
            return redirect("source", attendee.event.slug, source_id)
    context = {"form": form, "row": sources_for(attendee.event).get(pk=source_id)}
    return render(request, "integrations/source.html", context, status=422 if form.is_bound else 200)


@organiser
@require_POST
def read(request: Request, attendee: Attendee, source_id: int) -> HttpResponse:
    """Read a source as a job: to see what it would do, or to bring the list up to it."""
    source = source_of(attendee.event, source_id)
    form = ReadForm(request.POST, attendee, source_id)
    values_of(form)
    answer_later(request, attendee, reading_words(source), back="sources", now=timezone.now())
    try:
        if columns := form.columns():
            source = _with_columns(request, source, columns)
        is_confirmed = form.is_confirmed()
        report = sync_source(
            source=source,
            by=request.user,
            now=timezone.now(),
            dry_run=not is_confirmed,
            decisions=form.decisions() if is_confirmed else NOTHING_DECIDED,
        )
    except BusinessError as refusal:
        context = {"row": source, "refusal": refusal}
        return render(request, "integrations/preview.html", context, status=refusal.status)
    if not report.dry_run:
        messages.success(request, counts_text(report.counts))
        return redirect("source", attendee.event.slug, source_id)
    if isinstance(report, ProgrammeReport):
        return _programme_preview(request, source, form, report)
    return _preview(request, source, form, report)


def _with_columns(request: Request, source: Source, columns: dict[str, str]) -> Source:
    """The source with the columns chosen for its headings; those that are read so already say nothing."""
    chosen = {key: column for key, column in columns.items() if key}
    return choose_columns(event=source.event, source_id=source.pk, columns=chosen, by=request.user)


def _preview(request: Request, source: Source, form: ReadForm, report: SyncReport) -> HttpResponse:
    context = {
        "row": source,
        "report": report,
        "summary": preview_text(report.counts),
        "column_names": COLUMNS,
        "shown_columns": ",".join(one.column for one in report.headings if one.text),
        "leaving": form.shown("leaving").sign(one.attendee_id for one in report.leaving),
        "named": form.shown("named").sign(one.attendee_id for one in report.passed_on),
    }
    return render(request, "integrations/preview.html", context)


def _programme_preview(request: Request, source: Source, form: ReadForm, report: ProgrammeReport) -> HttpResponse:
    context = {
        "row": source,
        "report": report,
        "summary": preview_text(report.counts),
        "leaving": form.shown("leaving").sign(one.session_id for one in report.leaving),
    }
    return render(request, "integrations/programme_preview.html", context)


@organiser
@require_POST
def delete(request: Request, attendee: Attendee, source_id: int) -> HttpResponse:
    """Forget a source; its people and sessions stay."""
    is_programme = source_of(attendee.event, source_id).is_programme
    delete_source(event=attendee.event, source_id=source_id, by=request.user)
    if is_programme:
        messages.success(request, _("The source is deleted. Its sessions stay."))
    else:
        messages.success(request, _("The source is deleted. Its people stay."))
    return redirect("sources", attendee.event.slug)
