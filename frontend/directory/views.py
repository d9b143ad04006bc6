"""Another attendee's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.directory.selectors import person_for
from backend.events.models import Attendee
from backend.events.selectors import profile_for
from backend.meetings.selectors import open_contacts_for
from backend.suggestions.models import Feedback
from backend.suggestions.selectors import suggestion_between
from frontend.access import Request, participant


@participant
@require_safe
def person(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """A person's profile: what they seek and offer, and why they are suggested."""
    now = timezone.now()
    page = person_for(viewer=attendee, attendee_id=attendee_id, now=now)
    profile = profile_for(attendee)
    themes = [
        (theme, [topic for topic in page.other.topics if topic.theme == theme.key])
        for theme in profile.themes
    ]
    context = {
        "page": page,
        "underway": open_contacts_for(attendee, now),
        "card": suggestion_between(attendee=attendee, other_id=attendee_id, now=now),
        "themes": [(theme, topics) for theme, topics in themes if topics],
        "topic_names": {topic.key: topic.name for theme in profile.themes for topic in theme.topics},
        "causes": Feedback.Cause.choices,
    }
    return render(request, "directory/person.html", context)
