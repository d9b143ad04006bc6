"""What links two things of an event must link things of the same event: composite keys say so."""

from django.db import migrations

KEYS = [
    ("events_interest", "attendee_id", "events_attendee", "interest_attendee_same_event"),
    ("events_interest", "topic_id", "events_topic", "interest_topic_same_event"),
    ("events_sessionpart", "attendee_id", "events_attendee", "session_part_attendee_same_event"),
    ("events_sessionpart", "session_id", "events_session", "session_part_session_same_event"),
    ("events_topic", "theme_id", "events_theme", "topic_theme_same_event"),
    ("events_session", "theme_id", "events_theme", "session_theme_same_event"),
]


def composite_key(table: str, column: str, target: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (event_id, {column}) "
        f"REFERENCES {target} (event_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("events", "0002_links_and_constraints")]

    operations = [composite_key(*key) for key in KEYS]
