"""Telling the safeguarding lead of somebody, and what a lead reads and does."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.errors import BusinessError, NotFound
from backend.events.models import Attendee
from backend.meetings.selectors import meeting_for
from backend.meetings.selectors.reported import other_of, reported_meeting
from backend.meetings.services import report_meeting as report_other_of
from backend.safeguarding import services
from backend.safeguarding.selectors import (
    has_reader,
    last_report_by,
    person_for_attendee,
    report_page_for,
    reports_for,
)
from frontend.access import Request, participant, safeguarding_lead
from frontend.safeguarding.forms import LIFT, CloseForm, ReportForm


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def report_person(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Say what a report does and ask for it; on POST, report."""
    now = timezone.now()
    name = person_for_attendee(viewer=attendee, attendee_id=attendee_id, now=now).name

    def report(category: str, words: str) -> None:
        services.report_person(
            reporter=attendee,
            reported_id=attendee_id,
            category=category,
            words=words,
            by=request.user,
            now=now,
        )

    return _ask(request, attendee, attendee_id, name, report)


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def report_meeting(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """The same about the other one of a meeting of mine, named only while I may see them."""
    now = timezone.now()
    other_id = other_of(attendee, meeting_id)
    if other_id is None:
        raise NotFound(_("There is no such meeting, or you cannot see it."))
    try:
        name = meeting_for(attendee, meeting_id, now).other.name
    except NotFound:
        name = ""

    def report(category: str, words: str) -> None:
        report_other_of(
            attendee=attendee, meeting_id=meeting_id, category=category, words=words, by=request.user, now=now
        )

    return _ask(request, attendee, other_id, name, report, is_about_meeting=True)


def _ask(
    request: Request,
    attendee: Attendee,
    other_id: int,
    name: str,
    report: Callable[[str, str], None],
    *,
    is_about_meeting: bool = False,
) -> HttpResponse:
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            report(form.cleaned_data["category"], form.cleaned_data["words"])
        except NotFound:
            raise
        except BusinessError as refusal:
            form.add_error(str(refusal.details.get("field", "words")), refusal.message)
        else:
            return redirect("report_sent", attendee.event.slug)
    context = {
        "form": form,
        "name": name,
        "is_about_meeting": is_about_meeting,
        "has_reader": has_reader(attendee, other_id),
    }
    return render(request, "safeguarding/report.html", context, status=422 if form.errors else 200)


@participant
@require_safe
def report_sent(request: Request, attendee: Attendee) -> HttpResponse:
    """What became of the report just made: who reads it, and what happens meanwhile."""
    made = last_report_by(attendee)
    if made is None:
        return redirect("suggestions", attendee.event.slug)
    return render(request, "safeguarding/sent.html", {"made": made})


@safeguarding_lead
@require_safe
def reports(request: Request, attendee: Attendee) -> HttpResponse:
    """All reports of the forum, those that wait first; nobody's name and no word of theirs."""
    return render(request, "safeguarding/reports.html", {"reports": reports_for(attendee)})


@safeguarding_lead
@require_safe
def report(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """One report; opening it is written down, and the page shows by whom it was opened."""
    return _report_page(request, attendee, report_id, CloseForm())


@safeguarding_lead
@require_POST
def close_report(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """Close a report with what was done; the two stay apart, or not."""
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            services.close_report(
                lead=attendee,
                report_id=report_id,
                outcome=form.cleaned_data["outcome"],
                lift=form.cleaned_data["then"] == LIFT,
                by=request.user,
                now=timezone.now(),
            )
        except NotFound:
            raise
        except BusinessError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The report is closed. Neither of the two is told."))
            return redirect("reports", attendee.event.slug)
    return _report_page(request, attendee, report_id, form)


def _report_page(request: Request, attendee: Attendee, report_id: int, form: CloseForm) -> HttpResponse:
    opened = services.read_report(lead=attendee, report_id=report_id, by=request.user, now=timezone.now())
    page = report_page_for(opened)
    context = {
        "page": page,
        "meeting": reported_meeting(event_id=attendee.event_id, meeting_id=page.meeting_id),
        "form": form,
    }
    return render(request, "safeguarding/one_report.html", context, status=422 if form.errors else 200)
