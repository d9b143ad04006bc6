"""What was done at an event and by whom: database triggers write it, whatever code or hand changed a row.

A trace holds ids, states and the few words an organiser sets: no name, no text of anybody, no block and no
report. Traces and acts can be added, never changed.
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models

from backend.directory.models import Nudge
from backend.events.models import Attendee, Slot, Table, Theme
from backend.meetings.models import Meeting, MeetingRules
from backend.programme.models import Plan, PlannedMeeting, ProgrammeRules
from backend.suggestions.models import Run

# Somebody is behind it: a request, or a command that says who runs it. Seeding and jobs leave no such mark.
SAID = "(current_setting('pghistory.context_id', true) <> '')"
SAID_WHO = pgtrigger.Condition(SAID)
# A withdrawn plan raises its round too, and one planned anew takes back that it was stopped.
AGAIN_WHO = pgtrigger.Condition(f"""(OLD."round" <> NEW."round" AND OLD."state" = NEW."state" AND {SAID})""")
STOPPED_WHO = pgtrigger.Condition(f"""(NOT OLD."stop_asked" AND NEW."stop_asked" AND {SAID})""")
ADDED, REMOVED, CHANGED = "added", "removed", "changed"
AGAIN, STOPPED = "again", "stopped"
MOVED, LOCKED, DROPPED = "moved", "locked", "dropped"


class SomebodyChanged(pgtrigger.AnyChange):
    """One of these fields changes, and somebody is behind it."""

    def resolve(self, model: type[models.Model]) -> str:
        return f"({super().resolve(model)} AND {SAID})"


def _trace_of(
    model: type[models.Model], name: str, *trackers: pghistory.RowEvent, fields: list[str]
) -> type[models.Model]:
    """The table `name` of what became of rows of `model`; the first of `fields` says which event's."""
    index = models.Index(fields=[fields[0], "pgh_created_at"], name=f"{name.lower()}_of_{fields[0]}")
    meta = {"indexes": [index], "default_permissions": ()}
    return pghistory.create_event_model(
        model, *trackers, fields=fields, model_name=name, meta=meta, abstract=False
    )


def _said(*fields: str) -> list[pghistory.RowEvent]:
    """A trace for each of these fields that somebody changes, under the field's name."""
    return [pghistory.UpdateEvent(field, condition=SomebodyChanged(field)) for field in fields]


def _kept(*fields: str) -> list[pghistory.RowEvent]:
    """A trace where somebody adds a row, changes one of these fields, or removes it."""
    return [
        pghistory.InsertEvent(ADDED, condition=SAID_WHO),
        pghistory.UpdateEvent(CHANGED, condition=SomebodyChanged(*fields)),
        pghistory.DeleteEvent(REMOVED, condition=SAID_WHO),
    ]


class OnlyTraced:
    """The options of a proxy that exists for its triggers."""

    proxy = True
    default_permissions = ()


class TracedAttendee(Attendee):
    class Meta(OnlyTraced):
        pass


class TracedSlot(Slot):
    class Meta(OnlyTraced):
        pass


class TracedTable(Table):
    class Meta(OnlyTraced):
        pass


class TracedTheme(Theme):
    class Meta(OnlyTraced):
        pass


class TracedRules(MeetingRules):
    class Meta(OnlyTraced):
        pass


class TracedPublishing(ProgrammeRules):
    class Meta(OnlyTraced):
        pass


class TracedPlan(Plan):
    class Meta(OnlyTraced):
        pass


class TracedPlanned(PlannedMeeting):
    class Meta(OnlyTraced):
        pass


class TracedRun(Run):
    class Meta(OnlyTraced):
        pass


class TracedMeeting(Meeting):
    class Meta(OnlyTraced):
        pass


class TracedNudge(Nudge):
    class Meta(OnlyTraced):
        pass


AttendeeTrace = _trace_of(
    TracedAttendee,
    "AttendeeTrace",
    pghistory.InsertEvent(ADDED, condition=SAID_WHO),
    *_said("age_class", "visibility", "permission"),
    fields=["event", "person", "age_class", "visibility", "permission"],
)
SlotTrace = _trace_of(TracedSlot, "SlotTrace", *_kept("starts_at", "ends_at"), fields=["event"])
TableTrace = _trace_of(
    TracedTable, "TableTrace", *_kept("label", "place", "step_free", "room_link"), fields=["event"]
)
ThemeTrace = _trace_of(TracedTheme, "ThemeTrace", *_kept("name", "position"), fields=["event"])
RulesTrace = _trace_of(TracedRules, "RulesTrace", *_kept("open_requests", "expiry_hours"), fields=["event"])
PublishingTrace = _trace_of(TracedPublishing, "PublishingTrace", *_kept("confirms"), fields=["event"])
PlanTrace = _trace_of(
    TracedPlan,
    "PlanTrace",
    pghistory.InsertEvent(ADDED, condition=SAID_WHO),
    pghistory.UpdateEvent("state", condition=pgtrigger.AnyChange("state")),
    pghistory.UpdateEvent(AGAIN, condition=AGAIN_WHO),
    pghistory.UpdateEvent(STOPPED, condition=STOPPED_WHO),
    fields=["event", "state"],
)
# What is changed by hand: the planner adds its rows unsaid, and replaces them in a job nobody stands behind.
PlannedTrace = _trace_of(
    TracedPlanned,
    "PlannedTrace",
    pghistory.UpdateEvent(MOVED, condition=SomebodyChanged("slot", "table")),
    pghistory.UpdateEvent(LOCKED, condition=SomebodyChanged("is_locked")),
    pghistory.DeleteEvent(DROPPED, condition=SAID_WHO),
    fields=["event", "plan", "first", "second", "slot", "table", "is_locked"],
)
RunTrace = _trace_of(
    TracedRun,
    "RunTrace",
    pghistory.UpdateEvent("state", condition=pgtrigger.AnyChange("state")),
    fields=["event", "state"],
)
MeetingTrace = _trace_of(TracedMeeting, "MeetingTrace", *_said("state"), fields=["event", "state"])
NudgeTrace = _trace_of(
    TracedNudge, "NudgeTrace", pghistory.InsertEvent(ADDED, condition=SAID_WHO), fields=["attendee"]
)
