"""What must never happen, told to the database."""

import django.contrib.postgres.constraints
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0002_availability_and_notices")]

    operations = [
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["event", "state"], name="meeting_by_state"),
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(
                condition=models.Q(("state", "requested")),
                fields=["expires_at"],
                name="meeting_waiting_by_expiry",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(fields=("event", "id"), name="meeting_event_key"),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(fields=("id", "kind"), name="meeting_kind_key"),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("asker", "key"),
                name="meeting_once_per_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["one_to_one", "group"])), name="meeting_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("period__isnull", True),
                        ("slot__isnull", True),
                        ("state__in", ["requested", "declined", "withdrawn", "expired"]),
                        ("table__isnull", True),
                    ),
                    models.Q(
                        ("period__isnull", False),
                        ("slot__isnull", False),
                        ("state__in", ["accepted", "held", "not_held", "disputed", "cancelled"]),
                        ("table__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="meeting_has_a_place_once_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("is_online", False), ("state__in", ["accepted", "held", "not_held", "disputed"])
                ),
                expressions=[
                    (
                        models.Func(
                            models.F("table"), models.F("table"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    ("period", "&&"),
                ],
                name="meeting_one_per_table_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("open_requests__gte", 1), ("open_requests__lte", 100)),
                name="rules_open_requests_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("expiry_hours__gte", 1), ("expiry_hours__lte", 720)),
                name="rules_expiry_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind__in", ["reminder_half", "reminder_day", "reminder_soon", "attest"])
                ),
                fields=("meeting", "attendee", "kind"),
                name="notice_reminds_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestedtime",
            constraint=models.UniqueConstraint(fields=("meeting", "slot"), name="requested_time_once"),
        ),
        migrations.AddConstraint(
            model_name="requestedtime",
            constraint=models.UniqueConstraint(
                fields=("meeting", "position"), name="requested_time_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestedtime",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1), ("position__lte", 3)),
                name="requested_times_at_most_three",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(fields=("meeting", "attendee"), name="seat_once"),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "one_to_one")),
                fields=("meeting", "part"),
                name="seat_one_to_one_has_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ["asker", "invited"])), name="seat_part_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_active", False), ("period__isnull", False), _connector="OR"),
                name="seat_active_has_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("attested_at__isnull", True), ("word", "")),
                    models.Q(("attested_at__isnull", False), ("word__in", ["held", "not_held"])),
                    _connector="OR",
                ),
                name="seat_word_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("usefulness__isnull", True),
                    models.Q(("usefulness__gte", 1), ("usefulness__lte", 5), ("word", "held")),
                    _connector="OR",
                ),
                name="seat_usefulness_of_a_held_meeting",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("is_active", True)),
                expressions=[
                    (
                        models.Func(
                            models.F("attendee"),
                            models.F("attendee"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    ("period", "&&"),
                ],
                name="seat_one_per_attendee_at_a_time",
            ),
        ),
    ]
