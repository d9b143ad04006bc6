"""Meetings with their seats, counter-offers, questions and waiting lists; availability, notices and more."""

from backend.meetings.models import (  # noqa: F401 - Django finds them here
    assistants,
    availability,
    calendar_feeds,
    closures,
    connections,
    counter_offers,
    follow_ups,
    meetings,
    notices,
    questions,
    waiting_list,
)
