"""Reads of learned weights and of the switch that learns them every night."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.core.compiled import CompiledRows
from backend.core.errors import NotFound
from backend.events.models.events import Event
from backend.suggestions.models import LearnedWeights, Learning, SuggestionRules


def active_weights(event: Event) -> LearnedWeights | None:
    """The weights of the event's next Runs; None where these are the default ones."""
    return _active.first(event=event.pk)


def _active_of(event: int) -> QuerySet[LearnedWeights]:
    return LearnedWeights.objects.filter(event=event, is_active=True)


_active = CompiledRows(_active_of, event=-1)


def learns_nightly(event: Event) -> bool:
    """Whether the organisers have the weights learned every night."""
    return any(rules.learns_nightly for rules in _rules.fetch(event=event.pk))


def learns_since(event: Event) -> Event | None:
    """From which earlier edition on ties are learned from too."""
    return next((rules.learns_since for rules in _rules.fetch(event=event.pk)), None)


def _rules_of(event: int) -> QuerySet[SuggestionRules]:
    return SuggestionRules.objects.select_related("learns_since").filter(event=event)


_rules = CompiledRows(_rules_of, event=-1)


def earlier_editions(event: Event) -> list[Event]:
    """The editions before the event, each the previous one of the one after it; newest first."""
    found: list[Event] = []
    edition = event.previous
    while edition is not None and edition.starts_on < event.starts_on and edition not in found:
        found.append(edition)
        edition = edition.previous
    return found


def earlier_edition_for(event: Event, slug: str) -> Event:
    """The earlier edition of this slug; refuses NotFound where it is none."""
    for edition in earlier_editions(event):
        if edition.slug == slug:
            return edition
    raise NotFound(_("There is no such earlier edition to learn from."))


@dataclass(frozen=True, slots=True)
class LearningStatus:
    """The active weights, those that the newest learning found and did not keep, the switch, and the newest
    learning; each None or False where there is none."""

    weights: LearnedWeights | None
    refused: LearnedWeights | None
    is_nightly: bool
    since: Event | None
    editions: list[Event]
    newest: Learning | None


def learning_status_for(event: Event) -> LearningStatus:
    """What the event's weights rest on and when they are learned again, for its organisers."""
    newest = _learnings.first(event=event.pk)
    is_refused = newest is not None and newest.state == Learning.State.NOT_PROVEN
    return LearningStatus(
        weights=active_weights(event),
        refused=LearnedWeights.objects.filter(event=event).first() if is_refused else None,
        is_nightly=learns_nightly(event),
        since=learns_since(event),
        editions=earlier_editions(event),
        newest=newest,
    )


def _learnings_of(event: int) -> QuerySet[Learning]:
    return Learning.objects.filter(event=event)


_learnings = CompiledRows(_learnings_of, event=-1)
