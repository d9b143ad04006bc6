import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("running", "the forum runs"),
                            ("over", "the forum is over, and its reports come in"),
                            ("final", "its reports are in"),
                        ],
                        max_length=7,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("checked_on", models.DateField()),
                ("content", models.JSONField()),
                ("record", models.JSONField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="releases",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "ordering": ["event", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "number"), name="release_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("phase__in", ["running", "over", "final"])),
                        name="release_phase_known",
                    ),
                ],
            },
        ),
    ]
