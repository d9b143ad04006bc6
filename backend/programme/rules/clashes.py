"""What keeps a planned meeting from a slot or a table, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from backend.core.period import overlaps
from backend.events.models import Slot, Table
from backend.programme.models import PlannedMeeting
from backend.programme.rules.planning_data import Pair, PlanningData


def clash_in(data: PlanningData, pair: Pair, slot: Slot, others: Sequence[PlannedMeeting]) -> str:
    """Why the two cannot meet in the slot, or empty; tables are not checked.

    others: the other planned meetings of the same plan, with their slots.
    """
    if not data.may_meet(pair):
        return _("These two cannot be planned together (any more).")
    if slot not in data.slots_to_plan:
        return _("This time is over or about to begin, or it overlaps the times that programmes use.")
    for attendee_id in pair:
        if clash := _clash_of(data, attendee_id, pair, slot, others):
            return clash
    return ""


def _clash_of(
    data: PlanningData, attendee_id: int, pair: Pair, slot: Slot, others: Sequence[PlannedMeeting]
) -> str:
    """What keeps one of the pair from the slot."""
    values = {"name": data.people[attendee_id].name}
    if slot.pk not in data.opened.get(attendee_id, frozenset()):
        return _("%(name)s has not opened this time.") % values
    if session := data.session_in(attendee_id, slot):
        return _("%(name)s is at “%(session)s” then.") % {**values, "session": session}
    for meeting in data.fixed_meetings_of.get(attendee_id, ()):
        if meeting.pair != pair and overlaps(meeting.slot, slot):
            values["other"] = _other_name(data, meeting.pair, attendee_id)
            if meeting.is_confirmed:
                return _("%(name)s meets %(other)s then, and that stands.") % values
            return _("%(name)s is asked to meet %(other)s then, and that stands.") % values
    for row in others:
        both = (row.first_id, row.second_id)
        if attendee_id in both and overlaps(row.slot, slot):
            values["other"] = _other_name(data, both, attendee_id)
            return _("%(name)s meets %(other)s then, in this plan.") % values
    return ""


def table_clash_in(data: PlanningData, table: Table, slot: Slot, others: Sequence[PlannedMeeting]) -> str:
    """Who has the table in the slot, or empty."""
    taken = [(meeting.table, meeting.slot, meeting.pair) for meeting in data.fixed_meetings]
    taken += [(row.table, row.slot, (row.first_id, row.second_id)) for row in others]
    for other_table, period, pair in taken:
        if other_table == table and overlaps(period, slot):
            values = {"table": table.label}
            if not data.may_meet(pair):  # names would tell of a block
                return _("Table %(table)s is taken then by others.") % values
            values |= {"name": data.people[pair[0]].name, "other": data.people[pair[1]].name}
            return _("Table %(table)s is taken then by %(name)s and %(other)s.") % values
    return ""


def _other_name(data: PlanningData, pair: Pair, attendee_id: int) -> str:
    return data.people[pair[0] + pair[1] - attendee_id].name if data.may_meet(pair) else _("somebody")
