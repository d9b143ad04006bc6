"""Who may act for whom, and who last acted for the attendee of a seat."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# table, column, name: attendees of the same event
KEYS = [
    ("meetings_assistant", "principal_id", "assistant_principal_same_event"),
    ("meetings_assistant", "attendee_id", "assistant_attendee_same_event"),
    ("meetings_seat", "assistant_id", "seat_assistant_same_event"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0015_leaving"),
        ("meetings", "0014_freed_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assistant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address_hash", models.CharField(editable=False, max_length=64)),
                ("named_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="seat",
            name="assistant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="events.attendee",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("assistant", None),
                    models.Q(("assistant", models.F("attendee")), _negated=True),
                    _connector="OR",
                ),
                name="seat_assistant_is_another",
            ),
        ),
        migrations.AddField(
            model_name="assistant",
            name="attendee",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="principals",
                to="events.attendee",
            ),
        ),
        migrations.AddField(
            model_name="assistant",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
            ),
        ),
        migrations.AddField(
            model_name="assistant",
            name="principal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="assistants", to="events.attendee"
            ),
        ),
        migrations.AddIndex(
            model_name="assistant",
            index=models.Index(
                condition=models.Q(("accepted_at", None), ("ended_at", None)),
                fields=["address_hash"],
                name="assistant_waiting_by_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("principal", "address_hash"),
                name="assistant_once_per_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("principal", "attendee"),
                name="assistant_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("attendee", None),
                    models.Q(("attendee", models.F("principal")), _negated=True),
                    _connector="OR",
                ),
                name="assistant_of_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_at", None), ("attendee", None)),
                    models.Q(("accepted_at__isnull", False), ("attendee__isnull", False)),
                    _connector="OR",
                ),
                name="assistant_accepted_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistant",
            constraint=models.CheckConstraint(
                condition=models.Q(("address_hash__regex", "^[0-9a-f]{64}$")),
                name="assistant_has_an_address_hash",
            ),
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
                "REFERENCES events_attendee (event_id, id) DEFERRABLE INITIALLY DEFERRED",
                f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            )
            for table, column, name in KEYS
        ),
    ]
