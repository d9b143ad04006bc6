"""Programmes: plans with their meetings, and how they are published."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.booking.models.meetings import Meeting
from backend.core.models import Numbered
from backend.core.period import single_id_range
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import Constituency, Person


class ProgrammeRules(Numbered):
    """How an event publishes its programmes; without a row it proposes meetings."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="programme_rules")
    confirms = models.BooleanField(default=False)  # meetings are agreed at once, in slots both have opened


class Plan(Numbered):
    """One programme of an event, from the draft to its end.

    `value` is the sum of scores of the meetings the planner chose, before any change by hand; `bound`
    is proven: no plan of these demands and of the suggested pairs is worth more. While it is solved, both and
    `progress` say how far the solver is.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Work(models.TextChoices):
        """What the worker has to do, or does, with the plan."""

        WAITING = "waiting", _("Waiting for the worker")
        SOLVING = "solving", _("Being planned")
        READY = "ready", _("Ready")
        IMPOSSIBLE = "impossible", _("Cannot be planned")
        FAILED = "failed", _("Failed")
        CARRYING_OUT = "carrying_out", _("Being carried out")

    class Scope(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        BETWEEN = "between", _("Two constituencies")
        WITHOUT_MEETING = "without_meeting", _("People without a meeting")

    AT_WORK = (Work.WAITING, Work.SOLVING, Work.CARRYING_OUT)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="plans")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    work = models.CharField(max_length=12, choices=Work.choices, default=Work.WAITING)

    scope = models.CharField(max_length=16, choices=Scope.choices, default=Scope.EVERYONE)
    first_constituency = models.CharField(max_length=20, choices=Constituency.choices, blank=True)
    second_constituency = models.CharField(max_length=20, choices=Constituency.choices, blank=True)
    least = models.PositiveSmallIntegerField(default=0)
    most = models.PositiveSmallIntegerField(default=5)
    cross_share = models.FloatField(default=0.0)  # of the meetings, at least so many between constituencies
    seconds = models.PositiveSmallIntegerField(default=20)
    seed = models.PositiveIntegerField(default=1)

    stop_asked = models.BooleanField(default=False)  # the planner ends early, with the best plan so far
    progress = models.PositiveSmallIntegerField(default=0)  # percent of the work at hand
    value = models.FloatField(null=True)
    bound = models.FloatField(null=True)
    report = models.JSONField(default=dict)
    round = models.PositiveIntegerField(default=1)  # raised by each order: late results are dropped

    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    planned_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    confirms = models.BooleanField(default=False)  # as the event said when the plan was published

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="plan_event_key"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True, withdrawn_at__isnull=True)
                | Q(state="published", published_at__isnull=False, withdrawn_at__isnull=True)
                | Q(state="withdrawn", withdrawn_at__isnull=False),
                name="plan_state_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(work__in=["waiting", "solving", "ready", "impossible", "failed", "carrying_out"]),
                name="plan_work_known",
            ),
            models.CheckConstraint(
                condition=(~Q(scope="between") & Q(first_constituency="", second_constituency=""))
                | (Q(scope="between") & ~Q(first_constituency="") & ~Q(second_constituency="")),
                name="plan_between_names_two",
            ),
            models.CheckConstraint(
                condition=Q(least__lte=F("most"), most__gte=1, most__lte=50), name="plan_least_below_most"
            ),
            models.CheckConstraint(condition=Q(cross_share__gte=0, cross_share__lte=1), name="plan_cross_share_unit"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="plan_progress_percent"),
        ]

    @property
    def is_at_work(self) -> bool:
        return self.work in self.AT_WORK

    @property
    def value_so_far(self) -> float | None:
        """Of the best plan, while the planner works."""
        return self.value if self.work == self.Work.SOLVING else None

    @property
    def bound_so_far(self) -> float | None:
        """Of any plan's value, while the planner works."""
        return self.bound if self.work == self.Work.SOLVING else None

    @property
    def can_stop(self) -> bool:
        """Whether the planner still works on it and was not asked to stop."""
        return self.work in (self.Work.WAITING, self.Work.SOLVING) and not self.stop_asked

    @property
    def is_editable(self) -> bool:
        """Whether an organiser can change its meetings now."""
        return self.state == self.State.DRAFT and not self.is_at_work


class PlannedMeeting(Numbered):
    """Two attendees, lower id first, planned to meet in a slot at a table; a meeting once it is published.

    `refusal` says why publishing could not make it one.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="planned")
    first = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="+")
    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="+")
    value = models.FloatField(default=0.0)
    is_locked = models.BooleanField(default=False)
    moved_by_hand = models.BooleanField(default=False)
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.SET_NULL, related_name="planned")
    refusal = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["slot__starts_at", "table_id", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="planned_lower_id_first"),
            models.UniqueConstraint(fields=["plan", "first", "second"], name="planned_pair_once"),
            models.UniqueConstraint(fields=["plan", "slot", "table"], name="planned_no_double_table"),
            # Neither of the two is in any other row of the plan in that slot, on whichever side.
            ExclusionConstraint(
                name="planned_no_double_seat",
                expressions=[
                    (single_id_range("plan"), RangeOperators.OVERLAPS),
                    (single_id_range("slot"), RangeOperators.OVERLAPS),
                    (
                        Func(single_id_range("first"), single_id_range("second"), function="int8multirange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
