"""What describes the forum, changed by its organisers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.events.services.about import change_about
from frontend.access import Request, organiser
from frontend.events.forms.setup import AboutEventForm
from frontend.events.words.times import zones_offered

FIELD_OF = {"zone_fixed": "timezone", "unknown_zone": "timezone", "days_in_use": "starts_on"}


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def about(request: Request, attendee: Attendee) -> HttpResponse:
    """Name, days, venue, zone, languages and what else describes the forum; on POST, change it."""
    event = attendee.event
    initial = {name: getattr(event, name) for name in AboutEventForm.base_fields}
    form = AboutEventForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            change_about(event=event, **form.cleaned_data, by=request.user)
        except BusinessError as refusal:  # its code says at which field
            form.add_error(FIELD_OF.get(refusal.code), refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("setup", event.slug)
    context = {"form": form, "regions": zones_offered(str(form["timezone"].value() or ""), event.timezone)}
    return render(request, "events/about.html", context, status=422 if form.is_bound else 200)
