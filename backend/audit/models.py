"""The audit trail of an event: triggers write who changed which rows, whatever code or tool changed them.

A trace holds ids, states and the few words an organiser sets: no name, no personal text, no block and no
report. Rows can be added to a trace, never changed or removed.
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models

from backend.booking.models.availability import MeetingRules
from backend.booking.models.closures import Closure
from backend.booking.models.meetings import Meeting
from backend.directory.models import Nudge
from backend.events.models.age_classes import AdultProposal, AgeAgreement
from backend.events.models.agenda import Session, Slot, Table
from backend.events.models.attendees import Attendee, Sector
from backend.events.models.events import Theme, Topic
from backend.programme.models import Plan, PlannedMeeting, ProgrammeRules
from backend.suggestions.models import Run

# Signed-in requests and named commands set a context; seeding and jobs do not.
HAS_CONTEXT = "(current_setting('pghistory.context_id', true) <> '')"
IN_CONTEXT = pgtrigger.Condition(HAS_CONTEXT)
# Withdrawing a plan raises its round too, and planning it again clears `stop_asked`.
ORDERED_AGAIN = pgtrigger.Condition(f"""(OLD."round" <> NEW."round" AND OLD."state" = NEW."state" AND {HAS_CONTEXT})""")
STOP_ORDERED = pgtrigger.Condition(f"""(NOT OLD."stop_asked" AND NEW."stop_asked" AND {HAS_CONTEXT})""")
ADDED, REMOVED, CHANGED = "added", "removed", "changed"
AGAIN, STOPPED = "again", "stopped"
MOVED, LOCKED, DROPPED = "moved", "locked", "dropped"


class ChangedInContext(pgtrigger.AnyChange):
    """One of these fields changes in a context."""

    def resolve(self, model: type[models.Model]) -> str:
        return f"({super().resolve(model)} AND {HAS_CONTEXT})"


def _trace_model(
    model: type[models.Model], name: str, *trackers: pghistory.RowEvent, fields: list[str]
) -> type[models.Model]:
    """The table `name` of changes to rows of `model`; the first of `fields` leads to the event."""
    index = models.Index(fields=[fields[0], "pgh_created_at"], name=f"{name.lower()}_of_{fields[0]}")
    meta = {"indexes": [index], "default_permissions": ()}
    return pghistory.create_event_model(model, *trackers, fields=fields, model_name=name, meta=meta, abstract=False)


def _field_events(*fields: str) -> list[pghistory.RowEvent]:
    """A trace, labelled with the field, for each of these fields changed in a context."""
    return [pghistory.UpdateEvent(field, condition=ChangedInContext(field)) for field in fields]


def _row_events(*fields: str) -> list[pghistory.RowEvent]:
    """A trace where a row is added, changed in one of these fields, or removed in a context."""
    return [
        pghistory.InsertEvent(ADDED, condition=IN_CONTEXT),
        pghistory.UpdateEvent(CHANGED, condition=ChangedInContext(*fields)),
        pghistory.DeleteEvent(REMOVED, condition=IN_CONTEXT),
    ]


class ProxyOptions:
    """Options of a proxy model that exists only to carry triggers."""

    proxy = True
    default_permissions = ()


class TracedAttendee(Attendee):
    class Meta(ProxyOptions):
        pass


class TracedProposal(AdultProposal):
    class Meta(ProxyOptions):
        pass


class TracedAgreement(AgeAgreement):
    class Meta(ProxyOptions):
        pass


class TracedSlot(Slot):
    class Meta(ProxyOptions):
        pass


class TracedTable(Table):
    class Meta(ProxyOptions):
        pass


class TracedTheme(Theme):
    class Meta(ProxyOptions):
        pass


class TracedSector(Sector):
    class Meta(ProxyOptions):
        pass


class TracedTopic(Topic):
    class Meta(ProxyOptions):
        pass


class TracedSession(Session):
    class Meta(ProxyOptions):
        pass


class TracedClosure(Closure):
    class Meta(ProxyOptions):
        pass


class TracedRules(MeetingRules):
    class Meta(ProxyOptions):
        pass


class TracedPublishing(ProgrammeRules):
    class Meta(ProxyOptions):
        pass


class TracedPlan(Plan):
    class Meta(ProxyOptions):
        pass


class TracedPlanned(PlannedMeeting):
    class Meta(ProxyOptions):
        pass


class TracedRun(Run):
    class Meta(ProxyOptions):
        pass


class TracedMeeting(Meeting):
    class Meta(ProxyOptions):
        pass


class TracedNudge(Nudge):
    class Meta(ProxyOptions):
        pass


AttendeeTrace = _trace_model(
    TracedAttendee,
    "AttendeeTrace",
    pghistory.InsertEvent(ADDED, condition=IN_CONTEXT),
    *_field_events("age_class", "visibility", "permission"),
    fields=["event", "person", "age_class", "visibility", "permission"],
)
# What leads agree about age classes is in no page of organisers: the traces are for whoever has to look back.
ProposalTrace = _trace_model(
    TracedProposal,
    "ProposalTrace",
    pghistory.InsertEvent(ADDED, condition=IN_CONTEXT),
    *_field_events("state"),
    fields=["attendee", "state"],
)
AgreementTrace = _trace_model(
    TracedAgreement,
    "AgreementTrace",
    pghistory.InsertEvent(ADDED, condition=IN_CONTEXT),
    fields=["of_event", "event", "lead"],
)
SlotTrace = _trace_model(TracedSlot, "SlotTrace", *_row_events("starts_at", "ends_at"), fields=["event"])
TableTrace = _trace_model(
    TracedTable, "TableTrace", *_row_events("label", "place", "step_free", "room_link"), fields=["event"]
)
ThemeTrace = _trace_model(TracedTheme, "ThemeTrace", *_row_events("name", "position"), fields=["event"])
TopicTrace = _trace_model(
    TracedTopic, "TopicTrace", *_row_events("name", "description", "theme", "position"), fields=["event"]
)
SectorTrace = _trace_model(
    TracedSector, "SectorTrace", *_row_events("name", "constituency", "position"), fields=["event"]
)
SessionTrace = _trace_model(
    TracedSession,
    "SessionTrace",
    *_row_events("title", "abstract", "room", "stream_url", "theme", "starts_at", "ends_at"),
    fields=["event"],
)
ClosureTrace = _trace_model(TracedClosure, "ClosureTrace", *_row_events("reopened_at"), fields=["event"])
RulesTrace = _trace_model(
    TracedRules, "RulesTrace", *_row_events("open_requests", "expiry_hours", "proposal_hours"), fields=["event"]
)
PublishingTrace = _trace_model(TracedPublishing, "PublishingTrace", *_row_events("confirms"), fields=["event"])
PlanTrace = _trace_model(
    TracedPlan,
    "PlanTrace",
    pghistory.InsertEvent(ADDED, condition=IN_CONTEXT),
    pghistory.UpdateEvent("state", condition=pgtrigger.AnyChange("state")),
    pghistory.UpdateEvent(AGAIN, condition=ORDERED_AGAIN),
    pghistory.UpdateEvent(STOPPED, condition=STOP_ORDERED),
    fields=["event", "state"],
)
# Changes by hand only: the planner writes its rows in a job, without a context.
PlannedTrace = _trace_model(
    TracedPlanned,
    "PlannedTrace",
    pghistory.UpdateEvent(MOVED, condition=ChangedInContext("slot", "table")),
    pghistory.UpdateEvent(LOCKED, condition=ChangedInContext("is_locked")),
    pghistory.DeleteEvent(DROPPED, condition=IN_CONTEXT),
    fields=["event", "plan", "first", "second", "slot", "table", "is_locked"],
)
RunTrace = _trace_model(
    TracedRun,
    "RunTrace",
    pghistory.UpdateEvent("state", condition=pgtrigger.AnyChange("state")),
    fields=["event", "state"],
)
# Organisers put meetings forward and move agreed ones; what people ask of each other is no change to trace.
PUT_FORWARD = pgtrigger.Condition(f"""(NEW."asker_id" IS NULL AND {HAS_CONTEXT})""")
AGREED_MOVED = pgtrigger.Condition(
    f"""(OLD."state" = 'accepted' AND NEW."state" = 'accepted' AND (OLD."slot_id" IS DISTINCT FROM
    NEW."slot_id" OR OLD."table_id" IS DISTINCT FROM NEW."table_id") AND {HAS_CONTEXT})"""
)
MeetingTrace = _trace_model(
    TracedMeeting,
    "MeetingTrace",
    pghistory.InsertEvent(ADDED, condition=PUT_FORWARD),
    *_field_events("state", "withdrawn_at"),
    pghistory.UpdateEvent(MOVED, condition=AGREED_MOVED),
    fields=["event", "state"],
)
NudgeTrace = _trace_model(
    TracedNudge, "NudgeTrace", pghistory.InsertEvent(ADDED, condition=IN_CONTEXT), fields=["attendee"]
)
