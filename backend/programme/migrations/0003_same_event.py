"""What a plan links belongs to the plan's event: composite keys say so."""

from django.db import migrations

# column, the table it names, name
KEYS = [
    ("plan_id", "programme_plan", "planned_plan_same_event"),
    ("first_id", "events_attendee", "planned_first_same_event"),
    ("second_id", "events_attendee", "planned_second_same_event"),
    ("slot_id", "events_slot", "planned_slot_same_event"),
    ("table_id", "events_table", "planned_table_same_event"),
    ("meeting_id", "meetings_meeting", "planned_meeting_same_event"),
]


def composite_key(column: str, target: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE programme_plannedmeeting ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
        f"REFERENCES {target} (event_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE programme_plannedmeeting DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("programme", "0002_constraints")]

    operations = [composite_key(*key) for key in KEYS]
