import django.contrib.postgres.constraints
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# Written by hand: what a planned meeting links belongs to its event. The column, the table it names.
SAME_EVENT = [
    ("plan", "programme_plan"),
    ("first", "events_attendee"),
    ("second", "events_attendee"),
    ("slot", "events_slot"),
    ("table", "events_table"),
    ("meeting", "booking_meeting"),
]
SQL = [
    f"ALTER TABLE programme_plannedmeeting ADD CONSTRAINT planned_{column}_same_event "
    f"FOREIGN KEY (event_id, {column}_id) REFERENCES {target} (event_id, id) DEFERRABLE INITIALLY DEFERRED"
    for column, target in SAME_EVENT
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0001_initial"),
        ("events", "0001_initial"),
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
                "constraints": [
                    models.UniqueConstraint(fields=("event", "id"), name="plan_event_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_at__isnull", True),
                                ("state", "draft"),
                                ("withdrawn_at__isnull", True),
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
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "work__in",
                                ["waiting", "solving", "ready", "impossible", "failed", "carrying_out"],
                            )
                        ),
                        name="plan_work_known",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("least__lte", models.F("most")), ("most__gte", 1), ("most__lte", 50)
                        ),
                        name="plan_least_below_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cross_share__gte", 0), ("cross_share__lte", 1)),
                        name="plan_cross_share_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__lte", 100)), name="plan_progress_percent"
                    ),
                ],
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
                        to="booking.meeting",
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="planned_lower_id_first"
                    ),
                    models.UniqueConstraint(fields=("plan", "first", "second"), name="planned_pair_once"),
                    models.UniqueConstraint(fields=("plan", "slot", "table"), name="planned_no_double_table"),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    models.F("plan"),
                                    models.F("plan"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("slot"),
                                    models.F("slot"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.Func(
                                        models.F("first"),
                                        models.F("first"),
                                        models.Value("[]"),
                                        function="int8range",
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
                ],
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
        migrations.RunSQL(SQL),
    ]
