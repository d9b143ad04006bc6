"""Writes of programmes: drafts ordered, changed by hand, published and withdrawn.

Not re-exported: `solving`, which loads the planner and is for the worker alone.
"""

from backend.programme.services.by_hand import put_forward
from backend.programme.services.drafting import (
    NoSuggestions,
    NotBeingPlanned,
    NothingToPlanWith,
    PlanBusy,
    TooManyDrafts,
    draft_plan,
    replan,
    stop_planning,
)
from backend.programme.services.editing import (
    CannotPlace,
    NotADraft,
    change_planned,
    drop_planned,
    lock_planned,
    move_planned,
)
from backend.programme.services.publishing import (
    NothingPlanned,
    apply_publication,
    publish_plan,
    set_publishing,
    withdraw_plan,
)

__all__ = [
    "CannotPlace",
    "NoSuggestions",
    "NotADraft",
    "NotBeingPlanned",
    "NothingPlanned",
    "NothingToPlanWith",
    "PlanBusy",
    "TooManyDrafts",
    "apply_publication",
    "change_planned",
    "draft_plan",
    "drop_planned",
    "lock_planned",
    "move_planned",
    "publish_plan",
    "put_forward",
    "replan",
    "set_publishing",
    "stop_planning",
    "withdraw_plan",
]
