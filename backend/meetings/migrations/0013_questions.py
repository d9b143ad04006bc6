"""A question about a request, before it is answered."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0012_office_hours"),
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
                    ("question", "A question about your request"),
                    ("reply", "Your question is answered"),
                    ("reminder_half", "A request waits for your answer"),
                    ("reminder_day", "You meet tomorrow"),
                    ("reminder_soon", "You meet in a few minutes"),
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
                        to="meetings.meeting",
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
    ]
