"""What stands in the way of a planned meeting, in words."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.period import overlaps
from backend.events.models import Slot, Table
from backend.programme.forum import Forum, Pair
from backend.programme.models import PlannedMeeting


def clash_in(forum: Forum, pair: Pair, slot: Slot, others: Sequence[PlannedMeeting]) -> str:
    """Why the two cannot meet in the slot, in one sentence, or nothing.

    others: the other planned meetings of the same plan, with their slots. Tables are asked apart.
    """
    if not forum.may_meet(pair):
        return "These two cannot be planned together (any more)."
    if slot not in forum.slots_to_plan:
        return "This time is over or about to begin, or it overlaps the times that programmes use."
    for me in pair:
        name = forum.people[me].name
        if slot.pk not in forum.opened.get(me, frozenset()):
            return f"{name} has not opened this time."
        if session := forum.session_in(me, slot):
            return f"{name} is at “{session}” then."
        for meeting in forum.meetings_of.get(me, ()):
            if meeting.pair != pair and overlaps(meeting.slot, slot):
                verb = "meets" if meeting.is_agreed else "is asked to meet"
                return f"{name} {verb} {_other(forum, meeting.pair, me)} then, and that stands."
        for row in others:
            both = (row.first_id, row.second_id)
            if me in both and overlaps(row.slot, slot):
                return f"{name} meets {_other(forum, both, me)} then, in this plan."
    return ""


def table_clash_in(forum: Forum, table: Table, slot: Slot, others: Sequence[PlannedMeeting]) -> str:
    """Who has the table in the slot, in one sentence, or nothing."""
    taken = [(meeting.table, meeting.slot, meeting.pair) for meeting in forum.standing]
    taken += [(row.table, row.slot, (row.first_id, row.second_id)) for row in others]
    for at, when, pair in taken:
        if at == table and overlaps(when, slot):
            return f"Table {table.label} is taken then by {_names(forum, pair)}."
    return ""


def _other(forum: Forum, pair: Pair, me: int) -> str:
    return forum.people[pair[0] + pair[1] - me].name if forum.may_meet(pair) else "somebody"


def _names(forum: Forum, pair: Pair) -> str:
    """Who the two are: nobody's name where the contact policy keeps them apart, for it would tell that."""
    return " and ".join(forum.people[key].name for key in pair) if forum.may_meet(pair) else "others"
