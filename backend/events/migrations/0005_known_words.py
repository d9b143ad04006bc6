"""Roles and parts in a session are of the known ones, and no event is its own previous edition."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0004_slots_and_tables"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="attendee",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["delegate", "speaker", "chaperone"])),
                name="attendee_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("previous", models.F("id")), _negated=True),
                name="event_not_its_own_previous",
                violation_error_message="An event cannot be its own previous edition.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ["bookmarked", "speaking"])), name="session_part_known"
            ),
        ),
    ]
