"""What links two things of an event must link things of the same event: composite keys say so."""

from django.db import migrations

# table, its column, the table it names, further columns both must share, name
KEYS = [
    ("meetings_availability", "attendee_id", "events_attendee", (), "availability_attendee_same_event"),
    ("meetings_availability", "slot_id", "events_slot", (), "availability_slot_same_event"),
    ("meetings_meeting", "asker_id", "events_attendee", (), "meeting_asker_same_event"),
    ("meetings_meeting", "theme_id", "events_theme", (), "meeting_theme_same_event"),
    ("meetings_meeting", "slot_id", "events_slot", (), "meeting_slot_same_event"),
    ("meetings_meeting", "table_id", "events_table", ("is_online",), "meeting_table_same_event_and_kind"),
    ("meetings_requestedtime", "meeting_id", "meetings_meeting", (), "requested_time_meeting_same_event"),
    ("meetings_requestedtime", "slot_id", "events_slot", (), "requested_time_slot_same_event"),
    ("meetings_seat", "meeting_id", "meetings_meeting", (), "seat_meeting_same_event"),
    ("meetings_seat", "attendee_id", "events_attendee", (), "seat_attendee_same_event"),
    ("meetings_notice", "meeting_id", "meetings_meeting", (), "notice_meeting_same_event"),
    ("meetings_notice", "attendee_id", "events_attendee", (), "notice_attendee_same_event"),
]


def composite_key(
    table: str, column: str, target: str, shared: tuple[str, ...], name: str
) -> migrations.RunSQL:
    ours, theirs = ", ".join(["event_id", column, *shared]), ", ".join(["event_id", "id", *shared])
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({ours}) "
        f"REFERENCES {target} ({theirs}) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0003_constraints"),
        ("events", "0004_slots_and_tables"),
    ]

    operations = [
        *(composite_key(*key) for key in KEYS),
        # A seat's kind is its meeting's, so that the rule on one-to-one seats cannot be side-stepped.
        migrations.RunSQL(
            "ALTER TABLE meetings_seat ADD CONSTRAINT seat_kind_of_its_meeting FOREIGN KEY (meeting_id, kind) "
            "REFERENCES meetings_meeting (id, kind) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE meetings_seat DROP CONSTRAINT seat_kind_of_its_meeting",
        ),
    ]
