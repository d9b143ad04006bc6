"""Meetings from the request to the attestations; constraints refuse double bookings."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.core.models import Numbered
from backend.core.period import single_id_range
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Theme
from backend.safeguarding.models import DelegationSession

MAX_TIMES = 3
MAX_GUESTS = 8  # of an office hour: as many as a table seats and a host can hear in one slot
MAX_MEMBERS = 12  # at a table of a round


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Filters for meetings. None of these decides who may see one: the contact policy does."""

    def one_to_one(self) -> MeetingQuerySet:
        """Those of two people; the others are office hours, tables of rounds, and what a session with a
        delegation holds."""
        return self.filter(kind=Meeting.Kind.ONE_TO_ONE)

    def office_hours(self) -> MeetingQuerySet:
        """Those of one host and the guests who asked them about the same."""
        return self.filter(kind=Meeting.Kind.OFFICE_HOURS)

    def of_rounds(self) -> MeetingQuerySet:
        """The tables of rounds: several who change tables from time to time."""
        return self.filter(kind=Meeting.Kind.ROUND)

    def of(self, attendee: Attendee) -> MeetingQuerySet:
        return self.filter(seats__attendee=attendee.pk)

    def requests(self) -> MeetingQuerySet:
        """Asked and not answered; some may be past their expiry, until the job has seen them."""
        return self.filter(state=Meeting.State.REQUESTED)

    def proposals(self) -> MeetingQuerySet:
        """Put forward by organisers and not agreed; as with requests, some may be past their expiry."""
        return self.filter(state=Meeting.State.PROPOSED)

    def unsettled(self) -> MeetingQuerySet:
        """Requests and proposals that are neither agreed nor ended."""
        return self.filter(state__in=Meeting.OPEN_STATES)

    def without_result(self) -> MeetingQuerySet:
        """Requests that led to no meeting: not answered, declined, withdrawn or expired."""
        return self.filter(state__in=Meeting.NEVER_CONFIRMED_STATES)

    def open_at(self, now: dt.datetime) -> MeetingQuerySet:
        """Requests and proposals that can still be answered."""
        return self.unsettled().filter(expires_at__gt=now)

    def to_come(self, now: dt.datetime) -> MeetingQuerySet:
        """Accepted and not over."""
        return self.filter(state=Meeting.State.ACCEPTED, period__endswith__gt=now)

    def answered(self) -> MeetingQuerySet:
        """Requests that were accepted or declined; what organisers put forward is not among them."""
        return self.filter(state__in=Meeting.ANSWERED_STATES, asker__isnull=False, answered_at__gt=F("asked_at"))


class Meeting(Numbered):
    """A request of one person, or a proposal of the organisers, to meet; and the meeting it became.

    Organisers put a meeting forward in their own name: it has no asker. A proposal that somebody said no to,
    or that was withdrawn, stays proposed until it expires, so that neither of the two can tell which it was.
    """

    class Kind(models.TextChoices):
        ONE_TO_ONE = "one_to_one", _("One to one")
        GROUP = "group", _("Group")
        OFFICE_HOURS = "office_hours", _("Office hour")
        ROUND = "round", _("Table of a round")

    class State(models.TextChoices):
        REQUESTED = "requested", _("Asked")
        PROPOSED = "proposed", _("Proposed by the organisers")
        ACCEPTED = "accepted", _("Agreed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")
        GATHERED = "gathered", _("Answered with an office hour")
        HELD = "held", _("Held")
        NOT_HELD = "not_held", _("Did not take place")
        DISPUTED = "disputed", _("The two reports differ")

    OPEN_STATES = (State.REQUESTED, State.PROPOSED)
    NEVER_CONFIRMED_STATES = (*OPEN_STATES, State.DECLINED, State.WITHDRAWN, State.EXPIRED)
    CONFIRMED_STATES = (State.ACCEPTED, State.HELD, State.NOT_HELD, State.DISPUTED)  # both seats are active
    EVER_CONFIRMED_STATES = (*CONFIRMED_STATES, State.CANCELLED)
    COUNTED_STATES = (State.ACCEPTED, State.HELD)  # not: fell through, disputed
    MET_STATES = (State.ACCEPTED, State.HELD, State.DISPUTED)  # of one whose time has begun
    ANSWERED_STATES = (*EVER_CONFIRMED_STATES, State.DECLINED, State.GATHERED)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="meetings")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.ONE_TO_ONE)
    state = models.CharField(max_length=12, choices=State.choices, default=State.REQUESTED)
    asker = models.ForeignKey(  # null where organisers put it forward; of an office hour, its host
        Attendee, null=True, blank=True, on_delete=models.CASCADE, related_name="meetings_asked"
    )
    message = models.TextField(blank=True)  # the asker's, or why the organisers put it forward
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    any_time = models.BooleanField(default=False)
    is_online = models.BooleanField(default=False)
    needs_step_free = models.BooleanField(default=False)

    slot = models.ForeignKey(Slot, null=True, blank=True, on_delete=models.RESTRICT, related_name="meetings")
    table = models.ForeignKey(Table, null=True, blank=True, on_delete=models.RESTRICT, related_name="meetings")
    period = DateTimeRangeField(null=True, blank=True)
    table_freed_at = models.DateTimeField(null=True, blank=True)  # nobody had come: others can have it
    preferred_table = models.ForeignKey(  # where a proposal is planned, if it is free once both say yes
        Table, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    delegation_session = models.OneToOneField(  # whose time and place a group meeting holds
        DelegationSession, null=True, blank=True, on_delete=models.CASCADE, related_name="meeting"
    )
    office_hour = models.ForeignKey(  # that answers this request, which then has no time of its own
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="gathered"
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0)  # raised by each change after the acceptance (RFC 5545)
    key = models.CharField(max_length=64, blank=True)  # idempotency key of the asker's, or the organisers', client
    asked_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)  # or when it was withdrawn or ran out
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # by the organisers, while it was proposed
    ended_by = models.ForeignKey(  # who declined, withdrew or cancelled; null where a rule did
        Attendee, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["event", "state"], name="meeting_by_state"),
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=["requested", "proposed"]),
                name="meeting_waiting_by_expiry",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "id"], name="meeting_event_key"),
            models.UniqueConstraint(fields=["id", "kind"], name="meeting_kind_key"),
            models.UniqueConstraint(fields=["asker", "key"], condition=~Q(key=""), name="meeting_once_per_key"),
            models.UniqueConstraint(
                fields=["event", "key"],
                condition=Q(asker__isnull=True) & ~Q(key=""),
                name="meeting_once_per_key_of_organisers",
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed") | Q(asker__isnull=True), name="meeting_proposed_has_no_asker"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["requested", "declined", "withdrawn", "gathered"]) | Q(asker__isnull=False),
                name="meeting_requested_has_an_asker",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(state__in=["proposed", "expired"], asker__isnull=True),
                name="meeting_withdrawn_was_proposed",
            ),
            models.CheckConstraint(
                condition=Q(kind="one_to_one", delegation_session=None)
                | Q(kind="group", delegation_session__isnull=False, asker=None)
                | Q(kind="office_hours", delegation_session=None, asker__isnull=False)
                | Q(kind="round", delegation_session=None, asker=None),
                name="meeting_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state="gathered", kind="one_to_one", office_hour__isnull=False)
                | ~Q(state="gathered") & Q(office_hour=None),
                name="meeting_gathered_in_an_office_hour",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["office_hours", "round"]) | Q(state__in=["accepted", "cancelled"]),
                name="meeting_office_hour_is_agreed",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["requested", "proposed", "declined", "withdrawn", "expired", "gathered"],
                    slot__isnull=True,
                    table__isnull=True,
                    period__isnull=True,
                )
                | Q(
                    state__in=["accepted", "held", "not_held", "disputed", "cancelled"],
                    slot__isnull=False,
                    table__isnull=False,
                    period__isnull=False,
                ),
                name="meeting_has_a_place_once_accepted",
            ),
            ExclusionConstraint(
                name="meeting_one_per_table_at_a_time",
                expressions=[(single_id_range("table"), RangeOperators.OVERLAPS), ("period", RangeOperators.OVERLAPS)],
                condition=Q(
                    state__in=["accepted", "held", "not_held", "disputed"], is_online=False, table_freed_at__isnull=True
                ),
            ),
        ]

    def save_revision(self, *fields: str, now: dt.datetime) -> None:
        """Save these fields as the meeting's next revision, which calendars take (SEQUENCE, RFC 5545)."""
        self.sequence, self.changed_at = self.sequence + 1, now
        self.save(update_fields=[*fields, "sequence", "changed_at"])


class RequestedTime(Numbered):
    """One of up to three times a request or proposal offers; a request for any time has none."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="times")
    slot = models.ForeignKey(Slot, on_delete=models.RESTRICT, related_name="requested")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "slot"], name="requested_time_once"),
            models.UniqueConstraint(fields=["meeting", "position"], name="requested_time_position_once"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MAX_TIMES), name="requested_times_at_most_three"
            ),
        ]


class Seat(Numbered):
    """An attendee's part in a meeting; two active seats of one attendee cannot overlap."""

    class Part(models.TextChoices):
        ASKER = "asker", _("Asked")
        INVITED = "invited", _("Invited")
        FIRST = "first", _("First of the two")  # first and second where organisers put it forward
        SECOND = "second", _("Second of the two")
        HOST = "host", _("Host")  # of an office hour; all others in it are guests
        GUEST = "guest", _("Guest")
        MEMBER = "member", _("At the table")  # of a round

    class Answer(models.TextChoices):
        """The attendee's answer to a proposal; it can be changed until both said yes, or it expires."""

        YES = "yes", _("Yes")
        NO = "no", _("No")

    class Word(models.TextChoices):
        """The attendee's report on whether the meeting took place."""

        HELD = "held", _("It took place")
        NOT_HELD = "not_held", _("It did not take place")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="seats")
    kind = models.CharField(max_length=12, choices=Meeting.Kind.choices, default=Meeting.Kind.ONE_TO_ONE)
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="seats")
    part = models.CharField(max_length=8, choices=Part.choices)
    place = models.PositiveSmallIntegerField(null=True, blank=True)  # a guest's or member's, until they leave
    period = DateTimeRangeField(null=True, blank=True)
    is_active = models.BooleanField(default=False)
    answer = models.CharField(max_length=3, choices=Answer.choices, blank=True)
    here_at = models.DateTimeField(null=True, blank=True)  # when they said that they are at the table
    assistant = models.ForeignKey(  # who last answered or ended it for the attendee; null: they themself
        Attendee, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    word = models.CharField(max_length=8, choices=Word.choices, blank=True)
    usefulness = models.PositiveSmallIntegerField(null=True, blank=True)
    attested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["attendee_id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "attendee"], name="seat_once"),
            models.CheckConstraint(
                condition=Q(assistant=None) | ~Q(assistant=F("attendee")), name="seat_assistant_is_another"
            ),
            # With seat_once: two different attendees, one asker and one invited, or a first and a second.
            models.UniqueConstraint(
                F("meeting"),
                Case(When(part__in=["asker", "first"], then=1), default=2),
                condition=Q(kind="one_to_one"),
                name="seat_one_to_one_has_two",
            ),
            models.CheckConstraint(
                condition=Q(part__in=["asker", "invited", "first", "second"]) & ~Q(kind__in=["office_hours", "round"])
                | Q(part__in=["host", "guest"], kind="office_hours")
                | Q(part="member", kind="round"),
                name="seat_part_known",
            ),
            models.UniqueConstraint(fields=["meeting"], condition=Q(part="host"), name="seat_office_hour_has_one_host"),
            # With the check below: an office hour has at most eight guests and a table of a round its
            # number of members, whoever writes at once.
            models.UniqueConstraint(fields=["meeting", "place"], name="seat_one_guest_per_place"),
            models.CheckConstraint(
                condition=Q(part="guest", place__isnull=False, place__gte=1, place__lte=MAX_GUESTS)
                | Q(part="member", place__isnull=False, place__gte=1, place__lte=MAX_MEMBERS)
                | Q(place=None) & ~Q(part__in=["guest", "member"], is_active=True),
                name="seat_place_of_a_guest",
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answer__in=["yes", "no"], part__in=["first", "second", "member"]),
                name="seat_answer_of_a_proposal",
            ),
            models.CheckConstraint(
                condition=~Q(part="member", is_active=True) | Q(answer="yes"), name="seat_member_has_said_yes"
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(period__isnull=False), name="seat_active_has_a_period"
            ),
            models.CheckConstraint(
                condition=Q(word="", attested_at__isnull=True)
                | Q(word__in=["held", "not_held"], attested_at__isnull=False),
                name="seat_word_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(usefulness__isnull=True) | Q(word="held", usefulness__gte=1, usefulness__lte=5),
                name="seat_usefulness_of_a_held_meeting",
            ),
            ExclusionConstraint(
                name="seat_one_per_attendee_at_a_time",
                expressions=[
                    (single_id_range("attendee"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_active=True),
            ),
        ]
