"""Sentences for demands that no plan meets: codes of `matching.scheduling.problem.Conflict`, and our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.programme.rules.clashes import Clash

OUT_OF_TIME = "out_of_time"  # no plan was found, nor proven impossible
LOCKED_CLASH = "locked_clash"  # a locked meeting that cannot stay, and why


@dataclass(frozen=True, slots=True)
class PlanConflict:
    """A conflict in the database's ids, as a plan's report keeps it.

    people: attendees, None for those the planner does not see; clash: why a locked meeting cannot stay.
    """

    code: str
    people: tuple[int | None, ...] = ()
    slot_id: int | None = None
    table_id: int | None = None
    count: int = 0
    limit: int = 0
    clash: Clash | None = None


def conflict_of(row: Mapping[str, Any]) -> PlanConflict:
    """A conflict as a plan's report keeps it (asdict of a PlanConflict)."""
    clash = row.get("clash")
    return PlanConflict(**{**row, "clash": Clash(**clash) if clash else None})


def conflict_text(
    code: str,
    *,
    people: Sequence[str] = (),
    slot: str = "",
    table: str = "",
    count: int = 0,
    limit: int = 0,
    clash: str = "",
) -> str:
    """One sentence; people, slot and table are names as they read inside it. KeyError for other codes."""
    name = people[0] if people else ""
    values = {
        "name": name,
        "other": people[1] if len(people) > 1 else "",
        "slot": slot,
        "Slot": slot[:1].upper() + slot[1:],
        "table": table,
        "count": count,
        "limit": limit,
        "clash": clash,
        "locked": _locked(count),
        "least": _meetings(count),
        "open_slots": _open_slots(limit),
        "tables": _tables(limit),
        "partners": _people(limit),
    }
    sentences = {
        "locked_over_open_slots": _("%(name)s has %(locked)s in %(open_slots)s."),
        "locked_in_closed_slot": _("%(name)s has a locked meeting in %(slot)s, which is not open."),
        "locked_in_one_slot": _("%(name)s has %(locked)s in %(slot)s."),
        "locked_over_most": _("%(name)s has %(locked)s but may have at most %(limit)s."),
        "pair_locked_twice": _("%(name)s and %(other)s have %(locked)s; a pair meets once."),
        "locked_over_tables": _("%(Slot)s has %(locked)s at %(tables)s."),
        "table_locked_twice": _("Table %(table)s has %(locked)s in %(slot)s."),
        "least_over_most": _("%(name)s must have at least %(least)s but may have at most %(limit)s."),
        "least_over_open_slots": _("%(name)s must have at least %(least)s but has %(open_slots)s."),
        "least_over_partners": _("%(name)s must have at least %(least)s but can meet only %(partners)s."),
        "least_over_capacity": _("People must have %(count)s meetings at least in all; there is room for %(limit)s."),
        "least_out_of_reach": _(
            "%(name)s cannot have %(least)s when all others have what they must have: tables or common open "
            "slots do not suffice."
        ),
        OUT_OF_TIME: _("No plan was found in the time given."),
        LOCKED_CLASH: _("The locked meeting of %(name)s and %(other)s cannot stay: %(clash)s"),
    }
    return sentences[code] % values


def _locked(count: int) -> str:
    return ngettext("%(count)s locked meeting", "%(count)s locked meetings", count) % {"count": count}


def _meetings(count: int) -> str:
    return ngettext("%(count)s meeting", "%(count)s meetings", count) % {"count": count}


def _open_slots(count: int) -> str:
    return ngettext("%(count)s open slot", "%(count)s open slots", count) % {"count": count}


def _tables(count: int) -> str:
    return ngettext("%(count)s table", "%(count)s tables", count) % {"count": count}


def _people(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
