"""For organisers: the sessions of an event, by hand or from the file of a programme."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.agenda.selectors.sessions import double_booked_counts
from backend.agenda.services import agenda as services
from backend.agenda.services.agenda import change_session
from backend.agenda.services.files import AgendaFile, read_agenda
from backend.agenda.services.imports import AgendaChanges, plan_agenda
from backend.agenda.services.sessions import add_session, remove_session
from backend.core.errors import BusinessError
from backend.core.period import Period
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.selectors import agenda_for, session_for
from backend.events.services.long_jobs import answer_later
from backend.roster.services.csv_tables import EncodingNotConfirmed
from frontend.access import Outcome, Request, catch_refusal, organiser
from frontend.agenda.forms import AgendaFileForm, SessionForm
from frontend.fields import values_of


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def agenda_page(request: Request, attendee: Attendee) -> HttpResponse:
    """The sessions by day, each with its link to change it; on POST, add one."""
    event, outcome = attendee.event, Outcome()
    form = SessionForm(request.POST if request.method == "POST" else None, event)
    if form.is_bound and form.is_valid():
        with catch_refusal(even_not_found=True) as outcome:
            add_session(event=event, data=form.session_data(), by=request.user)
            messages.success(request, _("The session is added."))
            return redirect("agenda", event.slug)
    context = {"days": agenda_for(event), "form": form, "refusal": outcome.refusal}
    return render(request, "agenda/programme_sessions.html", context, status=_status(form, outcome.refusal))


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: Request, attendee: Attendee, session_id: int) -> HttpResponse:
    """One session to change or to remove."""
    event = attendee.event
    found = session_for(event, session_id)
    form = SessionForm(request.POST if request.method == "POST" else None, event, found)
    with catch_refusal(even_not_found=True) as outcome:
        if form.is_bound and form.data.get("do") == "remove":
            remove_session(event=event, session_id=session_id, by=request.user)
            messages.success(request, _("The session is removed from everybody's agenda."))
            return redirect("agenda", event.slug)
        if form.is_bound and form.is_valid():
            change_session(
                event=event, session_id=session_id, data=form.session_data(), by=request.user, now=timezone.now()
            )
            messages.success(request, _("The session is changed."))
            return redirect("agenda", event.slug)
    periods = {found.pk: Period(found.starts_at, found.ends_at)}
    context = {
        "session": found,
        "form": form,
        "refusal": outcome.refusal,
        "double_booked": double_booked_counts(periods).get(found.pk, 0),
    }
    return render(request, "agenda/session.html", context, status=_status(form, outcome.refusal))


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def import_agenda(request: Request, attendee: Attendee) -> HttpResponse:
    """Upload a programme, read what it would change, confirm; each of the two is a long job."""
    if request.method != "POST":
        return render(request, "agenda/import_agenda.html", {})
    event = attendee.event
    form = AgendaFileForm(request.POST, request.FILES, attendee)
    try:
        values = values_of(form)
        answer_later(request, attendee, _("Reading a programme"), now=timezone.now())
        file = _read(form, event)
        if values["confirm"]:
            changes = services.import_agenda(
                event=event, file=file, remove_missing=values["remove_missing"], by=request.user, now=timezone.now()
            )
            messages.success(request, _summary(changes, removed=values["remove_missing"]))
            return redirect("agenda", event.slug)
        changes = plan_agenda(event=event, file=file)
    except EncodingNotConfirmed as refusal:
        context = {"refusal": refusal, "guesses": refusal.guesses, "carried": form.carried_text}
        return render(request, "agenda/import_agenda.html", context)
    except BusinessError as refusal:
        return render(request, "agenda/import_agenda.html", {"refusal": refusal}, status=refusal.status)
    moved = {
        change.session.pk: Period(change.data.starts_at, change.data.ends_at)
        for change in changes.moved
        if change.session
    }
    context = {
        "changes": changes,
        "double_booked": sum(double_booked_counts(moved).values()),
        "carried": form.carried_text,
        "encoding": form.cleaned_data["encoding"],
    }
    return render(request, "agenda/import_agenda.html", context)


def _read(form: AgendaFileForm, event: Event) -> AgendaFile:
    return read_agenda(form.content, event=event, encoding=form.cleaned_data["encoding"])


def _summary(changes: AgendaChanges, *, removed: bool) -> str:
    return _("%(added)d sessions added, %(moved)d moved, %(changed)d changed otherwise, %(removed)d removed.") % {
        "added": len(changes.added),
        "moved": len(changes.moved),
        "changed": len(changes.changed),
        "removed": len(changes.missing) if removed else 0,
    }


def _status(form: SessionForm, refusal: BusinessError | None) -> int:
    if refusal:
        return refusal.status
    return 422 if form.is_bound and form.errors else 200
