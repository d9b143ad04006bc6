"""What somebody says of a meeting: there, held or not, what follows."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backend.events.models.attendees import Attendee
from backend.outcomes.services import arrivals
from backend.outcomes.services.attestations import attest_meeting
from backend.outcomes.services.follow_ups import answer_follow_up, note_follow_up
from frontend.access import Request, participant
from frontend.booking.views.meetings import _done, refused_on_its_page
from frontend.fields import YesOrNoForm, values_of
from frontend.outcomes.forms import AttestForm, FollowUpForm


@participant
@require_POST
@refused_on_its_page
def arrive(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Say that I am at the table."""
    arrivals.arrive(attendee=attendee, meeting_id=meeting_id, by=request.user, now=timezone.now())
    messages.success(request, _("They see now that you are there."))
    return redirect("meeting", attendee.event.slug, meeting_id)


@participant
@require_POST
@refused_on_its_page
def attest(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Report whether the meeting took place and, if so, how useful it was."""
    values = values_of(AttestForm(request.POST))
    took_place = values["took_place"] == "yes"
    attest_meeting(
        attendee=attendee,
        meeting_id=meeting_id,
        took_place=took_place,
        usefulness=values["usefulness"] if took_place else None,
        by=request.user,
        now=timezone.now(),
    )
    if not took_place:
        return _done(request, attendee, _("Thank you, noted."))
    messages.success(request, _("Thank you, noted. What came of it? You can note it below, for yourself."))
    return redirect("meeting", attendee.event.slug, meeting_id)


@participant
@require_POST
@refused_on_its_page
def follow_up(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Note what was agreed, and the day to follow it up."""
    values = values_of(FollowUpForm(request.POST))
    note_follow_up(attendee=attendee, meeting_id=meeting_id, by=request.user, now=timezone.now(), **values)
    messages.success(request, _("Saved. Nobody but you reads it."))
    return redirect("meeting", attendee.event.slug, meeting_id)


@participant
@require_POST
@refused_on_its_page
def follow_up_kept(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Say whether the follow-up was kept."""
    form = YesOrNoForm(request.POST)
    kept = values_of(form)["answer"] == form.YES
    answer_follow_up(attendee=attendee, meeting_id=meeting_id, kept=kept, by=request.user, now=timezone.now())
    messages.success(request, _("Thank you, noted."))
    return redirect("meeting", attendee.event.slug, meeting_id)
