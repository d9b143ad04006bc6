"""Plans and the meetings they propose."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# column, the table it names, name
KEYS = [
    ("plan_id", "programme_plan", "planned_plan_same_event"),
    ("first_id", "events_attendee", "planned_first_same_event"),
    ("second_id", "events_attendee", "planned_second_same_event"),
    ("slot_id", "events_slot", "planned_slot_same_event"),
    ("table_id", "events_table", "planned_table_same_event"),
    ("meeting_id", "meetings_meeting", "planned_meeting_same_event"),
]


def composite_key(column: str, target: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE programme_plannedmeeting ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
        f"REFERENCES {target} (event_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE programme_plannedmeeting DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
        ("meetings", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Plan",
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
                        choices=[("draft", "Draft"), ("published", "Published"), ("withdrawn", "Withdrawn")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "work",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for the worker"),
                            ("solving", "Being planned"),
                            ("ready", "Ready"),
                            ("impossible", "Cannot be planned"),
                            ("failed", "Failed"),
                            ("carrying_out", "Being carried out"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("everyone", "Everyone"),
                            ("between", "Two constituencies"),
                            ("without_meeting", "People without a meeting"),
                        ],
                        default="everyone",
                        max_length=16,
                    ),
                ),
                (
                    "first_constituency",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("government", "Government"),
                            ("industry", "Industry"),
                            ("civil-society", "Civil society"),
                            ("intergovernmental", "Intergovernmental"),
                            ("academia", "Academia"),
                            ("youth", "Youth"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "second_constituency",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("government", "Government"),
                            ("industry", "Industry"),
                            ("civil-society", "Civil society"),
                            ("intergovernmental", "Intergovernmental"),
                            ("academia", "Academia"),
                            ("youth", "Youth"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("least", models.PositiveSmallIntegerField(default=0)),
                ("most", models.PositiveSmallIntegerField(default=5)),
                ("cross_share", models.FloatField(default=0.0)),
                ("seconds", models.PositiveSmallIntegerField(default=20)),
                ("seed", models.PositiveIntegerField(default=1)),
                ("stop_asked", models.BooleanField(default=False)),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("value", models.FloatField(null=True)),
                ("bound", models.FloatField(null=True)),
                ("report", models.JSONField(default=dict)),
                ("round", models.PositiveIntegerField(default=1)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("planned_at", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("confirms", models.BooleanField(default=False)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="plans", to="events.event"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PlannedMeeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.FloatField(default=0.0)),
                ("is_locked", models.BooleanField(default=False)),
                ("moved_by_hand", models.BooleanField(default=False)),
                ("refusal", models.CharField(blank=True, max_length=400)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="planned",
                        to="meetings.meeting",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned",
                        to="programme.plan",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
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
            ],
            options={
                "ordering": ["slot__starts_at", "table_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeRules",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("confirms", models.BooleanField(default=False)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="programme_rules",
                        to="events.event",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(fields=("event", "id"), name="plan_event_key"),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("published_at__isnull", True), ("state", "draft"), ("withdrawn_at__isnull", True)
                    ),
                    models.Q(
                        ("published_at__isnull", False),
                        ("state", "published"),
                        ("withdrawn_at__isnull", True),
                    ),
                    models.Q(("state", "withdrawn"), ("withdrawn_at__isnull", False)),
                    _connector="OR",
                ),
                name="plan_state_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("work__in", ["waiting", "solving", "ready", "impossible", "failed", "carrying_out"])
                ),
                name="plan_work_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("scope", "between"), _negated=True),
                        ("first_constituency", ""),
                        ("second_constituency", ""),
                    ),
                    models.Q(
                        ("scope", "between"),
                        models.Q(("first_constituency", ""), _negated=True),
                        models.Q(("second_constituency", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="plan_between_names_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("least__lte", models.F("most")), ("most__gte", 1), ("most__lte", 50)),
                name="plan_least_below_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("cross_share__gte", 0), ("cross_share__lte", 1)),
                name="plan_cross_share_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("progress__lte", 100)), name="plan_progress_percent"
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedmeeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))), name="planned_lower_id_first"
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedmeeting",
            constraint=models.UniqueConstraint(fields=("plan", "first", "second"), name="planned_pair_once"),
        ),
        migrations.AddConstraint(
            model_name="plannedmeeting",
            constraint=models.UniqueConstraint(
                fields=("plan", "slot", "table"), name="planned_no_double_table"
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedmeeting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("plan"), models.F("plan"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("slot"), models.F("slot"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.Func(
                                models.F("first"), models.F("first"), models.Value("[]"), function="int8range"
                            ),
                            models.Func(
                                models.F("second"),
                                models.F("second"),
                                models.Value("[]"),
                                function="int8range",
                            ),
                            function="int8multirange",
                        ),
                        "&&",
                    ),
                ],
                name="planned_no_double_seat",
            ),
        ),
        *(composite_key(*key) for key in KEYS),
    ]
