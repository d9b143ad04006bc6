"""What describes an event: changed by its organisers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.core.local_names import kept_names
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser, clean_text
from backend.events.rules.states import Activity
from backend.events.services.changes import announce_changes
from backend.events.services.locks import lock_event
from backend.events.services.setup import check_about, check_zone
from backend.people.models import Person


@in_transaction
def change_about(
    *,
    event: Event,
    name: str,
    starts_on: dt.date,
    ends_on: dt.date,
    venue: str,
    timezone: str,
    languages: Sequence[str],
    interpreters: bool,
    shows_unjoined: bool,
    retention_days: int | None = None,
    by: Person,
) -> None:
    """Change what describes the event. With `shows_unjoined` people who have not joined are seen by others.

    `retention_days`: how long people's data is kept after the last day; None leaves it.

    Refuses OrganisersOnly, BadEvent, `unknown_zone`, `zone_fixed` and `days_in_use`.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    locked = Event.objects.get(pk=event.pk)
    name, venue = clean_text(name), clean_text(venue)
    check_about(name=name, venue=venue, starts_on=starts_on, ends_on=ends_on, languages=languages)
    check_zone(timezone)
    if timezone != locked.timezone and locked.state != Event.State.DRAFT:
        raise Refused(
            "zone_fixed",
            _(
                "The time zone can be changed in a draft alone: people read times in this one. "
                "Go back to a draft first, or keep the zone."
            ),
        )
    has_new_interpreters = interpreters != locked.interpreters
    locked.names = kept_names(locked.name, name, locked.names)
    locked.name, locked.venue, locked.timezone = name, venue, timezone
    locked.starts_on, locked.ends_on = starts_on, ends_on
    locked.languages, locked.interpreters = list(languages), interpreters
    locked.shows_unjoined = shows_unjoined
    locked.retention_days = retention_days or locked.retention_days
    opens = dt.datetime.combine(starts_on, dt.time(), locked.zone)
    closes = dt.datetime.combine(ends_on + dt.timedelta(days=1), dt.time(), locked.zone)
    outside = Q(starts_at__lt=opens) | Q(ends_at__gt=closes)
    if locked.slots.filter(outside).exists() or locked.sessions.filter(outside).exists():
        raise Refused(
            "days_in_use",
            _("Meeting times or sessions lie outside these days by this clock: move or remove them first."),
        )
    locked.save(
        update_fields=[
            "name",
            "names",
            "venue",
            "timezone",
            "starts_on",
            "ends_on",
            "languages",
            "interpreters",
            "shows_unjoined",
            "retention_days",
        ]
    )
    if has_new_interpreters:
        announce_changes(event.pk)
