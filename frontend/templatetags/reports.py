"""How many reports and decisions wait, for the navigation of safeguarding leads."""

from __future__ import annotations

from django import template
from django.utils import timezone

from backend.events.models import Attendee
from backend.safeguarding.selectors import waiting_age_questions, waiting_reports

register = template.Library()
register.simple_tag(waiting_reports)


@register.filter
def is_lead(attendee: Attendee | None) -> bool:
    """Whether the reader of the page is a safeguarding lead of its event."""
    return attendee is not None and attendee.permission == Attendee.Permission.SAFEGUARDING_LEAD


@register.simple_tag
def waiting_ages(attendee: Attendee) -> int:
    """How many decisions about age classes wait for this lead."""
    return waiting_age_questions(attendee, timezone.now())
