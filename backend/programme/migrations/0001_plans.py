"""Programmes of an event, and the meetings they plan."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0004_slots_and_tables"),
        ("meetings", "0004_same_event"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("value", models.FloatField(null=True)),
                ("bound", models.FloatField(null=True)),
                ("gap", models.FloatField(null=True)),
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
    ]
