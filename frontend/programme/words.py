"""Labels of orders and of changes to a plan, and why an attendee has no meeting."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.events.models.events import Event
from backend.programme.selectors.plans import Entry, Figures
from frontend.events.words.times import when

MIN_PERCENT, WHOLE_PERCENT = 0.05, 10

ORDERS: dict[str, Promise] = {
    "grid": gettext_lazy("Times and tables"),
    "person": gettext_lazy("By person"),
    "slot": gettext_lazy("By time"),
    "table": gettext_lazy("By table"),
}

CHANGES: dict[str, Promise] = {
    "move": gettext_lazy("The meeting is moved."),
    "lock": gettext_lazy("Locked: it stays where it is when you plan again."),
    "unlock": gettext_lazy("No longer locked: planning again may move it."),
    "drop": gettext_lazy("The meeting is dropped."),
}

WITHOUT_MEETING: dict[str, Promise] = {
    "no_times": gettext_lazy("has opened no time to come"),
    "busy": gettext_lazy("is at sessions in every open time"),
    "no_suggestions": gettext_lazy("has no suggestions yet; the lists are rebuilt when profiles change"),
    "no_partner": gettext_lazy("every suggested person is outside this plan, or they have met or asked"),
    "no_common_time": gettext_lazy("shares no open time with a suggested person"),
    "no_room": gettext_lazy("times and tables went to pairs that fit better"),
    "by_hand": gettext_lazy("lost their meeting since this was planned"),
}


def publishing_text(confirms: bool) -> str:
    """What publishing does from now on."""
    if confirms:
        return _("From now on, publishing arranges meetings at once.")
    return _("From now on, publishing proposes meetings, and both answer.")


def better_words(figures: Figures) -> str:
    """How much better than this any plan can be, from what is proven."""
    if not figures.value or figures.bound is None:
        return ""
    percent = 100 * (figures.bound - figures.value) / figures.value
    if percent < MIN_PERCENT:
        return _("No better plan of the suggested pairs is possible.")
    shown = number_format(percent, 0 if percent >= WHOLE_PERCENT else 1)
    return _("At most %(percent)s %% better is possible.") % {"percent": shown}


def put_forward_text(confirms: bool) -> str:
    """What was done with two named people."""
    if confirms:
        return _("The meeting is arranged, and both are told.")
    return _("Proposed. Both are told, and it is agreed once both say yes.")


def change_text(action: str) -> str:
    """What was done to a planned meeting."""
    return str(CHANGES[action])


def moved_text(entry: Entry, event: Event) -> str:
    """Where a planned meeting was moved to."""
    place = f"{when(entry.slot.starts_at, entry.slot.ends_at, event)}, {entry.table.label}"
    return f"{change_text('move')} {entry.first.name} × {entry.second.name}: {place}"


def reason_without_meeting(code: str) -> str:
    """Why an attendee has no meeting, by the code of the plan."""
    return str(WITHOUT_MEETING[code])
