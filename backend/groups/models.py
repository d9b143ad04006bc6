"""Small groups: who is drafted to sit where, until it is published as meetings."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.booking.models.meetings import MAX_MEMBERS, Meeting
from backend.core.models import Numbered
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Topic
from backend.people.models import Constituency, Person

FEWEST = 2  # people at a table: one alone meets nobody
TRIO = 3
OPEN_SEATS = (4, 8)  # at a roundtable that attendees join by themselves, at least and at most


class Rounds(Numbered):
    """Groups of one kind that organisers draft together: rounds of tables, roundtables, or trios.

    A draft has rows in `RoundSeat`. Published, each table at each time is a meeting with its own seats. An
    open roundtable is one table that its host proposed, in their words, and that others join by themselves.
    """

    class Kind(models.TextChoices):
        ROUNDS = "rounds", _("Rounds of tables")  # people change tables, so that as many as possible meet
        ROUNDTABLES = "roundtables", _("Roundtables by topic")
        TRIOS = "trios", _("Trios across sectors")  # three constituencies around one declared need

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        CANCELLED = "cancelled", _("Cancelled")
        PROPOSED = "proposed", _("Proposed")  # by an attendee; these two of open roundtables alone
        DECLINED = "declined", _("Declined")

    class Work(models.TextChoices):
        """What the worker has to do, or does."""

        WAITING = "waiting", _("Waiting for the worker")
        SOLVING = "solving", _("Being planned")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    AT_WORK = (Work.WAITING, Work.SOLVING)
    UNAPPROVED = (State.PROPOSED, State.DECLINED)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="rounds")
    kind = models.CharField(max_length=11, choices=Kind.choices, default=Kind.ROUNDS, db_default="rounds")
    is_open = models.BooleanField(default=False, db_default=False)  # people join by themselves
    title = models.CharField(max_length=120)
    reason = models.TextField(blank=True, default="", db_default="")  # why organisers declined it
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    work = models.CharField(max_length=8, choices=Work.choices, default=Work.WAITING)

    constituencies = ArrayField(models.CharField(max_length=20, choices=Constituency.choices), default=list)
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    least = models.PositiveSmallIntegerField(default=4)  # people at a table that is used
    most = models.PositiveSmallIntegerField(default=6)
    most_each = models.PositiveSmallIntegerField(default=1, db_default=1)  # roundtables or trios of one person
    seed = models.PositiveIntegerField(default=1)
    # Raised by each order, so that late results are dropped, and by each change of a proposal.
    version = models.PositiveIntegerField(default=1, db_column="order_number")
    report = models.JSONField(default=dict)

    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    planned_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # when places without an answer ended; later ones are of latecomers
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="rounds_event_key"),
            models.CheckConstraint(condition=~Q(title=""), name="rounds_have_a_title"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True, cancelled_at__isnull=True)
                | Q(state="published", published_at__isnull=False, answer_by__isnull=False, cancelled_at__isnull=True)
                | Q(state="cancelled", cancelled_at__isnull=False)
                | Q(
                    state__in=["proposed", "declined"],
                    is_open=True,
                    published_at__isnull=True,
                    cancelled_at__isnull=True,
                ),
                name="rounds_state_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(kind="roundtables"), name="rounds_open_are_roundtables"
            ),
            models.CheckConstraint(
                condition=Q(work__in=["waiting", "solving", "ready", "failed"]), name="rounds_work_known"
            ),
            models.CheckConstraint(
                condition=Q(least__gte=FEWEST, least__lte=F("most"), most__lte=MAX_MEMBERS),
                name="rounds_least_below_most",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["rounds", "roundtables"]) | Q(kind="trios", least=TRIO, most=TRIO),
                name="rounds_kind_known",
            ),
        ]

    @property
    def is_at_work(self) -> bool:
        return self.work in self.AT_WORK

    @property
    def is_rounds(self) -> bool:
        return self.kind == self.Kind.ROUNDS

    @property
    def fewest(self) -> int:
        """With fewer people a table does not take place: two at a roundtable or of a trio are no group.

        Until an open one can no longer be joined, its host alone is enough.
        """
        if self.is_open and self.closed_at is None:
            return 1
        return FEWEST if self.is_rounds else TRIO

    @property
    def is_editable(self) -> bool:
        """Whether an organiser can change who is drafted to sit where."""
        return self.state == self.State.DRAFT and self.work == self.Work.READY


class RoundTable(Numbered):
    """A table in one round; a meeting once it is published and the table was free then.

    `topic`: what a roundtable or trio is about. `host`: of a roundtable, while they have a place at it; of an
    open one also before it is approved, and without them it does not take place.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    rounds = models.ForeignKey(Rounds, on_delete=models.CASCADE, related_name="tables")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="+")
    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="+")
    meeting = models.OneToOneField(
        Meeting, null=True, blank=True, on_delete=models.SET_NULL, related_name="round_table"
    )
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    host = models.ForeignKey(Attendee, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["slot__starts_at", "table_id"]
        constraints = [models.UniqueConstraint(fields=["rounds", "slot", "table"], name="round_table_once")]


class RoundSeat(Numbered):
    """Somebody drafted to sit at a table of a round; nobody has two in one round."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    rounds = models.ForeignKey(Rounds, on_delete=models.CASCADE, related_name="seats")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="+")
    table = models.ForeignKey(Table, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="round_seats")

    class Meta:
        ordering = ["slot__starts_at", "table_id", "attendee_id"]
        constraints = [
            models.UniqueConstraint(fields=["rounds", "slot", "attendee"], name="round_seat_once_in_a_round")
        ]
