"""What becomes of agreed meetings when the organisers say anew what their table is."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import BusinessError
from backend.events.models import Event, Table
from backend.events.rules import check_organiser
from backend.events.services import venue as places
from backend.meetings.models import Meeting, Notice
from backend.meetings.notices import tell
from backend.meetings.services.locking import seated_in
from backend.people.models import Person


class StepFreeNeeded(BusinessError):
    """Somebody meets at this table because it can be reached without steps."""

    code = "step_free_needed"


@transaction.atomic
def change_table(
    *, event: Event, table_id: int, said: places.TableData, by: Person, now: dt.datetime
) -> Table:
    """Say anew what a table is; where its meetings to come take place elsewhere then, both people are told.

    Refuses StepFreeNeeded, and what `events.services.change_table` refuses.

    The table is held first, against whoever is about to be given it, then its meetings: nobody who holds an
    agreed meeting waits for a table.
    """
    check_organiser(by, event)
    before = Table.objects.select_for_update().filter(event=event, pk=table_id).first()
    to_come = Meeting.objects.to_come(now).filter(event=event, table=table_id)
    meetings = list(to_come.select_for_update(no_key=True).order_by("pk"))
    if not said.step_free and any(one.needs_step_free and not one.is_online for one in meetings):
        raise StepFreeNeeded(
            "Somebody who needs a table without steps meets at this one, so the mark stays until then."
        )
    table = places.change_table(event=event, table_id=table_id, data=said, by=by)
    if before is None or _where(before) == _where(table):
        return table
    for meeting in meetings:
        meeting.sequence, meeting.changed_at = meeting.sequence + 1, now
        meeting.save(update_fields=["sequence", "changed_at"])
        tell(meeting, Notice.Kind.MOVED, to=seated_in(meeting.pk), now=now)
    return table


def _where(table: Table) -> tuple[str, str, str]:
    """What people and their calendars go by."""
    return table.label, table.place, table.room_link
