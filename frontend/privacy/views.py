"""My data: what is stored of me and who reads it, the file of it, and hiding myself."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.events.models.attendees import Attendee
from backend.events.services.profiles import hide_attendee
from backend.privacy.selectors import export_for, leaving_for, stored_for
from backend.privacy.services.leaving import erase_account, leave_event
from frontend.access import Request, fresh_proof, participant
from frontend.fields import values_of
from frontend.privacy.forms import LeaveForm
from frontend.privacy.words import group_words


@participant
@require_safe
def my_data(request: Request, attendee: Attendee) -> HttpResponse:
    """What is stored of me, field by field, and who reads it."""
    groups = group_words(stored_for(attendee, timezone.now()), attendee.event)
    is_listed = attendee.visibility == Attendee.Visibility.LISTED
    return render(request, "privacy/my_data.html", {"groups": groups, "is_listed": is_listed})


@participant
@fresh_proof(to_read=True)
@require_safe
def my_data_file(request: Request, attendee: Attendee) -> HttpResponse:  # noqa: ARG001
    """Everything stored of me, at every forum, as a JSON file."""
    now = timezone.now()
    response = JsonResponse(export_for(request.user, now), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="my-data-{now:%Y-%m-%d}.json"'
    return response


@participant
@require_POST
def hide_me(request: Request, attendee: Attendee) -> HttpResponse:
    """Hide me from all others at this forum, at once."""
    hide_attendee(attendee=attendee, by=request.user, now=timezone.now())
    messages.success(request, _("You are hidden. You can list yourself again on your profile."))
    return redirect("my_data", attendee.event.slug)


@participant
@fresh_proof()
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: Request, attendee: Attendee) -> HttpResponse:
    """What happens when I leave this forum, or erase my account; on POST, do it and say so."""
    now = timezone.now()
    if request.method != "POST":
        return render(request, "privacy/leave.html", {"leaving": leaving_for(attendee, now)})
    values, person = values_of(LeaveForm(request.POST)), request.user
    if values["what"] == LeaveForm.ACCOUNT:
        erase_account(person=person, is_confirmed=values["is_confirmed"], by=person, now=now)
        logout(request)
        messages.success(request, _("Your account is erased, and you are signed out."))
    else:
        leave_event(attendee=attendee, is_confirmed=values["is_confirmed"], by=person, now=now)
        messages.success(request, _("You have left %(event)s.") % {"event": attendee.event.local_name})
    return redirect("welcome")
