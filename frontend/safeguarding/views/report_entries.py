"""The page of one report, what leads write and do there, and the news for whoever made it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.booking.selectors.meetings import reported_meeting
from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.selectors import shown_name
from backend.outcomes.selectors.contacts import Contacts, contacts_of
from backend.safeguarding.selectors.reports import news_for, report_page_for
from backend.safeguarding.services import report_entries
from backend.safeguarding.services.report_entries import export_report
from frontend.access import Request, catch_refusal, fresh_proof, participant, safeguarding_lead
from frontend.fields import RefusableForm, values_of
from frontend.safeguarding.forms import CloseForm, DueForm, HandOverForm, NoteForm, WordForm
from frontend.safeguarding.views.opening import opened_report


def report_page(request: Request, attendee: Attendee, report_id: int, **bound: RefusableForm) -> HttpResponse:
    """One report, its reading recorded; `bound`: forms that were sent, by their name on the page."""
    now = timezone.now()
    opened = opened_report(request, attendee, report_id)
    page = report_page_for(opened)
    context = {
        "page": page,
        "is_overdue": page.is_overdue(now),
        "meeting": reported_meeting(event_id=attendee.event_id, meeting_id=page.meeting_id),
        "form": CloseForm(),
        "note_form": NoteForm(),
        "word_form": WordForm(),
        "due_form": DueForm(),
        **bound,
    }
    has_errors = any(form.errors for form in bound.values())
    return render(request, "safeguarding/one_report.html", context, status=422 if has_errors else 200)


@safeguarding_lead
@require_POST
def add_note(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """Write a note for the leads who read this report."""
    form = NoteForm(request.POST)
    if form.is_valid():
        with catch_refusal(form):
            text, now = form.cleaned_data["note"], timezone.now()
            report_entries.add_note(lead=attendee, report_id=report_id, text=text, by=request.user, now=now)
            messages.success(request, _("The note is kept."))
            return redirect("report", attendee.event.slug, report_id)
    return report_page(request, attendee, report_id, note_form=form)


@safeguarding_lead
@require_POST
def send_word(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """Tell whoever made the report how it stands."""
    form = WordForm(request.POST)
    if form.is_valid():
        with catch_refusal(form):
            text, now = form.cleaned_data["word"], timezone.now()
            report_entries.send_word(lead=attendee, report_id=report_id, text=text, by=request.user, now=now)
            messages.success(request, _("Sent. Whoever made the report reads it once they sign in."))
            return redirect("report", attendee.event.slug, report_id)
    return report_page(request, attendee, report_id, word_form=form)


@safeguarding_lead
@require_POST
def set_due_time(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """Set by when a lead has to act."""
    form = DueForm(request.POST)
    if form.is_valid():
        with catch_refusal(form):
            due_at, now = form.due_at(attendee.event), timezone.now()
            report_entries.set_due_time(lead=attendee, report_id=report_id, due_at=due_at, by=request.user, now=now)
            messages.success(request, _("The due time is set."))
            return redirect("report", attendee.event.slug, report_id)
    return report_page(request, attendee, report_id, due_form=form)


@safeguarding_lead
@require_POST
def assign_report(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """Put a lead in charge of the report."""
    to_id = values_of(HandOverForm(request.POST))["lead"]
    report_entries.assign_report(lead=attendee, report_id=report_id, to_id=to_id, by=request.user, now=timezone.now())
    messages.success(request, _("Assigned. This is written down."))
    return redirect("report", attendee.event.slug, report_id)


@safeguarding_lead
@require_safe
def report_contacts(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """Who was in contact with whom a report is about; opening it is recorded as a reading of the report."""
    opened = opened_report(request, attendee, report_id)
    if opened.reported is None:
        raise NotFound(_("This report is about nobody of this forum yet."))
    context = {"page": report_page_for(opened), "contacts": contacts_of(opened.reported)}
    return render(request, "safeguarding/contacts.html", context)


@safeguarding_lead
@fresh_proof()
@require_POST
def report_file(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """All of one report as a text file; that it was downloaded is recorded first."""
    now = timezone.now()
    opened = export_report(lead=attendee, report_id=report_id, by=request.user, now=now)
    page = report_page_for(opened)
    context = {
        "page": page,
        "event": attendee.event,
        "now": now,
        "by": shown_name(attendee),
        "meeting": reported_meeting(event_id=attendee.event_id, meeting_id=page.meeting_id),
        "contacts": contacts_of(opened.reported) if opened.reported else Contacts((), ()),
    }
    text = render_to_string("safeguarding/report_file.txt", context)
    response = HttpResponse(text, "text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="report-{page.report_id}.txt"'
    return response


@participant
@require_safe
def safety_news(request: Request, attendee: Attendee) -> HttpResponse:
    """What the leads wrote to me about my reports."""
    return render(request, "safeguarding/news.html", {"news": news_for(attendee)})
