"""How many reports wait, for the navigation of those who read them."""

from __future__ import annotations

from django import template

from backend.events.models import Attendee
from backend.safeguarding.selectors import waiting_reports

register = template.Library()
register.simple_tag(waiting_reports)


@register.filter
def is_lead(attendee: Attendee | None) -> bool:
    """Whether the reader of the page is a safeguarding lead of its event."""
    return attendee is not None and attendee.permission == Attendee.Permission.SAFEGUARDING_LEAD
