"""Requests and meetings, who sits in them, open times, notices, calendar feeds."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# table, its column, the table it names, further columns both must share, name
KEYS = [
    ("meetings_availability", "attendee_id", "events_attendee", (), "availability_attendee_same_event"),
    ("meetings_availability", "slot_id", "events_slot", (), "availability_slot_same_event"),
    ("meetings_meeting", "asker_id", "events_attendee", (), "meeting_asker_same_event"),
    ("meetings_meeting", "theme_id", "events_theme", (), "meeting_theme_same_event"),
    ("meetings_meeting", "slot_id", "events_slot", (), "meeting_slot_same_event"),
    ("meetings_meeting", "table_id", "events_table", ("is_online",), "meeting_table_same_event_and_kind"),
    ("meetings_requestedtime", "meeting_id", "meetings_meeting", (), "requested_time_meeting_same_event"),
    ("meetings_requestedtime", "slot_id", "events_slot", (), "requested_time_slot_same_event"),
    ("meetings_seat", "meeting_id", "meetings_meeting", (), "seat_meeting_same_event"),
    ("meetings_seat", "attendee_id", "events_attendee", (), "seat_attendee_same_event"),
    ("meetings_notice", "meeting_id", "meetings_meeting", (), "notice_meeting_same_event"),
    ("meetings_notice", "attendee_id", "events_attendee", (), "notice_attendee_same_event"),
]


def composite_key(
    table: str, column: str, target: str, shared: tuple[str, ...], name: str
) -> migrations.RunSQL:
    ours, theirs = ", ".join(["event_id", column, *shared]), ", ".join(["event_id", "id", *shared])
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({ours}) "
        f"REFERENCES {target} ({theirs}) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
    ]

    operations = [
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
                        choices=[("one_to_one", "One to one"), ("group", "Group")],
                        default="one_to_one",
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Asked"),
                            ("accepted", "Agreed"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
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
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("key", models.CharField(blank=True, max_length=64)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "asker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meetings_asked",
                        to="events.attendee",
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
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meeting_rules",
                        to="events.event",
                    ),
                ),
            ],
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
                            ("changed", "A request was changed"),
                            ("accepted", "Your request was accepted"),
                            ("arranged", "A meeting was arranged for you"),
                            ("moved", "A meeting has another place"),
                            ("declined", "Your request was declined"),
                            ("withdrawn", "A request was withdrawn"),
                            ("expired", "A request expired"),
                            ("cancelled", "A meeting was cancelled"),
                            ("time_taken", "A time you asked for was taken"),
                            ("reminder_half", "A request waits for your answer"),
                            ("reminder_day", "You meet tomorrow"),
                            ("reminder_soon", "You meet in a few minutes"),
                            ("attest", "Did the meeting take place?"),
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
                        to="meetings.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
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
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delivery",
                        to="meetings.notice",
                    ),
                ),
            ],
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
                        to="meetings.meeting",
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
                        choices=[("one_to_one", "One to one"), ("group", "Group")],
                        default="one_to_one",
                        max_length=12,
                    ),
                ),
                (
                    "part",
                    models.CharField(choices=[("asker", "Asked"), ("invited", "Invited")], max_length=8),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=False)),
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
                        to="meetings.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["attendee_id"],
            },
        ),
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
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("etag", models.CharField(blank=True, max_length=64)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feeds",
                        to="events.attendee",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("attendee",),
                        name="calendar_feed_one_open",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["event", "state"], name="meeting_by_state"),
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(
                condition=models.Q(("state", "requested")),
                fields=["expires_at"],
                name="meeting_waiting_by_expiry",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(fields=("event", "id"), name="meeting_event_key"),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(fields=("id", "kind"), name="meeting_kind_key"),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("asker", "key"),
                name="meeting_once_per_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["one_to_one", "group"])), name="meeting_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("period__isnull", True),
                        ("slot__isnull", True),
                        ("state__in", ["requested", "declined", "withdrawn", "expired"]),
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
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("is_online", False), ("state__in", ["accepted", "held", "not_held", "disputed"])
                ),
                expressions=[
                    (
                        models.Func(
                            models.F("table"), models.F("table"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    ("period", "&&"),
                ],
                name="meeting_one_per_table_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("open_requests__gte", 1), ("open_requests__lte", 100)),
                name="rules_open_requests_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("expiry_hours__gte", 1), ("expiry_hours__lte", 720)),
                name="rules_expiry_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind__in", ["reminder_half", "reminder_day", "reminder_soon", "attest"])
                ),
                fields=("meeting", "attendee", "kind"),
                name="notice_reminds_once",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "queued")), fields=["notice"], name="delivery_queued"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["queued", "sent", "failed", "skipped"])),
                name="delivery_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["sent", "failed"]), _negated=True),
                    models.Q(("attempts__gte", 1), ("tried_at__isnull", False)),
                    _connector="OR",
                ),
                name="delivery_was_tried",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestedtime",
            constraint=models.UniqueConstraint(fields=("meeting", "slot"), name="requested_time_once"),
        ),
        migrations.AddConstraint(
            model_name="requestedtime",
            constraint=models.UniqueConstraint(
                fields=("meeting", "position"), name="requested_time_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestedtime",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1), ("position__lte", 3)),
                name="requested_times_at_most_three",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(fields=("meeting", "attendee"), name="seat_once"),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "one_to_one")),
                fields=("meeting", "part"),
                name="seat_one_to_one_has_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ["asker", "invited"])), name="seat_part_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_active", False), ("period__isnull", False), _connector="OR"),
                name="seat_active_has_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("attested_at__isnull", True), ("word", "")),
                    models.Q(("attested_at__isnull", False), ("word__in", ["held", "not_held"])),
                    _connector="OR",
                ),
                name="seat_word_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("usefulness__isnull", True),
                    models.Q(("usefulness__gte", 1), ("usefulness__lte", 5), ("word", "held")),
                    _connector="OR",
                ),
                name="seat_usefulness_of_a_held_meeting",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
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
        ),
        *(composite_key(*key) for key in KEYS),
        # A seat's kind is its meeting's, so that the rule on one-to-one seats cannot be side-stepped.
        migrations.RunSQL(
            "ALTER TABLE meetings_seat ADD CONSTRAINT seat_kind_of_its_meeting FOREIGN KEY (meeting_id, kind) "
            "REFERENCES meetings_meeting (id, kind) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE meetings_seat DROP CONSTRAINT seat_kind_of_its_meeting",
        ),
    ]
