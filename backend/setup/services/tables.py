"""Change a table, and tell those who meet at it."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.selectors.meetings import present_ids
from backend.booking.services.notices import notify
from backend.core.errors import Refused
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Table
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.venue import TableData
from backend.events.services.venue import change_table as change_table_row
from backend.people.models import Person
from backend.safeguarding.services.supervision import forget_open_place


@in_transaction
def change_table(*, event: Event, table_id: int, data: TableData, by: Person, now: dt.datetime) -> Table:
    """Change a table; where its meetings to come take place elsewhere then, both people get a notice.

    Refuses `step_free_needed`, and what `events.services.venue.change_table` refuses. Locks the table,
    against bookings of it, then its meetings: a confirmed meeting never waits for a table.
    """
    check_organiser(by, event, Activity.EDIT)
    before = Table.objects.select_for_update(no_key=True).filter(event=event, pk=table_id).first()
    to_come = Meeting.objects.to_come(now).filter(event=event, table=table_id)
    meetings = list(to_come.select_for_update(no_key=True).order_by("pk"))
    if not data.step_free and any(one.needs_step_free and not one.is_online for one in meetings):
        raise Refused(
            "step_free_needed",
            _("Somebody who needs a table without steps meets at this one, so the mark stays until then."),
        )
    table = change_table_row(event=event, table_id=table_id, data=data, by=by)
    if before is None or _location(before) == _location(table):
        return table
    forget_open_place(table_id=table.pk)
    for meeting in meetings:
        if meeting.kind == Meeting.Kind.GROUP:  # it ends, as its place is not known to be open any more
            continue
        meeting.save_revision(now=now)
        notify(meeting, Notice.Kind.MOVED, to=present_ids(meeting.pk), now=now)
    return table


def _location(table: Table) -> tuple[str, str, str]:
    return table.label, table.place, table.room_link
