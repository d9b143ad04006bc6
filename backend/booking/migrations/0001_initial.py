import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# Written by hand: two rows that a row links belong to the row's event. Its table, the column, the table it
# names, and the name of the key.
SAME_EVENT = [
    # availability and requests
    ("booking_availability", "attendee_id", "events_attendee", "availability_attendee_same_event"),
    ("booking_availability", "slot_id", "events_slot", "availability_slot_same_event"),
    ("booking_requestedtime", "meeting_id", "booking_meeting", "requested_time_meeting_same_event"),
    ("booking_requestedtime", "slot_id", "events_slot", "requested_time_slot_same_event"),
    # meetings and their seats
    ("booking_meeting", "asker_id", "events_attendee", "meeting_asker_same_event"),
    ("booking_meeting", "theme_id", "events_theme", "meeting_theme_same_event"),
    ("booking_meeting", "slot_id", "events_slot", "meeting_slot_same_event"),
    ("booking_meeting", "preferred_table_id", "events_table", "meeting_preferred_table_same_event"),
    ("booking_seat", "meeting_id", "booking_meeting", "seat_meeting_same_event"),
    ("booking_seat", "attendee_id", "events_attendee", "seat_attendee_same_event"),
    # other times
    ("booking_counteroffer", "meeting_id", "booking_meeting", "counter_offer_meeting_same_event"),
    ("booking_counteroffer", "made_by_id", "events_attendee", "counter_offer_attendee_same_event"),
    (
        "booking_counteroffertime",
        "counter_offer_id",
        "booking_counteroffer",
        "counter_offer_time_same_event",
    ),
    ("booking_counteroffertime", "slot_id", "events_slot", "counter_offer_slot_same_event"),
    # the waiting list
    ("booking_waitinglistentry", "attendee_id", "events_attendee", "waiting_list_attendee_same_event"),
    ("booking_waitinglistentry", "other_id", "events_attendee", "waiting_list_other_same_event"),
    ("booking_waitinglistentry", "meeting_id", "booking_meeting", "waiting_list_meeting_same_event"),
    ("booking_waitinglistentry", "theme_id", "events_theme", "waiting_list_theme_same_event"),
    # office hours
    ("booking_meeting", "office_hour_id", "booking_meeting", "meeting_office_hour_same_event"),
    # assistants
    ("booking_seat", "assistant_id", "events_attendee", "seat_assistant_same_event"),
    # notices
    ("booking_notice", "meeting_id", "booking_meeting", "notice_meeting_same_event"),
    ("booking_notice", "attendee_id", "events_attendee", "notice_attendee_same_event"),
]
# A table online is for meetings online. A seat's kind is its meeting's, so that the rule on one-to-one seats
# cannot be side-stepped.
SAME_KIND = [
    "ALTER TABLE booking_meeting ADD CONSTRAINT meeting_table_same_event_and_kind "
    "FOREIGN KEY (event_id, table_id, is_online) REFERENCES events_table (event_id, id, is_online) "
    "DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE booking_seat ADD CONSTRAINT seat_kind_of_its_meeting "
    "FOREIGN KEY (meeting_id, kind) REFERENCES booking_meeting (id, kind) DEFERRABLE INITIALLY DEFERRED",
]
SQL = [
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
        f"REFERENCES {target} (event_id, id) DEFERRABLE INITIALLY DEFERRED"
        for table, column, target, name in SAME_EVENT
    ),
    *SAME_KIND,
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
        ("safeguarding", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Availability",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="availability",
                        to="events.attendee",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="availability",
                        to="events.slot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attendee", "slot"), name="availability_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("room", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reopened_at", models.DateTimeField(blank=True, null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closures",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="closure_ends_after_start",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("one_to_one", "One to one"),
                            ("group", "Group"),
                            ("office_hours", "Office hour"),
                        ],
                        default="one_to_one",
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Asked"),
                            ("proposed", "Proposed by the organisers"),
                            ("accepted", "Agreed"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
                            ("gathered", "Answered with an office hour"),
                            ("held", "Held"),
                            ("not_held", "Did not take place"),
                            ("disputed", "The two reports differ"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                ("message", models.TextField(blank=True)),
                ("any_time", models.BooleanField(default=False)),
                ("is_online", models.BooleanField(default=False)),
                ("needs_step_free", models.BooleanField(default=False)),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, null=True)),
                ("table_freed_at", models.DateTimeField(blank=True, null=True)),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("key", models.CharField(blank=True, max_length=64)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "asker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meetings_asked",
                        to="events.attendee",
                    ),
                ),
                (
                    "delegation_session",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meeting",
                        to="safeguarding.delegationsession",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meetings",
                        to="events.event",
                    ),
                ),
                (
                    "office_hour",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gathered",
                        to="booking.meeting",
                    ),
                ),
                (
                    "preferred_table",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.table",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="meetings",
                        to="events.slot",
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="meetings",
                        to="events.table",
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.theme",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["event", "state"], name="meeting_by_state"),
                    models.Index(
                        condition=models.Q(("state__in", ["requested", "proposed"])),
                        fields=["expires_at"],
                        name="meeting_waiting_by_expiry",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "id"), name="meeting_event_key"),
                    models.UniqueConstraint(fields=("id", "kind"), name="meeting_kind_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("asker", "key"),
                        name="meeting_once_per_key",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("asker__isnull", True), models.Q(("key", ""), _negated=True)),
                        fields=("event", "key"),
                        name="meeting_once_per_key_of_organisers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "proposed"), _negated=True),
                            ("asker__isnull", True),
                            _connector="OR",
                        ),
                        name="meeting_proposed_has_no_asker",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["requested", "declined", "withdrawn", "gathered"]),
                                _negated=True,
                            ),
                            ("asker__isnull", False),
                            _connector="OR",
                        ),
                        name="meeting_requested_has_an_asker",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", True),
                            models.Q(("asker__isnull", True), ("state__in", ["proposed", "expired"])),
                            _connector="OR",
                        ),
                        name="meeting_withdrawn_was_proposed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delegation_session", None), ("kind", "one_to_one")),
                            models.Q(
                                ("asker", None), ("delegation_session__isnull", False), ("kind", "group")
                            ),
                            models.Q(
                                ("asker__isnull", False),
                                ("delegation_session", None),
                                ("kind", "office_hours"),
                            ),
                            _connector="OR",
                        ),
                        name="meeting_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "one_to_one"), ("office_hour__isnull", False), ("state", "gathered")
                            ),
                            models.Q(models.Q(("state", "gathered"), _negated=True), ("office_hour", None)),
                            _connector="OR",
                        ),
                        name="meeting_gathered_in_an_office_hour",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "office_hours"), _negated=True),
                            ("state__in", ["accepted", "cancelled"]),
                            _connector="OR",
                        ),
                        name="meeting_office_hour_is_agreed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("period__isnull", True),
                                ("slot__isnull", True),
                                (
                                    "state__in",
                                    ["requested", "proposed", "declined", "withdrawn", "expired", "gathered"],
                                ),
                                ("table__isnull", True),
                            ),
                            models.Q(
                                ("period__isnull", False),
                                ("slot__isnull", False),
                                ("state__in", ["accepted", "held", "not_held", "disputed", "cancelled"]),
                                ("table__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="meeting_has_a_place_once_accepted",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(
                            ("is_online", False),
                            ("state__in", ["accepted", "held", "not_held", "disputed"]),
                            ("table_freed_at__isnull", True),
                        ),
                        expressions=[
                            (
                                models.Func(
                                    models.F("table"),
                                    models.F("table"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            ("period", "&&"),
                        ],
                        name="meeting_one_per_table_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CounterOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("taken", "Taken"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("overtaken", "Overtaken"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counter_offers",
                        to="booking.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("meeting",),
                        name="counter_offer_one_open",
                    ),
                    models.UniqueConstraint(fields=("event", "id"), name="counter_offer_event_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "taken", "refused", "withdrawn", "overtaken"])
                        ),
                        name="counter_offer_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CounterOfferTime",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "counter_offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="times",
                        to="booking.counteroffer",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.slot"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("counter_offer", "slot"), name="counter_offer_time_once"),
                    models.UniqueConstraint(
                        fields=("counter_offer", "position"), name="counter_offer_time_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1), ("position__lte", 3)),
                        name="counter_offer_at_most_three",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisplacedMeeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("moved", "Moved"),
                            ("cancelled", "Cancelled"),
                            ("restored", "Back as before"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "closure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="displaced",
                        to="booking.closure",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.slot"
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.table"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="booking.meeting"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("closure", "meeting"), name="displaced_once_by_a_closure"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["moved", "cancelled", "restored"])),
                        name="displaced_outcome_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agreed", models.CharField(blank=True, max_length=300)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("kept", models.BooleanField(blank=True, null=True)),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follow_ups",
                        to="events.attendee",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follow_ups",
                        to="booking.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("kept", None)), fields=["due_on"], name="follow_up_by_due_day"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "attendee"), name="follow_up_once"),
                    models.CheckConstraint(
                        condition=models.Q(("agreed", ""), ("due_on", None), _negated=True),
                        name="follow_up_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("kept", None)),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("due_on__isnull", False),
                                ("kept__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="follow_up_answered_has_a_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeetingRules",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("open_requests", models.PositiveSmallIntegerField(default=8)),
                ("expiry_hours", models.PositiveSmallIntegerField(default=48)),
                ("proposal_hours", models.PositiveSmallIntegerField(default=72)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meeting_rules",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("open_requests__gte", 1), ("open_requests__lte", 100)),
                        name="rules_open_requests_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expiry_hours__gte", 1), ("expiry_hours__lte", 720)),
                        name="rules_expiry_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("proposal_hours__gte", 1), ("proposal_hours__lte", 720)),
                        name="rules_proposal_hours_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("requested", "You are asked to meet"),
                            ("proposed", "The organisers propose a meeting"),
                            ("changed", "A request was changed"),
                            ("accepted", "Your request was accepted"),
                            ("arranged", "A meeting was arranged for you"),
                            ("moved", "A meeting has another time or place"),
                            ("declined", "Your request was declined"),
                            ("withdrawn", "A request was withdrawn"),
                            ("expired", "A request expired"),
                            ("cancelled", "A meeting was cancelled"),
                            ("time_taken", "A time you asked for was taken"),
                            ("time_freed", "A time you waited for fell free"),
                            ("countered", "Other times are offered"),
                            ("counter_refused", "The other times do not suit"),
                            ("question", "A question about your request"),
                            ("reply", "Your question is answered"),
                            ("reminder_half", "A request waits for your answer"),
                            ("reminder_day", "You meet tomorrow"),
                            ("reminder_soon", "You meet in a few minutes"),
                            ("table_freed", "Your table was given free"),
                            ("attest", "Did the meeting take place?"),
                            ("contact_offered", "Somebody would like to stay in touch"),
                            ("connected", "You are connected"),
                            ("follow_up", "A follow-up is due"),
                            ("office_hour", "You are invited to an office hour"),
                            ("office_left", "A guest does not come to your office hour"),
                        ],
                        max_length=16,
                    ),
                ),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("facts", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="events.attendee",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="booking.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "reminder_half",
                                    "reminder_day",
                                    "reminder_soon",
                                    "attest",
                                    "contact_offered",
                                    "connected",
                                    "follow_up",
                                ],
                            )
                        ),
                        fields=("meeting", "attendee", "kind"),
                        name="notice_reminds_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("sent", "Sent"),
                            ("failed", "Refused for good"),
                            ("skipped", "Overtaken, not sent"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=16)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delivery",
                        to="booking.notice",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["notice"], name="delivery_queued"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sent", "failed", "skipped"])),
                        name="delivery_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "failed"]), _negated=True),
                            models.Q(("attempts__gte", 1), ("tried_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="delivery_was_tried",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "meeting",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="question",
                        to="booking.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="question_says_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="question_answered_has_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestedTime",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="times",
                        to="booking.meeting",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="requested",
                        to="events.slot",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "slot"), name="requested_time_once"),
                    models.UniqueConstraint(
                        fields=("meeting", "position"), name="requested_time_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1), ("position__lte", 3)),
                        name="requested_times_at_most_three",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("one_to_one", "One to one"),
                            ("group", "Group"),
                            ("office_hours", "Office hour"),
                        ],
                        default="one_to_one",
                        max_length=12,
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("asker", "Asked"),
                            ("invited", "Invited"),
                            ("first", "First of the two"),
                            ("second", "Second of the two"),
                            ("host", "Host"),
                            ("guest", "Guest"),
                        ],
                        max_length=8,
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=False)),
                (
                    "answer",
                    models.CharField(blank=True, choices=[("yes", "Yes"), ("no", "No")], max_length=3),
                ),
                ("here_at", models.DateTimeField(blank=True, null=True)),
                (
                    "word",
                    models.CharField(
                        blank=True,
                        choices=[("held", "It took place"), ("not_held", "It did not take place")],
                        max_length=8,
                    ),
                ),
                ("usefulness", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("attested_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assistant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.attendee",
                    ),
                ),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="events.attendee",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="booking.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["attendee_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "attendee"), name="seat_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("assistant", None),
                            models.Q(("assistant", models.F("attendee")), _negated=True),
                            _connector="OR",
                        ),
                        name="seat_assistant_is_another",
                    ),
                    models.UniqueConstraint(
                        models.F("meeting"),
                        models.Case(models.When(part__in=["asker", "first"], then=1), default=2),
                        condition=models.Q(("kind", "one_to_one")),
                        name="seat_one_to_one_has_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("part__in", ["asker", "invited", "first", "second"]),
                                models.Q(("kind", "office_hours"), _negated=True),
                            ),
                            models.Q(("kind", "office_hours"), ("part__in", ["host", "guest"])),
                            _connector="OR",
                        ),
                        name="seat_part_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("part", "host")),
                        fields=("meeting",),
                        name="seat_office_hour_has_one_host",
                    ),
                    models.UniqueConstraint(fields=("meeting", "place"), name="seat_one_guest_per_place"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("part", "guest"),
                                ("place__gte", 1),
                                ("place__isnull", False),
                                ("place__lte", 8),
                            ),
                            models.Q(
                                ("place", None),
                                models.Q(("is_active", True), ("part", "guest"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="seat_place_of_a_guest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer", ""),
                            models.Q(("answer__in", ["yes", "no"]), ("part__in", ["first", "second"])),
                            _connector="OR",
                        ),
                        name="seat_answer_of_a_proposal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_active", False), ("period__isnull", False), _connector="OR"),
                        name="seat_active_has_a_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("attested_at__isnull", True), ("word", "")),
                            models.Q(("attested_at__isnull", False), ("word__in", ["held", "not_held"])),
                            _connector="OR",
                        ),
                        name="seat_word_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("usefulness__isnull", True),
                            models.Q(("usefulness__gte", 1), ("usefulness__lte", 5), ("word", "held")),
                            _connector="OR",
                        ),
                        name="seat_usefulness_of_a_held_meeting",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("is_active", True)),
                        expressions=[
                            (
                                models.Func(
                                    models.F("attendee"),
                                    models.F("attendee"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            ("period", "&&"),
                        ],
                        name="seat_one_per_attendee_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitingListEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message", models.TextField(blank=True)),
                ("is_online", models.BooleanField(default=False)),
                ("needs_step_free", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("asked", "Asked"),
                            ("left", "Left"),
                            ("ended", "Ended"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, null=True)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting_for",
                        to="events.attendee",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waited",
                        to="booking.meeting",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waited_for_by",
                        to="events.attendee",
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.theme",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["other", "created_at"],
                        name="waiting_list_in_turn",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("attendee", "other"),
                        name="waiting_list_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attendee", models.F("other")), _negated=True),
                        name="waiting_list_of_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("meeting__isnull", True),
                                ("period__isnull", True),
                                ("state__in", ["waiting", "left"]),
                            ),
                            models.Q(
                                ("meeting__isnull", False), ("period__isnull", False), ("state", "asked")
                            ),
                            ("state", "ended"),
                            _connector="OR",
                        ),
                        name="waiting_list_asked_has_a_request",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state", "asked")),
                        expressions=[
                            (
                                models.Func(
                                    models.F("other"),
                                    models.F("other"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            ("period", "&&"),
                        ],
                        name="waiting_list_time_given_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
