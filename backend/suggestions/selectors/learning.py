"""Reads of learned weights and of the switch that learns them every night."""

from __future__ import annotations

from backend.events.models import Event
from backend.suggestions.models import LearnedWeights, SuggestionRules


def active_weights(event: Event) -> LearnedWeights | None:
    """The weights of the event's next Runs; None where these are the default ones."""
    return LearnedWeights.objects.filter(event=event, is_active=True).first()


def learns_nightly(event: Event) -> bool:
    """Whether the organisers have the weights learned every night."""
    return SuggestionRules.objects.filter(event=event, learns_nightly=True).exists()
