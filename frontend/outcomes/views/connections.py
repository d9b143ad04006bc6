"""My connections: share contact details, read what the other shared, save it as a file, end it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.events.models.attendees import Attendee
from backend.events.rules.aliases import appears_under_alias
from backend.outcomes.selectors.connections import connections_csv, connections_for, connections_vcf, share_page_for
from backend.outcomes.services import connections as services
from backend.outcomes.services.connections import ContactData, end_connection
from frontend.access import Request, catch_refusal, participant, signed_in
from frontend.outcomes.forms import ContactForm


@participant
@require_safe
def connections(request: Request, attendee: Attendee) -> HttpResponse:
    """My connections at all forums, who waits for my details, and whose I wait for."""
    found = connections_for(request.user, timezone.now(), at=attendee)
    context = {"found": found, "is_under_alias": appears_under_alias(attendee)}
    return render(request, "outcomes/connections.html", context)


@signed_in
@require_safe
def kept_connections(request: Request) -> HttpResponse:
    """My connections at all forums, of which I need be at none any more."""
    return render(request, "outcomes/kept_connections.html", {"found": connections_for(request.user, timezone.now())})


@signed_in
@require_POST
def end_kept(request: Request, connection_id: int) -> HttpResponse:
    """Take back what I gave, of whichever forum."""
    _end(request, connection_id)
    return redirect("kept_connections")


@signed_in
@require_safe
def kept_address_book(request: Request) -> HttpResponse:
    """My connections for an address book."""
    return _file(connections_vcf(request.user, timezone.now()), "text/vcard", "connections.vcf")


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def share_contact(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """What I give somebody I met of how to reach me; on POST, give it or change it."""
    now = timezone.now()
    page = share_page_for(attendee, attendee_id, now)
    form = ContactForm(request.POST if request.method == "POST" else None, mine=page.mine)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            data = ContactData(**form.cleaned_data)
            services.share_contact(attendee=attendee, other_id=attendee_id, data=data, by=request.user, now=now)
            messages.success(
                request,
                _("Saved. %(name)s reads it as soon as both of you have shared something.") % {"name": page.other.name},
            )
            return redirect("connections", attendee.event.slug)
    status = 400 if form.is_bound else 200
    return render(request, "outcomes/share_contact.html", {"page": page, "form": form}, status=status)


@participant
@require_POST
def end(request: Request, attendee: Attendee, connection_id: int) -> HttpResponse:
    """Take back what I gave; the connection ends for both."""
    _end(request, connection_id)
    return redirect("connections", attendee.event.slug)


def _end(request: Request, connection_id: int) -> None:
    end_connection(connection_id=connection_id, by=request.user)
    messages.success(request, _("Ended. Neither of you reads the other’s contact details any more."))


@participant
@require_safe
def connections_table(request: Request, attendee: Attendee) -> HttpResponse:  # noqa: ARG001
    """My connections for a spreadsheet."""
    return _file(connections_csv(request.user, timezone.now()), "text/csv", "connections.csv")


@participant
@require_safe
def address_book(request: Request, attendee: Attendee) -> HttpResponse:  # noqa: ARG001
    """My connections for an address book."""
    return _file(connections_vcf(request.user, timezone.now()), "text/vcard", "connections.vcf")


@participant
@require_safe
def card(request: Request, attendee: Attendee, connection_id: int) -> HttpResponse:  # noqa: ARG001
    """One connection for an address book."""
    return _file(connections_vcf(request.user, timezone.now(), connection_id), "text/vcard", "contact.vcf")


def _file(body: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(body, f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
