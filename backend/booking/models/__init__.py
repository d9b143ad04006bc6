"""Meetings with their seats, counter-offers, questions and waiting lists; availability, closures, notices."""

from backend.booking.models import (  # noqa: F401 - Django finds them here
    availability,
    closures,
    counter_offers,
    follow_ups,
    meetings,
    notices,
    questions,
    waiting_list,
)
