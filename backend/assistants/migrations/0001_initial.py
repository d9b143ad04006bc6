import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# Written by hand: two rows that a row links belong to the row's event. Its table, the column, the table it
# names, and the name of the key.
SAME_EVENT = [
    ("assistants_assistant", "principal_id", "events_attendee", "assistant_principal_same_event"),
    ("assistants_assistant", "attendee_id", "events_attendee", "assistant_attendee_same_event"),
]
SQL = [
    f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
    f"REFERENCES {target} (event_id, id) DEFERRABLE INITIALLY DEFERRED"
    for table, column, target, name in SAME_EVENT
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
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
                (
                    "attendee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="principals",
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
                    "principal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assistants",
                        to="events.attendee",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("accepted_at", None), ("ended_at", None)),
                        fields=["address_hash"],
                        name="assistant_waiting_by_address",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("principal", "address_hash"),
                        name="assistant_once_per_address",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("principal", "attendee"),
                        name="assistant_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("attendee", None),
                            models.Q(("attendee", models.F("principal")), _negated=True),
                            _connector="OR",
                        ),
                        name="assistant_of_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at", None), ("attendee", None)),
                            models.Q(("accepted_at__isnull", False), ("attendee__isnull", False)),
                            _connector="OR",
                        ),
                        name="assistant_accepted_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("address_hash__regex", "^[0-9a-f]{64}$")),
                        name="assistant_has_an_address_hash",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
