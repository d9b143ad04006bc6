"""Other times that one of the two offers instead."""

import django.db.models.deletion
from django.db import migrations, models

# table, its column, the table it names, name
KEYS = [
    ("meetings_counteroffer", "meeting_id", "meetings_meeting", "counter_offer_meeting_same_event"),
    ("meetings_counteroffer", "made_by_id", "events_attendee", "counter_offer_attendee_same_event"),
    (
        "meetings_counteroffertime",
        "counter_offer_id",
        "meetings_counteroffer",
        "counter_offer_time_same_event",
    ),
    ("meetings_counteroffertime", "slot_id", "events_slot", "counter_offer_slot_same_event"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0014_suspensions"),
        ("meetings", "0005_delegation_sessions"),
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
                    ("countered", "Other times are offered"),
                    ("counter_refused", "The other times do not suit"),
                    ("reminder_half", "A request waits for your answer"),
                    ("reminder_day", "You meet tomorrow"),
                    ("reminder_soon", "You meet in a few minutes"),
                    ("attest", "Did the meeting take place?"),
                ],
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="CounterOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("taken", "Taken"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("overtaken", "Overtaken"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.attendee"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counter_offers",
                        to="meetings.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CounterOfferTime",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "counter_offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="times",
                        to="meetings.counteroffer",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.event"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="events.slot"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.AddConstraint(
            model_name="counteroffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("meeting",), name="counter_offer_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="counteroffer",
            constraint=models.UniqueConstraint(fields=("event", "id"), name="counter_offer_event_key"),
        ),
        migrations.AddConstraint(
            model_name="counteroffer",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "taken", "refused", "withdrawn", "overtaken"])),
                name="counter_offer_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="counteroffertime",
            constraint=models.UniqueConstraint(
                fields=("counter_offer", "slot"), name="counter_offer_time_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="counteroffertime",
            constraint=models.UniqueConstraint(
                fields=("counter_offer", "position"), name="counter_offer_time_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="counteroffertime",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1), ("position__lte", 3)),
                name="counter_offer_at_most_three",
            ),
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
                f"REFERENCES {target} (event_id, id) DEFERRABLE INITIALLY DEFERRED",
                f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            )
            for table, column, target, name in KEYS
        ),
    ]
