"""Weights learned from an event's answers: computed, stored for its next Runs, and reset."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.core.advisory_lock import advisory_lock
from backend.core.audit import record_act
from backend.core.errors import Refused
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.changes import matching_lock, queue_matching
from backend.people.models import Person
from backend.suggestions.engine.event_data import read_event_data
from backend.suggestions.engine.learning import Counts, counts_of, learn_from_event, weights_as_rows
from backend.suggestions.engine.texts import OnProgress
from backend.suggestions.models import LearnedWeights, Learning, SuggestionRules
from backend.suggestions.selectors.learning import learns_nightly, learns_since

LEARN_WEIGHTS = "suggestions.learn"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WeightsPreview:
    """What learning finds; `is_changed` is False where the answers are too few to learn from, and `is_kept`
    where the default weights are to be used: later days do not show a gain and no worse ranking."""

    weights: dict[str, dict[str, float]]
    counts: Counts
    is_changed: bool
    is_kept: bool

    @property
    def tests(self) -> tuple[str, ...]:
        """What later days show, a sentence each."""
        held_out = self.counts["held_out"]
        if held_out is None:
            return ("The answers are of too few days to test the weights on later ones.",)
        log_loss = (
            f"Learned on the earlier days, log-loss on {held_out['answers']:,} answers of later days: "
            f"{held_out['learned']:.4f}, by default weights {held_out['prior']:.4f}, "
            f"gain {held_out['gain']:+.4f} [{held_out['low']:+.4f}, {held_out['high']:+.4f}]."
        )
        ranking = held_out["ranking"]
        if ranking is None:
            return log_loss, "Nobody said both yes and no on later days, so that no ranking can be compared."
        return log_loss, (
            f"NDCG at 10 of {ranking['seekers']:,} seekers on later days: "  # as “@” it reads as an address
            f"{ranking['learned']:.4f}, by default weights {ranking['prior']:.4f}, "
            f"gain {ranking['gain']:+.4f} [{ranking['low']:+.4f}, {ranking['high']:+.4f}]."
        )


def preview_weights(
    *, event: Event, since: Event | None = None, now: dt.datetime, progress: OnProgress | None = None
) -> WeightsPreview:
    """The weights as the event's answers change the default ones; nothing is stored.

    With `since`, an earlier edition, ties of that edition and the later ones count too. Refuses `not_earlier`
    for an edition that is none.
    """
    _check_earlier(since, event)
    learned, by_source = learn_from_event(event, read_event_data(event), since=since, now=now, on_progress=progress)
    return WeightsPreview(
        weights_as_rows(learned),
        counts_of(learned, by_source),
        is_changed=learned.changed,
        is_kept=learned.changed and learned.is_kept,
    )


def learn_weights(
    *, event: Event, since: Event | None = None, now: dt.datetime, progress: OnProgress | None = None
) -> WeightsPreview:
    """Learn the weights and have the event's next Runs use them, or the default ones where they are not to be
    kept; the lists there are stay until then.

    Where the answers are too few, the weights stay as they are. What came of it is kept as the event's
    Learning, and its figures as the newest LearnedWeights, used or not. Refuses `not_earlier`.
    """
    _check_earlier(since, event)
    with advisory_lock(matching_lock(event.pk)):
        _note(event, Learning.State.RUNNING, now)
        try:
            found = preview_weights(event=event, since=since, now=now, progress=progress)
        except BaseException:
            _note(event, Learning.State.FAILED, timezone.now())
            raise
        with transaction.atomic():
            if not found.is_changed:
                outcome = Learning.State.TOO_FEW_ANSWERS
            else:
                outcome = Learning.State.LEARNED if found.is_kept else Learning.State.NOT_PROVEN
                _store(event, found, now)
            _note(event, outcome, timezone.now())
    log.info("Learning of %s: %s. %s", event.slug, outcome.label, " ".join(found.tests))
    return found


@in_transaction
def reset_weights(*, event: Event, by: Person, now: dt.datetime) -> None:
    """Have the next Runs use the default weights, and stop learning at night. Refuses OrganisersOnly."""
    check_organiser(by, event, Activity.EDIT)
    _deactivate(event)
    Learning.objects.filter(event=event).delete()
    SuggestionRules.objects.filter(event=event).update(learns_nightly=False)
    record_act(event=event, by=by, kind=Act.Kind.WEIGHTS_RESET, now=now)


@in_transaction
def set_nightly_learning(
    *, event: Event, is_on: bool, since: Event | None = None, by: Person, now: dt.datetime
) -> None:
    """Have the weights learned every night, or no longer.

    With `since`, an earlier edition, ties of that edition and the later ones count too. Refuses
    OrganisersOnly, and `not_earlier` for an edition that is none.
    """
    check_organiser(by, event, Activity.EDIT)
    _check_earlier(since, event)
    SuggestionRules.objects.update_or_create(event=event, defaults={"learns_nightly": is_on, "learns_since": since})
    record_act(event=event, by=by, kind=Act.Kind.LEARNING_ON if is_on else Act.Kind.LEARNING_OFF, now=now)


@in_transaction
def request_learning(*, event: Event, by: Person, now: dt.datetime) -> None:
    """Have the weights learned now, as at night, and record that. Refuses OrganisersOnly and, where the
    learning is switched off, `learning_is_off`."""
    check_organiser(by, event, Activity.EDIT)
    if not learns_nightly(event):
        raise Refused("learning_is_off", _("Learning is switched off: switch on learning every night first."))
    queue_learning(event=event, now=now)
    record_act(event=event, by=by, kind=Act.Kind.LEARNING_REQUESTED, now=now)


def learn_nightly(*, event: Event, now: dt.datetime) -> None:
    """`learn_weights` where the organisers have switched that on; where it is off, nothing changes."""
    if learns_nightly(event):
        learn_weights(event=event, since=learns_since(event), now=now)
    else:
        Learning.objects.filter(event=event).delete()


def queue_learning(*, event: Event, now: dt.datetime) -> None:
    """Queue `learn_nightly` for the worker, ahead of the next Run; once, however often it is asked."""
    _note(event, Learning.State.WAITING, now)
    queue_matching(LEARN_WEIGHTS, event.pk)


def _check_earlier(since: Event | None, event: Event) -> None:
    if since is not None and since.starts_on >= event.starts_on:
        raise Refused(
            "not_earlier",
            _("“%(since)s” is no earlier edition than “%(event)s”.") % {"since": since.slug, "event": event.slug},
            status=400,
        )


def _note(event: Event, state: Learning.State, at: dt.datetime) -> None:
    Learning.objects.update_or_create(event=event, defaults={"state": state, "changed_at": at})


def _store(event: Event, found: WeightsPreview, now: dt.datetime) -> None:
    _deactivate(event)
    LearnedWeights.objects.create(
        event=event, weights=found.weights, counts=found.counts, learned_at=now, is_active=found.is_kept
    )


def _deactivate(event: Event) -> None:
    LearnedWeights.objects.filter(event=event, is_active=True).update(is_active=False)
