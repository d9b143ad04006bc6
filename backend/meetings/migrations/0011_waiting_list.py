"""Who waits for a free time with somebody whose times are all taken."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# column, the table it names, name
KEYS = [
    ("attendee_id", "events_attendee", "waiting_list_attendee_same_event"),
    ("other_id", "events_attendee", "waiting_list_other_same_event"),
    ("meeting_id", "meetings_meeting", "waiting_list_meeting_same_event"),
    ("theme_id", "events_theme", "waiting_list_theme_same_event"),
]
TABLE = "meetings_waitinglistentry"


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0015_leaving"),
        ("meetings", "0010_forget_real_contacts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
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
                    ("reminder_half", "A request waits for your answer"),
                    ("reminder_day", "You meet tomorrow"),
                    ("reminder_soon", "You meet in a few minutes"),
                    ("attest", "Did the meeting take place?"),
                    ("contact_offered", "Somebody would like to stay in touch"),
                    ("connected", "You are connected"),
                    ("follow_up", "A follow-up is due"),
                ],
                max_length=16,
            ),
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
                        to="meetings.meeting",
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
        *(
            migrations.RunSQL(
                f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
                f"REFERENCES {target} (event_id, id) DEFERRABLE INITIALLY DEFERRED",
                f"ALTER TABLE {TABLE} DROP CONSTRAINT {name}",
            )
            for column, target, name in KEYS
        ),
    ]
