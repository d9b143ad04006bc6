import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailTest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "not sent yet"),
                            ("sent", "sent"),
                            ("failed", "refused by the mail server"),
                            ("skipped", "no longer needed"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=16)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("kind", models.CharField(max_length=24)),
                (
                    "attendee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "failed"]), _negated=True),
                            models.Q(("attempts__gte", 1), ("tried_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="mail_test_was_tried",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MailTexts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sender_name", models.CharField(blank=True, max_length=80)),
                ("reply_to", models.EmailField(blank=True, max_length=254)),
                ("opening", models.TextField(blank=True)),
                ("signature", models.TextField(blank=True)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mail_texts",
                        to="events.event",
                    ),
                ),
            ],
        ),
    ]
