"""One question about a request before it is answered, and the answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backend.booking.services.questions import answer_question, ask_question
from backend.core.limits import Kind
from backend.events.models.attendees import Attendee
from frontend.access import Request, counted, participant
from frontend.booking.forms import QuestionForm
from frontend.booking.views.meetings import refused_on_its_page
from frontend.fields import values_of


@participant
@require_POST
@refused_on_its_page
@counted(Kind.MESSAGE_SENT)
def question(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Ask a question about a request I got."""
    text = values_of(QuestionForm(request.POST))["text"]
    ask_question(attendee=attendee, meeting_id=meeting_id, text=text, by=request.user, now=timezone.now())
    messages.success(request, _("Your question is sent. The request waits for you meanwhile."))
    return redirect("meeting", attendee.event.slug, meeting_id)


@participant
@require_POST
@refused_on_its_page
@counted(Kind.MESSAGE_SENT)
def question_answer(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Answer the question about my request."""
    text = values_of(QuestionForm(request.POST))["text"]
    answer_question(attendee=attendee, meeting_id=meeting_id, text=text, by=request.user, now=timezone.now())
    messages.success(request, _("Your answer is sent."))
    return redirect("meeting", attendee.event.slug, meeting_id)
