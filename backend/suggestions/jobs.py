"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.events.models.events import Event
from backend.events.rules.states import Activity, is_allowed
from backend.events.services.changes import ATTENDEES_CHANGED, FORUM_OPENED, announce_changes
from backend.suggestions.selectors.learning import learns_nightly
from backend.suggestions.selectors.runs import events_to_rebuild, events_with_stale_lists
from backend.suggestions.services import runs, vectors
from backend.suggestions.services.learning import LEARN_WEIGHTS, learn_nightly, queue_learning
from backend.suggestions.services.runs import BUILD_SUGGESTIONS, HELP_TO_READ, build_first_run, build_run, queue_build


@app.task(name=ATTENDEES_CHANGED)
def refresh_lists(event_id: int) -> None:
    """Keep the event's lists fresh after its attendees changed; an open one without lists gets its first."""
    for event in Event.objects.filter(pk=event_id):
        if is_allowed(event, Activity.ASK):
            build_first_run(event=event, now=timezone.now())
        runs.refresh_lists(event=event, now=timezone.now())


@app.task(name=FORUM_OPENED)
def build_first_lists(event_id: int) -> None:
    """Compute every list of an event that was opened and has none."""
    for event in Event.objects.filter(pk=event_id):
        build_first_run(event=event, now=timezone.now())


@app.task(name=BUILD_SUGGESTIONS)
def build_suggestions(event_id: int) -> None:
    """Compute every list of the event."""
    for event in Event.objects.filter(pk=event_id):
        build_run(event=event, now=timezone.now())


@app.task(name=HELP_TO_READ)
def help_to_read(event_id: int) -> None:
    """Encode texts of an event whose lists another worker is building."""
    for event in Event.objects.filter(pk=event_id):
        runs.help_to_read(event=event)


@app.task(name=LEARN_WEIGHTS)
def learn_weights(event_id: int) -> None:
    """Learn the event's weights from its answers, where its organisers have switched that on."""
    for event in Event.objects.filter(pk=event_id):
        learn_nightly(event=event, now=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="suggestions.requeue_stale_lists")
def requeue_stale_lists(timestamp: int) -> None:  # noqa: ARG001
    """Announce changes again that no job handled, for instance because a worker was killed."""
    for event in events_with_stale_lists():
        announce_changes(event.pk)


@app.periodic(cron="0 19 * * *")
@app.task(name="suggestions.build_nightly")
def build_nightly(timestamp: int) -> None:  # noqa: ARG001
    """Compute the lists of every event that is not over once a night (19:00 UTC is past midnight in most of
    ASEAN), after learning the weights where the organisers have switched that on."""
    now = timezone.now()
    for event in events_to_rebuild(now):
        if learns_nightly(event):
            queue_learning(event=event, now=now)
        queue_build(event=event)


@app.periodic(cron="30 18 * * *")
@app.task(name="suggestions.forget_unused_vectors")
def forget_unused_vectors(timestamp: int) -> None:  # noqa: ARG001
    """Delete the vectors of texts that nobody has any more."""
    vectors.forget_unused_vectors()
