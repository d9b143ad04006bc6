"""Editions of a forum, who takes part, what they seek and offer, and when and where they can meet."""

from backend.events.models import (  # noqa: F401 - Django finds them here
    age_classes,
    agenda,
    aliases,
    attendees,
    consents,
    events,
    long_jobs,
    merges,
    pictures,
    roles,
    suspensions,
    translation_remarks,
)
