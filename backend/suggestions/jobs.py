"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.events.models import Event
from backend.events.rules import Doing, is_allowed
from backend.events.services import ATTENDEES_CHANGED, FORUM_OPENED, announce_changes
from backend.suggestions import selectors, services


@app.task(name=ATTENDEES_CHANGED)
def refresh_lists(event_id: int) -> None:
    """Keep the event's lists fresh after its attendees changed; an open one without lists gets its first."""
    for event in Event.objects.filter(pk=event_id):
        if is_allowed(event, Doing.ASK):
            services.build_first_run(event=event, now=timezone.now())
        services.refresh_lists(event=event, now=timezone.now())


@app.task(name=FORUM_OPENED)
def build_first_lists(event_id: int) -> None:
    """Compute every list of an event that was opened and has none."""
    for event in Event.objects.filter(pk=event_id):
        services.build_first_run(event=event, now=timezone.now())


@app.task(name=services.BUILD_SUGGESTIONS)
def build_suggestions(event_id: int) -> None:
    """Compute every list of the event."""
    for event in Event.objects.filter(pk=event_id):
        services.build_run(event=event, now=timezone.now())


@app.task(name=services.HELP_TO_READ)
def help_to_read(event_id: int) -> None:
    """Encode texts of an event whose lists another worker is building."""
    for event in Event.objects.filter(pk=event_id):
        services.help_to_read(event=event)


@app.task(name=services.LEARN_WEIGHTS)
def learn_weights(event_id: int) -> None:
    """Learn the event's weights from its answers, where its organisers have switched that on."""
    for event in Event.objects.filter(pk=event_id):
        services.learn_nightly(event=event, now=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="suggestions.requeue_stale_lists")
def requeue_stale_lists(timestamp: int) -> None:  # noqa: ARG001
    """Announce changes again that no job handled, for instance because a worker was killed."""
    for event in selectors.events_with_stale_lists():
        announce_changes(event.pk)


@app.periodic(cron="0 19 * * *")
@app.task(name="suggestions.build_nightly")
def build_nightly(timestamp: int) -> None:  # noqa: ARG001
    """Compute the lists of every event that is not over once a night (19:00 UTC is past midnight in most of
    ASEAN), after learning the weights where the organisers have switched that on."""
    now = timezone.now()
    for event in selectors.events_to_rebuild(now):
        if selectors.learns_nightly(event):
            services.queue_learning(event=event, now=now)
        services.queue_build(event=event)


@app.periodic(cron="30 18 * * *")
@app.task(name="suggestions.forget_unused_vectors")
def forget_unused_vectors(timestamp: int) -> None:  # noqa: ARG001
    """Delete the vectors of texts that nobody has any more."""
    services.forget_unused_vectors()
