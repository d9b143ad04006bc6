"""What keeps a planned meeting from a slot or a table: found as codes and ids, shown as one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.period import overlaps
from backend.events.models.agenda import Slot, Table
from backend.events.rules.attendees import IdPair
from backend.programme.models import PlannedMeeting
from backend.programme.rules.planning_data import PlanningData


@dataclass(frozen=True, slots=True)
class Clash:
    """A clash by code; names are looked up when it is shown.

    attendee_id: who is not free; pair: the two of the meeting in the way; title: of a session or table.
    """

    code: str
    attendee_id: int | None = None
    pair: tuple[int, ...] = ()
    title: str = ""


def clash_in(data: PlanningData, pair: IdPair, slot: Slot, others: Sequence[PlannedMeeting]) -> Clash | None:
    """Why the two cannot meet in the slot; tables are not checked.

    others: the other planned meetings of the same plan, with their slots.
    """
    if not data.may_meet(pair):
        return Clash("not_allowed")
    if slot not in data.slots_to_plan:
        return Clash("slot_unusable")
    for attendee_id in pair:
        if clash := _clash_of(data, attendee_id, pair, slot, others):
            return clash
    return None


def _clash_of(
    data: PlanningData, attendee_id: int, pair: IdPair, slot: Slot, others: Sequence[PlannedMeeting]
) -> Clash | None:
    """What keeps one of the pair from the slot."""
    if slot.pk not in data.opened.get(attendee_id, frozenset()):
        return Clash("not_open", attendee_id)
    if title := data.session_in(attendee_id, slot):
        return Clash("in_session", attendee_id, title=title)
    for meeting in data.fixed_meetings_of.get(attendee_id, ()):
        if meeting.pair != pair and overlaps(meeting.slot, slot):
            code = "confirmed_meeting" if meeting.is_confirmed else "open_request"
            return Clash(code, attendee_id, meeting.pair)
    for row in others:
        both = (row.first_id, row.second_id)
        if attendee_id in both and overlaps(row.slot, slot):
            return Clash("planned_meeting", attendee_id, both)
    return None


def table_clash_in(data: PlanningData, table: Table, slot: Slot, others: Sequence[PlannedMeeting]) -> Clash | None:
    """Who has the table in the slot; of a group nobody is named."""
    if any(overlaps(period, slot) for period in data.held_tables.get(table.pk, ())):
        return Clash("table_taken", title=table.label)
    taken = [(meeting.table, meeting.slot, meeting.pair) for meeting in data.fixed_meetings]
    taken += [(row.table, row.slot, (row.first_id, row.second_id)) for row in others]
    for other_table, period, pair in taken:
        if other_table == table and overlaps(period, slot):
            return Clash("table_taken", pair=pair, title=table.label)
    return None


def clash_text(clash: Clash, data: PlanningData) -> str:
    """One sentence; a name the contact policy hides is left out, as it would reveal a block."""
    may_name = len(clash.pair) == 2 and data.may_meet((clash.pair[0], clash.pair[1]))
    name = _name(data, clash.attendee_id)
    others = [key for key in clash.pair if key != clash.attendee_id]
    other = _name(data, others[-1]) if may_name else _("somebody")
    values = {"name": name, "other": other, "title": clash.title}
    if clash.code == "table_taken" and may_name:
        values["name"] = _name(data, clash.pair[0])
        return _("Table %(title)s is taken then by %(name)s and %(other)s.") % values
    return {
        "not_allowed": _("These two cannot be planned together (any more)."),
        "slot_unusable": _("This time is over or about to begin, or it overlaps the times that programmes use."),
        "not_open": _("%(name)s has not opened this time."),
        "in_session": _("%(name)s is at “%(title)s” then."),
        "confirmed_meeting": _("%(name)s meets %(other)s then, and that stands."),
        "open_request": _("%(name)s is asked to meet %(other)s then, and that stands."),
        "planned_meeting": _("%(name)s meets %(other)s then, in this plan."),
        "table_taken": _("Table %(title)s is taken then by others."),
    }[clash.code] % values


def _name(data: PlanningData, attendee_id: int | None) -> str:
    person = data.people.get(attendee_id) if attendee_id else None
    return person.name if person else _("Somebody")
