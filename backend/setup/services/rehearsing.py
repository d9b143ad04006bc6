"""Starting a rehearsal, with the rules and the open times of its people."""

from __future__ import annotations

import datetime as dt

from backend.booking.services.joining import open_to_come
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import has_joined
from backend.people.models import Person
from backend.setup.services.rehearsals import start_rehearsal_event
from backend.setup.services.starting import copy_rules


@in_transaction
def start_rehearsal(*, event: Event, by: Person, now: dt.datetime) -> Event:
    """Start a rehearsal as `start_rehearsal_event` does; with the event's rules, and every time open."""
    rehearsal = start_rehearsal_event(event=event, by=by, now=now)
    copy_rules(event=rehearsal, earlier=event.pk)
    people = Attendee.objects.filter(has_joined(), event=rehearsal)
    open_to_come(rehearsal.pk, list(people.order_by("pk").values_list("pk", flat=True)), now)
    return rehearsal
