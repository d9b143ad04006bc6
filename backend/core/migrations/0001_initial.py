import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# Written by hand: counts are written often, and lost by a crash of the database at no harm.
SQL = ["ALTER TABLE core_usecount SET UNLOGGED"]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AbandonedJob",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("times", models.PositiveSmallIntegerField()),
                ("abandoned_at", models.DateTimeField()),
                ("job", models.BigIntegerField(null=True, unique=True)),
                ("lock", models.TextField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Act",
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
                            ("took", "took a file away"),
                            ("ordered", "ordered new lists"),
                            ("reset", "reset the learned weights"),
                            ("learn_now", "had weights learned at once"),
                            ("learn_on", "had weights learned every night"),
                            ("learn_off", "stopped learning weights every night"),
                            ("opened", "opened the forum"),
                            ("state", "changed the state of the forum"),
                            ("started", "started the forum"),
                            ("invited", "sent invitations"),
                            ("times", "opened meeting times for people"),
                            ("parted", "parted two groups"),
                            ("rejoined", "let two groups meet again"),
                            ("proposed", "proposed an organiser or lead"),
                            ("refused", "refused a proposed organiser or lead"),
                            ("merged", "made two entries of one person one"),
                        ],
                        max_length=10,
                    ),
                ),
                ("what", models.CharField(blank=True, max_length=120)),
                ("done_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["event", "done_at"], name="act_of_event")],
            },
        ),
        migrations.CreateModel(
            name="StepFailure",
            fields=[
                ("step", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("failed", models.PositiveBigIntegerField()),
                ("failed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="UseCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.RunSQL(SQL),
    ]
