from django.db import migrations, models
from django.db.models import F, Q


def keep_what_was_sent(apps, _schema_editor):
    nudges = apps.get_model("directory", "Nudge").objects.filter(sent_at__isnull=False)
    nudges.update(state="sent", attempts=1, tried_at=F("sent_at"))


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_nudges")]

    operations = [
        migrations.AddField(
            "nudge",
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
        migrations.AddField("nudge", "attempts", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("nudge", "error", models.CharField(blank=True, max_length=16)),
        migrations.AddField("nudge", "tried_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunPython(keep_what_was_sent, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField("nudge", "sent_at"),
        migrations.AddConstraint(
            "nudge",
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "failed"]) | Q(attempts__gte=1, tried_at__isnull=False),
                name="nudge_was_tried",
            ),
        ),
    ]
