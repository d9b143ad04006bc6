import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
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
                        choices=[("invitation", "Invitation"), ("reminder", "Reminder"), ("test", "Test")],
                        default="invitation",
                        max_length=10,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("queued_at", models.DateTimeField(db_index=True)),
                ("address_hash", models.CharField(max_length=64)),
                ("token_hash", models.CharField(blank=True, max_length=64)),
                ("expires_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("sent", "Sent"),
                            ("failed", "Refused by the mail server"),
                            ("skipped", "Not needed any more"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=16)),
                ("tried_at", models.DateTimeField(null=True)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="events.attendee",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("attendee", "kind", "number"), name="invitation_numbered_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("token_hash", ""), _negated=True),
                        fields=("token_hash",),
                        name="invitation_token_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["invitation", "reminder", "test"])),
                        name="invitation_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sent", "failed", "skipped"])),
                        name="invitation_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number__gte", 1),
                            models.Q(
                                models.Q(("kind", "reminder"), _negated=True),
                                ("number__lte", 2),
                                _connector="OR",
                            ),
                        ),
                        name="invitation_reminds_twice_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "failed"]), _negated=True),
                            models.Q(("attempts__gte", 1), ("tried_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="invitation_was_tried",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvitationRules",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=150)),
                ("text", models.TextField(blank=True)),
                ("reminder_subject", models.CharField(blank=True, max_length=150)),
                ("reminder_text", models.TextField(blank=True)),
                ("valid_days", models.PositiveSmallIntegerField(default=14)),
                (
                    "schedule",
                    models.CharField(
                        choices=[
                            ("none", "No reminders"),
                            ("after", "Days after the invitation"),
                            ("before", "Days before the first day"),
                        ],
                        default="none",
                        max_length=6,
                    ),
                ),
                ("first_reminder_days", models.PositiveSmallIntegerField(null=True)),
                ("second_reminder_days", models.PositiveSmallIntegerField(null=True)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitation_rules",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_days__gte", 1), ("valid_days__lte", 60)),
                        name="invitation_rules_days_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("schedule__in", ["none", "after", "before"])),
                        name="invitation_rules_schedule_known",
                    ),
                ],
            },
        ),
    ]
